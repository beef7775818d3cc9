/**
 * Prompts as people write them: emphasis, BREAK, and more text than one pass of the encoder holds. The rules are
 * A1111's (stable-diffusion-webui, wiki "Features": attention/emphasis, and its infinite prompt length):
 *
 * | | |
 * | --- | --- |
 * | `(text)`, `((text))` | weight 1.1, 1.1 * 1.1 |
 * | `(text:1.3)` | weight 1.3, inside of other brackets times theirs |
 * | `[text]` | weight 1 / 1.1 |
 * | `\(`, `\)`, `\[`, `\]`, `\\` | the character itself |
 * | `BREAK` | what follows begins a new pass |
 *
 * A bracket that is not closed counts to the end. Passes are filled to the last token: A1111 also moves words behind a
 * late comma into the next one.
 */
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { TokenizedPrompt } from './clip-tokenizer.ts';

/** A piece of a prompt with one weight; null: a new pass begins. */
export type PromptPiece = { readonly text: string; readonly weight: number } | null;

/** One pass of the text encoder. */
export interface PromptPass {
  /** As many as the encoder has positions, start and end token included. */
  readonly ids: readonly number[];
  /** Of each position; null where all are 1. */
  readonly weights: readonly number[] | null;
}

/** Most passes of one prompt: attention to the text takes time with each. */
const MOST_PASSES = 4;
const STEP = 1.1;

/** A character that stands for itself, a weight that closes a bracket, a bracket, or plain text. */
const SYMBOLS = /\\[\\()[\]]|:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\)|[()[\]]|[^\\()[\]:]+|[\\:]/g;

/** Reads a prompt's emphasis. Neighbouring pieces of one weight are joined. */
export function parsePrompt(prompt: string): PromptPiece[] {
  const pieces: { text: string; weight: number; isBreak: boolean }[] = [];
  const open: { kind: '(' | '['; at: number }[] = [];
  const weigh = (at: number, factor: number) => {
    for (const piece of pieces.slice(at)) piece.weight *= factor;
  };
  /** Brackets of two kinds are closed independently of each other. */
  const close = (kind: '(' | '[', factor: number): boolean => {
    const index = open.findLastIndex((bracket) => bracket.kind === kind);
    if (index === -1) return false;
    weigh(open.splice(index, 1)[0]!.at, factor);
    return true;
  };
  const say = (text: string) => {
    for (const [index, part] of text.split(/\s*\bBREAK\b\s*/).entries()) {
      if (index > 0) pieces.push({ text: '', weight: 1, isBreak: true });
      pieces.push({ text: part, weight: 1, isBreak: false });
    }
  };
  for (const [symbol, weight] of prompt.matchAll(SYMBOLS)) {
    if (symbol === '(' || symbol === '[') open.push({ kind: symbol, at: pieces.length });
    else if (weight !== undefined && close('(', Number(weight))) continue;
    else if (symbol === ')' && close('(', STEP)) continue;
    else if (symbol === ']' && close('[', 1 / STEP)) continue;
    else if (symbol.length === 2 && symbol.startsWith('\\'))
      pieces.push({ text: symbol[1]!, weight: 1, isBreak: false });
    else if (symbol !== '\\') say(symbol);
  }
  for (const { kind, at } of open) weigh(at, kind === '(' ? STEP : 1 / STEP);
  const joined: PromptPiece[] = [];
  for (const { text, weight, isBreak } of pieces) {
    const last = joined.at(-1);
    if (isBreak) joined.push(null);
    else if (last?.weight === weight) joined[joined.length - 1] = { text: last.text + text, weight };
    else if (text !== '') joined.push({ text, weight });
  }
  return joined;
}

/**
 * Lays a prompt out into passes of the text encoder.
 *
 * @param tokenize the encoder's tokenizer
 * @returns one pass or more, and how many tokens did not fit into the last
 */
export function passesOfPrompt(
  prompt: string,
  tokenize: (prompt: string) => TokenizedPrompt,
): { readonly passes: readonly PromptPass[]; readonly droppedTokens: number } {
  const { ids: empty } = tokenize('');
  const room = empty.length - 2;
  const filled: { id: number; weight: number }[][] = [[]];
  for (const piece of parsePrompt(prompt)) {
    if (piece === null) {
      filled.push([]);
      continue;
    }
    for (const id of tokenize(piece.text).content) {
      if (filled.at(-1)!.length === room) filled.push([]);
      filled.at(-1)!.push({ id, weight: piece.weight });
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
 * Weighs a pass's states: each position's times its weight, then all times what brings the mean back.
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
  // A mean of zero has nothing to be brought back to.
  if (!Number.isFinite(factor)) return tensor(weighed, states.dims);
  return tensor(
    weighed.map((value) => value * factor),
    states.dims,
  );
}

/** The states of several passes behind one another. */
export function joinPasses(passes: readonly Tensor[]): Tensor {
  const [first] = passes;
  if (passes.length === 1) return first!;
  const [tokens, hidden] = first!.dims as [number, number];
  const data = new Float32Array(passes.length * tokens * hidden);
  for (const [index, pass] of passes.entries()) data.set(pass.data, index * tokens * hidden);
  return tensor(data, [passes.length * tokens, hidden]);
}

/**
 * Embeddings of one length, for a batch. A shorter one is repeated: attention to the same tokens several times is
 * attention to them once, since every weight is divided by as many.
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

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
