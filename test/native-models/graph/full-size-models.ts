/** Widely used models at their real sizes: class, configuration, tensor names and shapes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ComponentWeights } from '../../../native-models/graph/component-weights.ts';
import { parseSafetensorsHeader } from '../../../native-models/graph/safetensors.ts';
import { goldenFolder } from './golden-session.ts';

/** A model without its weights. */
export interface FullSizeModel {
  readonly className: string;
  readonly config: Record<string, unknown>;
  readonly tensors: Record<string, number[]>;
}

const listPath = join(goldenFolder, 'full-size.json.gz');

/** By name: 'sd1 unet', 'sd2 unet', 'sdxl unet', 'vae', 'tiny vae', 'clip l', 'clip h', 'clip g'. */
export const fullSizeModels = JSON.parse(gunzipSync(readFileSync(listPath)).toString()) as Record<
  string,
  FullSizeModel
>;

/** A float16 checkpoint's JSON header and its number of data bytes. */
export function halfPrecisionHeader({ tensors }: FullSizeModel): { json: string; dataLength: number } {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const begin = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'F16', shape, data_offsets: [begin, end] }];
  });
  return { json: JSON.stringify(Object.fromEntries(entries)), dataLength: end };
}

/** Weights as a float16 checkpoint of this model has them; only names and shapes. */
export function weightsOf(model: FullSizeModel): ComponentWeights {
  const { json, dataLength } = halfPrecisionHeader(model);
  // The path only needs to be that of a file.
  return new ComponentWeights([parseSafetensorsHeader(new TextEncoder().encode(json), dataLength, listPath)]);
}
