/** Textual-inversion embeddings for the text encoders of one model. */
import type { SplitWords } from '../../pipeline/processors/weighted-prompt.ts';
import { type OpenedEmbedding, splitByNames } from '../packs/embeddings.ts';

/** The embeddings as one encoder takes them. */
export interface EncoderEmbeddings {
  readonly splitWords: SplitWords;
  /** One row after another; a row of zeros without any embedding. */
  readonly table: Float32Array;
  /** Rows of `table`. */
  readonly rows: number;
}

/**
 * @param embeddings all for this model
 * @param encoder which of the model's encoders
 * @param hiddenSize width of its vectors
 * @param vocabularySize the ids of vectors follow those of its vocabulary
 */
export function embeddingsOfEncoder(
  embeddings: readonly OpenedEmbedding[],
  encoder: number,
  { hiddenSize, vocabularySize }: { readonly hiddenSize: number; readonly vocabularySize: number },
): EncoderEmbeddings {
  const ids = new Map<string, number[]>();
  let rows = 0;
  for (const { name, encoders } of embeddings) {
    const first = vocabularySize + rows;
    const { count } = encoders[encoder]!;
    ids.set(
      name,
      Array.from({ length: count }, (_, index) => first + index),
    );
    rows += count;
  }
  const table = new Float32Array(Math.max(rows, 1) * hiddenSize);
  let at = 0;
  for (const { encoders } of embeddings) {
    table.set(encoders[encoder]!.data, at);
    at += encoders[encoder]!.data.length;
  }
  return { splitWords: splitByNames(ids), table, rows: Math.max(rows, 1) };
}
