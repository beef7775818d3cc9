/** The tokenizers of a pack. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { Checkpoint } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { inPackWords, type Vocabulary } from '../../contract/vocabulary.ts';
import { validate } from '../../foundation/validate.ts';
import {
  type ClipTokenizerFiles,
  createClipTokenizer,
  parseMerges,
  type TokenizedPrompt,
} from '../../pipeline/processors/clip-tokenizer.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { PAD_TOKENS, readClipVocabulary } from './family-facts.ts';
import { readJson, readText } from './pack-files.ts';

type Words = Pick<ClipTokenizerFiles, 'vocabulary' | 'merges'>;

const vocabularySchema = z.record(z.string(), z.int());

/** The part of tokenizer.json that CLIP's byte-pair encoding needs. */
const tokenizerJsonSchema = z.object({
  model: z.object({
    // Old files do not state their type.
    type: z.literal('BPE').nullish(),
    end_of_word_suffix: z.literal('</w>'),
    vocab: vocabularySchema,
    merges: z.union([z.array(z.string()), z.array(z.tuple([z.string(), z.string()]))]),
  }),
  added_tokens: z.array(z.object({ id: z.int(), content: z.string() })).default([]),
});

const specialTokensSchema = z.object({
  // transformers writes a token as a string or as an object with its text.
  pad_token: z.union([z.string(), z.object({ content: z.string() })]).nullish(),
  added_tokens_decoder: z.unknown().optional(),
});

const encoderOf = { tokenizer: 'text_encoder', tokenizer_2: 'text_encoder_2' } as const;

/**
 * Opens one of a checkpoint's tokenizers: vocab.json and merges.txt, or tokenizer.json, the only file that
 * transformers 5 writes. A single file has none: its family's comes with the program.
 *
 * @param root the checkpoint's folder
 * @param which SDXL has a second one, for its second text encoder
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
 */
export async function openTokenizer(
  root: string,
  checkpoint: Checkpoint,
  which: 'tokenizer' | 'tokenizer_2' = 'tokenizer',
): Promise<(prompt: string) => TokenizedPrompt> {
  const { singleFile } = checkpoint;
  const { max_position_embeddings: positions } = checkpoint.components.get(encoderOf[which])?.config ?? {};
  const maxLength = typeof positions === 'number' ? positions : 77;
  if (singleFile !== undefined) {
    return openBundledTokenizer(PAD_TOKENS[singleFile.family][which], maxLength);
  }
  const folder = join(root, which);
  const hasOwnFiles = ['vocab.json', 'merges.txt'].every((name) => existsSync(join(folder, name)));
  const isWhole = !hasOwnFiles && existsSync(join(folder, 'tokenizer.json'));
  const files: ClipTokenizerFiles = {
    ...(isWhole ? await readTokenizerJson(folder, which) : await readVocabularyAndMerges(folder, which)),
    padToken: await readPadToken(folder, which),
    maxLength,
  };
  return inStudioTerms(() => createClipTokenizer(files));
}

/** A tokenizer that also reads the words of other languages that a pack's vocabulary translates. */
export function readingVocabulary(
  tokenize: (prompt: string) => TokenizedPrompt,
  vocabulary: Vocabulary | null,
): (prompt: string) => TokenizedPrompt {
  return vocabulary === null ? tokenize : (prompt) => tokenize(inPackWords(prompt, vocabulary));
}

/**
 * The tokenizer of an encoder that measures pictures: its own files, or CLIP's vocabulary, which comes with the program.
 *
 * @throws StudioError MODEL_INVALID
 */
export async function openEncoderTokenizer(
  folder: string,
  maxLength: number,
): Promise<(prompt: string) => TokenizedPrompt> {
  const hasOwnFiles = ['vocab.json', 'merges.txt'].every((name) => existsSync(join(folder, name)));
  const isWhole = !hasOwnFiles && existsSync(join(folder, 'tokenizer.json'));
  if (!hasOwnFiles && !isWhole) return openBundledTokenizer(PAD_TOKENS.sd1.tokenizer, maxLength);
  const what = basename(folder);
  const files: ClipTokenizerFiles = {
    ...(isWhole ? await readTokenizerJson(folder, what) : await readVocabularyAndMerges(folder, what)),
    padToken: await readPadToken(folder, what),
    maxLength,
  };
  return inStudioTerms(() => createClipTokenizer(files));
}

let bundledWords: Promise<Words> | undefined;

/** Read once: all single files share it. */
function readBundledWords(): Promise<Words> {
  bundledWords ??= readClipVocabulary().then(({ vocabulary, merges }) => ({
    vocabulary: vocabularySchema.parse(JSON.parse(vocabulary)),
    merges: parseMerges(merges),
  }));
  return bundledWords;
}

const bundledTokenizers = new Map<string, Promise<(prompt: string) => TokenizedPrompt>>();

/** Created once: a tokenizer with this vocabulary takes half a second. */
function openBundledTokenizer(
  padToken: string,
  maxLength: number,
): Promise<(prompt: string) => TokenizedPrompt> {
  const key = `${maxLength} ${padToken}`;
  const known =
    bundledTokenizers.get(key) ??
    readBundledWords().then((words) =>
      inStudioTerms(() => createClipTokenizer({ ...words, padToken, maxLength })),
    );
  bundledTokenizers.set(key, known);
  return known;
}

async function readVocabularyAndMerges(folder: string, which: string): Promise<Words> {
  const vocabulary = vocabularySchema.safeParse(await readJson(join(folder, 'vocab.json')));
  if (!vocabulary.success) {
    throw new StudioError('MODEL_INVALID', `${which}/vocab.json is not a map from tokens to numbers.`, {
      cause: vocabulary.error,
    });
  }
  return { vocabulary: vocabulary.data, merges: parseMerges(await readText(join(folder, 'merges.txt'))) };
}

async function readTokenizerJson(folder: string, which: string): Promise<Words> {
  const { model, added_tokens: added } = validate(
    tokenizerJsonSchema,
    await readJson(join(folder, 'tokenizer.json')),
    'MODEL_INVALID',
    `${which}/tokenizer.json is not CLIP’s byte-pair tokenizer`,
  );
  const special = Object.fromEntries(added.map(({ content, id }) => [content, id]));
  return { vocabulary: { ...model.vocab, ...special }, merges: model.merges };
}

/**
 * The token that pads short prompts. As in transformers, special_tokens_map.json overrides tokenizer_config.json,
 * unless the latter has the newer format that lists the added tokens. SD 2.1 depends on it: its two files differ.
 */
async function readPadToken(folder: string, which: string): Promise<string> {
  const config = await readSpecialTokens(folder, which, 'tokenizer_config.json');
  const map =
    config?.added_tokens_decoder === undefined
      ? await readSpecialTokens(folder, which, 'special_tokens_map.json')
      : undefined;
  const token = map?.pad_token ?? config?.pad_token ?? '<|endoftext|>';
  return typeof token === 'string' ? token : token.content;
}

async function readSpecialTokens(folder: string, which: string, name: string) {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  const parsed = specialTokensSchema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  throw new StudioError('MODEL_INVALID', `The pad_token in ${which}/${name} is not a token.`, {
    cause: parsed.error,
  });
}
