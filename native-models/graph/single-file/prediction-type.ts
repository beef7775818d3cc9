/**
 * Determines what a single file's U-Net predicts. Tensor names and shapes do not say; these sources do, in this order:
 *
 * | | |
 * | --- | --- |
 * | metadata `modelspec.prediction_type` | of the ModelSpec standard: "epsilon" or "v" |
 * | tensors `v_pred` and `ztsnr` | markers for ComfyUI in SDXL checkpoints trained this way |
 * | `NAME.yaml` in the same folder | LDM's configuration, as A1111 reads it: `parameterization: "v"` or not |
 * | the spread of a bias (SD 2.x) | above 0.09 in the 768-pixel models and their derivatives: ComfyUI's rule |
 *
 * SD 1.x and SDXL predict epsilon unless one of the first three says otherwise.
 */
import { existsSync, readFileSync } from 'node:fs';
import { GraphError } from '../graph-error.ts';
import type { SafetensorsFile } from '../safetensors.ts';
import { readTensorAsFloat32 } from '../safetensors-values.ts';

export type PredictionType = 'epsilon' | 'v_prediction';

const V_BIAS = 'model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias';
const V_BIAS_SPREAD = 0.09;

/** @throws GraphError FILE_UNREADABLE, TENSOR_DTYPE */
export function predictionTypeOf(file: SafetensorsFile, isSd2: boolean): PredictionType {
  const stated = file.metadata.get('modelspec.prediction_type')?.toLowerCase();
  if (stated === 'v' || stated === 'v_prediction' || stated === 'v-prediction') return 'v_prediction';
  if (stated === 'epsilon' || stated === 'eps') return 'epsilon';
  if (file.tensors.has('v_pred')) return 'v_prediction';
  const yaml = file.path.replace(/\.safetensors$/i, '.yaml');
  if (yaml !== file.path && existsSync(yaml)) {
    return /^\s*parameterization:\s*["']?v["']?\s*(#.*)?$/m.test(readConfiguration(yaml))
      ? 'v_prediction'
      : 'epsilon';
  }
  if (!isSd2 || !file.tensors.has(V_BIAS)) return 'epsilon';
  return spread(readTensorAsFloat32(file, V_BIAS)) > V_BIAS_SPREAD ? 'v_prediction' : 'epsilon';
}

function readConfiguration(yaml: string): string {
  try {
    return readFileSync(yaml, 'utf8');
  } catch (cause) {
    throw new GraphError('FILE_UNREADABLE', `${yaml} cannot be read.`, { cause });
  }
}

/** Population standard deviation, not a sample's. */
function spread(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
