/** Opens textual-inversion embeddings, and chooses those that fit a model. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type EmbeddingFile, openEmbedding } from '../../../native-models/graph/index.ts';
import { splitAtEmbeddings } from '../../contract/embedding-names.ts';
import { withoutExtension } from '../../contract/model-choice.ts';
import type { SplitWords } from '../../pipeline/processors/weighted-prompt.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';

/** An embedding under the name that prompts use. */
export interface OpenedEmbedding extends EmbeddingFile {
  /** The file's name without its extension. */
  readonly name: string;
  readonly sha256: string;
}

/**
 * Opens files of a few kilobytes each; of several with one name the first counts.
 *
 * @throws StudioError MODEL_INVALID, PACK_INCOMPLETE
 */
export async function openEmbeddings(paths: readonly string[]): Promise<OpenedEmbedding[]> {
  const opened = new Map<string, OpenedEmbedding>();
  for (const path of paths) {
    const name = withoutExtension(basename(path));
    if (opened.has(name.toLowerCase())) continue;
    const file = await inStudioTerms(() => openEmbedding(path));
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    opened.set(name.toLowerCase(), { ...file, name, sha256 });
  }
  return [...opened.values()];
}

/** Whether an embedding was made for text encoders of these widths. */
export function fitsEncoders({ encoders }: EmbeddingFile, widths: readonly number[]): boolean {
  return encoders.length === widths.length && encoders.every(({ width }, index) => width === widths[index]);
}

/** Parts that name an embedding get its ids; `embedding:...` without such a file becomes nothing, as in ComfyUI. */
export function splitByNames(ids: ReadonlyMap<string, readonly number[]>): SplitWords {
  const names = [...ids.keys()];
  return (text) =>
    splitAtEmbeddings(text, names).map(({ text: part, start, name, isUnknown }) => ({
      text: part,
      start,
      ...(name !== undefined && { ids: ids.get(name)! }),
      ...(isUnknown && { ids: [] }),
    }));
}
