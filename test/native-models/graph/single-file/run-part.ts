/** Runs parts of the small single-file checkpoints on the inputs of their golden files. */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import {
  buildComponentGraph,
  type Checkpoint,
  type ComponentName,
  cachedHiddenStatesInput,
  kvSourceInput,
  layerTokens,
} from '../../../../native-models/graph/index.ts';
import { openSafetensors } from '../../../../native-models/graph/safetensors.ts';
import { readTensorAsFloat32 } from '../../../../native-models/graph/safetensors-values.ts';
import { createSession } from '../golden-session.ts';
import { type GoldenModel, singleFileGoldens } from './single-file-models.ts';

/** The tensors of a golden file, by name. */
export function goldenNumbers(file: string): (name: string) => Float32Array {
  const golden = openSafetensors(join(singleFileGoldens, `${file}.golden.safetensors`));
  return (name) => readTensorAsFloat32(golden, name);
}

/**
 * Runs one part on the golden inputs that have its inputs' names.
 *
 * @param tag prefix of the part's inputs in the golden file
 * @returns outputs by name
 */
export async function runPart(
  checkpoint: Checkpoint,
  family: GoldenModel,
  component: ComponentName,
  tag: string,
): Promise<Record<string, Float32Array>> {
  const golden = openSafetensors(join(singleFileGoldens, `${family}.golden.safetensors`));
  const given = (name: string): ort.Tensor | undefined => {
    const entry = golden.tensors.get(`${tag}.${name}`);
    if (entry === undefined) return undefined;
    const numbers = readTensorAsFloat32(golden, entry.name);
    return entry.dtype === 'I64'
      ? new ort.Tensor('int64', BigInt64Array.from(numbers, BigInt), [...entry.shape])
      : new ort.Tensor('float32', numbers, [...entry.shape]);
  };
  const graph = buildComponentGraph(checkpoint, component);
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name } of graph.inputs) {
    const tensor = given(name);
    if (tensor !== undefined) feeds[name] = tensor;
  }
  const { metadata } = graph;
  if (metadata.kind === 'unet') {
    const rows = feeds.sample!.dims[0]!;
    const ownSource = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i));
    for (const half of ['down', 'up'] as const)
      feeds[kvSourceInput(half)] = new ort.Tensor('int64', ownSource, [rows]);
    feeds.appearance_scale = new ort.Tensor('float32', new Float32Array(rows), [rows]);
    feeds.keep = new ort.Tensor('int64', [], [0]);
    for (const layer of metadata.guidedLayers) {
      const dims = [0, layerTokens(layer, 8, 8), layer.channels];
      feeds[cachedHiddenStatesInput(layer.path)] = new ort.Tensor('float32', [], dims);
    }
  }
  const session = await createSession(graph);
  try {
    const outputs = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]),
    );
  } finally {
    await session.release();
  }
}
