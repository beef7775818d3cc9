/**
 * Textual-inversion embeddings: vectors that stand for a word in a prompt (Gal et al., arXiv 2208.01618), in the forms
 * in which they are shared:
 *
 * | tensors | from | for |
 * | --- | --- | --- |
 * | `emb_params` [n, width] | A1111 | SD 1.x (768), SD 2.x (1024) |
 * | `<word>` or another single name, [n, width] or [width] | diffusers | the same |
 * | `clip_l` [n, 768], `clip_g` [n, 1280] | kohya, ComfyUI | SDXL's two encoders |
 */
import { basename } from 'node:path';
import { recogniseForeignFile } from './foreign-file.ts';
import { GraphError } from './graph-error.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';
import { readTensorAsFloat32 } from './safetensors-values.ts';

/** Vectors for one text encoder. */
export interface EmbeddingVectors {
  /** Row-major, count * width. */
  readonly data: Float32Array;
  /** How many tokens the word becomes. */
  readonly count: number;
  readonly width: number;
}

/** An opened embedding. */
export interface EmbeddingFile {
  /** For the only encoder, or for each of SDXL's two. */
  readonly encoders: readonly EmbeddingVectors[];
}

/** More would not fit into a pass of the encoder. */
const MOST_VECTORS = 75;

/**
 * Opens an embedding and reads its vectors.
 *
 * @throws GraphError FOREIGN_FILE for other files, TENSOR_SHAPE, TENSOR_DTYPE, SAFETENSORS_*, FILE_UNREADABLE
 */
export function openEmbedding(path: string): EmbeddingFile {
  const foreign = recogniseForeignFile(path);
  if (foreign !== undefined && foreign.kind !== 'textual-inversion') {
    throw new GraphError('FOREIGN_FILE', foreign.message);
  }
  const file = openSafetensors(path);
  const names = [...file.tensors.keys()];
  if (file.tensors.has('clip_l') && file.tensors.has('clip_g')) {
    const encoders = ['clip_l', 'clip_g'].map((name) => readVectors(file, name));
    if (encoders[0]!.count !== encoders[1]!.count) {
      throw new GraphError(
        'TENSOR_SHAPE',
        `${basename(path)} has ${encoders[0]!.count} vectors for one text encoder and ${encoders[1]!.count} for the other.`,
      );
    }
    return { encoders };
  }
  const name = file.tensors.has('emb_params') ? 'emb_params' : names.length === 1 ? names[0] : undefined;
  if (name === undefined) {
    throw new GraphError(
      'FOREIGN_FILE',
      `${basename(path)} is not an embedding: it has ${names.length} tensors, none of them emb_params, or clip_l and clip_g.`,
    );
  }
  return { encoders: [readVectors(file, name)] };
}

function readVectors(file: SafetensorsFile, name: string): EmbeddingVectors {
  const { shape } = file.tensors.get(name)!;
  const [count, width] = shape.length === 1 ? [1, shape[0]!] : [shape[0] ?? 0, shape[1] ?? 0];
  if (shape.length > 2 || count < 1 || width < 1 || count > MOST_VECTORS) {
    throw new GraphError(
      'TENSOR_SHAPE',
      `${basename(file.path)}: "${name}" is [${shape.join(',')}]; an embedding is 1 to ${MOST_VECTORS} rows of vectors.`,
    );
  }
  return { data: readTensorAsFloat32(file, name), count, width };
}
