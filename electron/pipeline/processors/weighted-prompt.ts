/**
 * Emphasis, BREAK, and prompts longer than one pass of the encoder, by the rules of A1111 (stable-diffusion-webui, wiki
 * "Features": attention/emphasis, and its infinite prompt length):
 *
 * | | |
 * | --- | --- |
 * | `(text)`, `((text))` | weight 1.1, 1.1 * 1.1 |
 * | `(text:1.3)` | weight 1.3, multiplied by those of enclosing brackets |
 * | `[text]` | weight 1 / 1.1 |
 * | `\(`, `\)`, `\[`, `\]`, `\\` | the character itself |
 * | `BREAK` | the rest starts a new pass |
 * | the name of an embedding | its vectors, all in one pass |
 *
 * An unclosed bracket extends to the end. Passes are filled to the last token: A1111 also moves the words after a late
 * comma to the next one.
 */
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { TokenizedPrompt } from './clip-tokenizer.ts';

/** A piece of a prompt with one weight; null starts a new pass. */
export type PromptPiece = {
  readonly text: string;
  readonly weight: number;
  /** The index in the prompt of each character of `text`. */
  readonly at: readonly number[];
} | null;

/** One pass of the text encoder. */
export interface PromptPass {
  /** As many as the encoder has positions, including start and end token. */
  readonly ids: readonly number[];
  /** Weight of each position; null if all are 1. */
  readonly weights: readonly number[] | null;
}

/** Maximum number of passes of a prompt: each makes attention to the text slower. */
export const MOST_PASSES = 4;
const STEP = 1.1;

/** An escaped character, a weight that closes a bracket, a bracket, or plain text. */
const SYMBOLS = /\\[\\()[\]]|:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)|[()[\]]|[^\\()[\]:]+|[\\:]/g;

/** Parses a prompt's emphasis. Adjacent pieces of equal weight are joined. */
export function parsePrompt(prompt: string): PromptPiece[] {
  const pieces: { text: string; weight: number; isBreak: boolean; from: number }[] = [];
  const open: { kind: '(' | '['; at: number }[] = [];
  const weigh = (at: number, factor: number) => {
    for (const piece of pieces.slice(at)) piece.weight *= factor;
  };
  /** The two kinds of brackets are closed independently of each other. */
  const close = (kind: '(' | '[', factor: number): boolean => {
    const index = open.findLastIndex((bracket) => bracket.kind === kind);
    if (index === -1) return false;
    weigh(open.splice(index, 1)[0]!.at, factor);
    return true;
  };
  const say = (text: string, from: number) => pieces.push({ text, weight: 1, isBreak: false, from });
  const sayWithBreaks = (text: string, from: number) => {
    let after = 0;
    for (const { 0: separator, index } of text.matchAll(/\s*\bBREAK\b\s*/g)) {
      say(text.slice(after, index), from + after);
      pieces.push({ text: '', weight: 1, isBreak: true, from: from + index });
      after = index + separator.length;
    }
    say(text.slice(after), from + after);
  };
  for (const { 0: symbol, 1: weight, index } of prompt.matchAll(SYMBOLS)) {
    if (symbol === '(' || symbol === '[') open.push({ kind: symbol, at: pieces.length });
    else if (weight !== undefined && close('(', Number(weight))) continue;
    else if (symbol === ')' && close('(', STEP)) continue;
    else if (symbol === ']' && close('[', 1 / STEP)) continue;
    else if (symbol.length === 2 && symbol.startsWith('\\')) say(symbol[1]!, index + 1);
    else if (symbol !== '\\') sayWithBreaks(symbol, index);
  }
  for (const { kind, at } of open) weigh(at, kind === '(' ? STEP : 1 / STEP);
  const joined: ({ text: string; weight: number; at: number[] } | null)[] = [];
  for (const { text, weight, isBreak, from } of pieces) {
    const last = joined.at(-1);
    const at = Array.from({ length: text.length }, (_, index) => from + index);
    if (isBreak) joined.push(null);
    else if (last?.weight === weight) {
      last.text += text;
      last.at.push(...at);
    } else if (text !== '') joined.push({ text, weight, at });
  }
  return joined;
}

/** A part of a text: words, or an embedding in their place. */
export interface WordPart {
  readonly text: string;
  /** Index of its first character in the text. */
  readonly start: number;
  /** The ids of an embedding's vectors, instead of the words' own. */
  readonly ids?: readonly number[];
}

