/**
 * CLIP's byte-pair tokenizer, from the `tokenizer/` folder of a diffusers checkpoint (vocab.json and merges.txt, or
 * the same two lists out of tokenizer.json).
 *
 * The byte-pair encoding is @huggingface/tokenizers'; this file only supplies the contents of CLIP's tokenizer.json,
 * since most Stable Diffusion checkpoints ship without one. Source: transformers' CLIPTokenizer and its conversion to
 * a fast tokenizer.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { PipelineError } from '../errors.ts';

/** Contents of a checkpoint's tokenizer folder. */
export interface ClipTokenizerFiles {
  /** vocab.json: token -> id. */
  readonly vocabulary: Readonly<Record<string, number>>;
  /** Pairs of tokens, the first to merge first: "a b" as in merges.txt, or ["a", "b"]. */
  readonly merges: readonly string[] | readonly (readonly string[])[];
  /** Token that pads short prompts: '<|endoftext|>' in SD 1.x, '!' in SD 2.x. */
  readonly padToken: string;
  /** Positions of the text encoder, start and end token included; 77 for Stable Diffusion. */
  readonly maxLength: number;
}

/** The pairs of a merges.txt: a version line, then one pair of tokens per line. */
export function parseMerges(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#version'));
}

/** A tokenized prompt. */
export interface TokenizedPrompt {
  /** Exactly `maxLength` token ids. */
  readonly ids: number[];
  /** All of the prompt's own tokens, however many, without start and end. */
  readonly content: readonly number[];
  /** How many of the prompt's tokens did not fit. */
  readonly droppedTokens: number;
}

const START_TOKEN = '<|startoftext|>';
const END_TOKEN = '<|endoftext|>';

/**
 * Makes a tokenizer.
 *
 * @returns a function from prompt to token ids
 * @throws PipelineError TOKENIZER_INVALID when a special token is not in the vocabulary
 */
export function createClipTokenizer(files: ClipTokenizerFiles): (prompt: string) => TokenizedPrompt {
  const idOf = (token: string): number => {
    const id = files.vocabulary[token];
    if (id === undefined) {
      throw new PipelineError('TOKENIZER_INVALID', `The tokenizer's vocabulary lacks its token ${token}.`);
    }
    return id;
  };
  const [startId, endId, padId] = [idOf(START_TOKEN), idOf(END_TOKEN), idOf(files.padToken)];
  const tokenizer = new Tokenizer(clipTokenizerJson(files), { tokenizer_class: 'CLIPTokenizer' });
  const room = files.maxLength - 2;
  return (prompt) => {
    const content = tokenizer.encode(prompt, { add_special_tokens: false }).ids;
    const ids = [startId, ...content.slice(0, room), endId];
    while (ids.length < files.maxLength) ids.push(padId);
    return { ids, content, droppedTokens: Math.max(content.length - room, 0) };
  };
}

function clipTokenizerJson({ vocabulary, merges, padToken }: ClipTokenizerFiles): object {
  const specialToken = (content: string) => ({
    id: vocabulary[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    // The pad token is special too: SD 2.x pads with '!', and a '!' in a prompt is that token, not '!</w>'.
    added_tokens: [...new Set([START_TOKEN, END_TOKEN, padToken])].map(specialToken),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: END_TOKEN,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab: vocabulary,
      merges,
    },
  };
}
