/** The tokenizers of a pack. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Checkpoint } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import {
  type ClipTokenizerFiles,
  createClipTokenizer,
  type TokenizedPrompt,
} from '../../pipeline/processors/clip-tokenizer.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import { readJson, readText } from './pack-files.ts';

const tokenizerConfigSchema = z.object({
  // transformers writes a token as a string or as an object with its text.
  pad_token: z.union([z.string(), z.object({ content: z.string() })]).optional(),
});

const encoderOf = { tokenizer: 'text_encoder', tokenizer_2: 'text_encoder_2' } as const;

/**
 * Opens one of a checkpoint's tokenizers.
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
  const folder = join(root, which);
  const vocabulary = z.record(z.string(), z.int()).safeParse(await readJson(join(folder, 'vocab.json')));
  if (!vocabulary.success) {
    throw new StudioError('MODEL_INVALID', `${which}/vocab.json is not a map from token to number.`, {
      cause: vocabulary.error,
    });
  }
  const configPath = ['tokenizer_config.json', 'special_tokens_map.json'].find((name) =>
    existsSync(join(folder, name)),
  );
  const config = tokenizerConfigSchema.safeParse(configPath ? await readJson(join(folder, configPath)) : {});
  const padToken = config.data?.pad_token ?? '<|endoftext|>';
  const { max_position_embeddings: positions } = checkpoint.components.get(encoderOf[which])?.config ?? {};
  const files: ClipTokenizerFiles = {
    vocabulary: vocabulary.data,
    merges: await readText(join(folder, 'merges.txt')),
    padToken: typeof padToken === 'string' ? padToken : padToken.content,
    maxLength: typeof positions === 'number' ? positions : 77,
  };
  return inStudioTerms(() => createClipTokenizer(files));
}