/** Finds embeddings in a text; the parts in order are the text. */
export type SplitWords = (text: string) => readonly WordPart[];

/** Without embeddings. */
export const onlyWords: SplitWords = (text) => [{ text, start: 0 }];

/**
 * Splits a prompt into passes of the text encoder.
 *
 * @param tokenize the encoder's tokenizer
 * @returns at least one pass, and how many tokens did not fit into the last
 */
export function passesOfPrompt(
  prompt: string,
  tokenize: (prompt: string) => TokenizedPrompt,
  splitWords: SplitWords = onlyWords,
): { readonly passes: readonly PromptPass[]; readonly droppedTokens: number } {
  const { ids: empty } = tokenize('');
  const room = empty.length - 2;
  const filled: { id: number; weight: number }[][] = [[]];
  for (const piece of parsePrompt(prompt)) {
    if (piece === null) {
      filled.push([]);
      continue;
    }
    for (const { text, ids } of splitWords(piece.text)) {
      // An embedding's vectors belong together: they start a pass rather than being divided.
      if (ids !== undefined && filled.at(-1)!.length + ids.length > room) filled.push([]);
      for (const id of ids ?? tokenize(text).content) {
        if (filled.at(-1)!.length === room) filled.push([]);
        filled.at(-1)!.push({ id, weight: piece.weight });
      }
    }
  }
  const dropped = filled.slice(MOST_PASSES).reduce((sum, tokens) => sum + tokens.length, 0);
  const passes = filled.slice(0, MOST_PASSES).map((tokens): PromptPass => {
    // The empty prompt is the start token, the end token, and padding.
    const ids = [empty[0]!, ...tokens.map(({ id }) => id), empty[1]!, ...empty.slice(2 + tokens.length)];
    const weights = [
      1,
      ...tokens.map(({ weight }) => weight),
      ...empty.slice(1 + tokens.length).map(() => 1),
    ];
    return { ids, weights: weights.every((weight) => weight === 1) ? null : weights };
  });
  return { passes, droppedTokens: dropped };
}

/**
 * Weights a pass's states: multiplies each position by its weight, then rescales all to restore the mean.
 *
 * @param states dims [tokens, hidden]
 * @returns dims [tokens, hidden]
 */
export function weighStates(states: Tensor, weights: readonly number[] | null): Tensor {
  if (weights === null) return states;
  const [, hidden] = states.dims as [number, number];
  const mean = (data: Float32Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
  const weighed = states.data.map((value, index) => value * weights[Math.floor(index / hidden)]!);
  const factor = mean(states.data) / mean(weighed);
  // A mean of zero cannot be restored by scaling.
  if (!Number.isFinite(factor)) return tensor(weighed, states.dims);
  return tensor(
    weighed.map((value) => value * factor),
    states.dims,
  );
}

/** Concatenates the states of several passes. */
export function joinPasses(passes: readonly Tensor[]): Tensor {
  const [first] = passes;
  if (passes.length === 1) return first!;
  const [tokens, hidden] = first!.dims as [number, number];
  const data = new Float32Array(passes.length * tokens * hidden);
  for (const [index, pass] of passes.entries()) data.set(pass.data, index * tokens * hidden);
  return tensor(data, [passes.length * tokens, hidden]);
}

/**
 * Repeats embeddings to a common length, for a batch. Repetition does not change attention: every weight is divided by
 * the number of repetitions.
 *
 * @param embeddings dims [tokens, hidden], tokens multiples of one pass
 */
export function alignTokens(embeddings: readonly Tensor[]): readonly Tensor[] {
  const lengths = embeddings.map(({ dims }) => dims[0]!);
  const common = lengths.reduce(
    (product, length) => (product * length) / greatestDivisor(product, length),
    1,
  );
  return embeddings.map((embedding, index) =>
    lengths[index] === common
      ? embedding
      : joinPasses(new Array<Tensor>(common / lengths[index]!).fill(embedding)),
  );
}

/**
 * Prompts with embeddings of one length. Repetition changes how attention is rounded: the rows of a run have one length
 * from the start, so that a row's numbers depend neither on the rest of its batch nor on what was cached.
 */
export function alignPrompts<Prompted extends { readonly promptEmbedding: Tensor }>(
  prompts: readonly Prompted[],
): Prompted[] {
  const aligned = alignTokens(prompts.map(({ promptEmbedding }) => promptEmbedding));
  return prompts.map((prompt, index) => ({ ...prompt, promptEmbedding: aligned[index]! }));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
