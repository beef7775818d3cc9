/**
 * Counts a prompt's tokens and finds where its passes begin and end in the text, by the rules of weighted-prompt.ts.
 */
import type { TokenizedPrompt } from './clip-tokenizer.ts';
import { MOST_PASSES, onlyWords, parsePrompt, type SplitWords } from './weighted-prompt.ts';

/** A part of a prompt that is encoded in one pass. */
export interface PromptChunk {
  readonly tokens: number;
  /** Index of its first character in the prompt. */
  readonly start: number;
  /** Index behind its last character; a word that two passes share belongs to the second. */
  readonly end: number;
}

/** The size of a prompt in tokens. */
export interface PromptTokens {
  /** Of the whole prompt, without start and end tokens. */
  readonly count: number;
  /** Tokens in a pass. */
  readonly limit: number;
  /** At least one, also for the empty prompt. */
  readonly chunks: readonly PromptChunk[];
  /** Tokens behind the last pass, which have no effect. */
  readonly ignored: number;
  /** Index of the first character without effect; null if all of the prompt counts. */
  readonly ignoredFrom: number | null;
}

/**
 * Parts of a text that are tokenized independently of each other: CLIP's pre-tokenization (clip-tokenizer.ts), with
 * special tokens whole and combining marks beside their letters, since normalization may join them.
 */
const UNITS =
  /<\|(?:start|end)oftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}\p{M}]+|\p{N}\p{M}*|[^\s\p{L}\p{N}\p{M}]+\p{M}*/giu;

/**
 * @param tokenize the encoder's tokenizer
 */
export function countPromptTokens(
  prompt: string,
  tokenize: (prompt: string) => TokenizedPrompt,
  splitWords: SplitWords = onlyWords,
): PromptTokens {
  const limit = tokenize('').ids.length - 2;
  const chunks: { tokens: number; start: number; end: number }[] = [{ tokens: 0, start: 0, end: 0 }];
  for (const piece of parsePrompt(prompt)) {
    let chunk = chunks.at(-1)!;
    if (piece === null) {
      chunks.push({ tokens: 0, start: chunk.end, end: chunk.end });
      continue;
    }
    for (const { text, start: from, ids } of splitWords(piece.text)) {
      const at = piece.at.slice(from, from + text.length);
      const whole = { start: at[0] ?? 0, end: (at.at(-1) ?? 0) + 1 };
      const located = ids === undefined ? locateTokens(text, at, tokenize) : ids.map(() => whole);
      const mustFit = ids === undefined ? 1 : ids.length;
      for (const [index, { start, end }] of located.entries()) {
        if (chunk.tokens + (index === 0 ? mustFit : 1) > limit) {
          chunk.end = Math.min(chunk.end, start);
          chunk = { tokens: 0, start, end };
          chunks.push(chunk);
        }
        if (chunk.tokens === 0) chunk.start = start;
        chunk.tokens++;
        chunk.end = end;
      }
    }
  }
  const beyond = chunks.slice(MOST_PASSES).filter(({ tokens }) => tokens > 0);
  const tokensOf = (some: readonly PromptChunk[]) => some.reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    count: tokensOf(chunks),
    limit,
    chunks: chunks.slice(0, MOST_PASSES),
    ignored: tokensOf(beyond),
    ignoredFrom: beyond[0]?.start ?? null,
  };
}

/** Where each token of a text comes from. @param at the index in the prompt of each character */
function locateTokens(
  text: string,
  at: readonly number[],
  tokenize: (prompt: string) => TokenizedPrompt,
): { readonly start: number; readonly end: number }[] {
  const located = [...text.matchAll(UNITS)].flatMap(({ 0: unit, index }) => {
    const range = { start: at[index]!, end: at[index + unit.length - 1]! + 1 };
    return tokenize(unit).content.map(() => range);
  });
  // The encoder gets the piece as a whole: where its normalization joins units, the count is the encoder's.
  const { length } = tokenize(text).content;
  const whole = { start: at[0] ?? 0, end: (at.at(-1) ?? 0) + 1 };
  return Array.from({ length }, (_, index) => located[index] ?? located.at(-1) ?? whole);
}
