/** Runs graphs of the golden checkpoints in ONNX Runtime and reads the tensors that PyTorch saved for them. */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import {
  type BuildOptions,
  buildComponentGraph,
  type ComponentGraph,
  type ComponentMetadata,
  type ComponentName,
  cachedHiddenStatesInput,
  layerTokens,
  openCheckpoint,
} from '../../../native-models/graph/index.ts';
import { openSafetensors, type SafetensorsFile } from '../../../native-models/graph/safetensors.ts';
import { readTensorAsFloat32 } from '../../../native-models/graph/safetensors-values.ts';

export const goldenFolder = join(import.meta.dirname, '../../golden/graph');

/** Named inputs and outputs of one component. */
export class GoldenTensors {
  readonly #file: SafetensorsFile;

  constructor(checkpoint: string, component: string);
  /** @param path of the file */
  constructor(path: string);
  constructor(checkpointOrPath: string, component?: string) {
    this.#file = openSafetensors(
      component === undefined
        ? checkpointOrPath
        : join(goldenFolder, checkpointOrPath, `${component}.golden.safetensors`),
    );
  }

  get names(): string[] {
    return [...this.#file.tensors.keys()];
  }

  numbers(name: string): Float32Array {
    return readTensorAsFloat32(this.#file, name);
  }

  tensor(name: string): ort.Tensor {
    const { dtype, shape } = this.#file.tensors.get(name)!;
    const numbers = this.numbers(name);
    return dtype === 'I64'
      ? new ort.Tensor(
          'int64',
          BigInt64Array.from(numbers, (x) => BigInt(x)),
          [...shape],
        )
      : new ort.Tensor('float32', numbers, [...shape]);
  }
}

/** A component's session; a test may run it many times, which costs less than another session. */
export interface OpenComponent {
  readonly graph: ComponentGraph;
  readonly run: (feed: Record<string, ort.Tensor>) => Promise<Record<string, Float32Array>>;
  readonly release: () => Promise<void>;
}

/** Builds a component's graph and makes a session of it; the caller releases it. */
export async function openComponent(
  checkpoint: string,
  component: ComponentName,
  options: BuildOptions = {},
): Promise<OpenComponent> {
  const graph = buildComponentGraph(openCheckpoint(join(goldenFolder, checkpoint)), component, options);
  const session = await createSession(graph);
  return {
    graph,
    run: async (feed) => {
      const kept = component === 'unet' ? withoutKeptRows(graph, feed.sample!.dims) : {};
      const outputs = await session.run({ ...kept, ...feed });
      return Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]),
      );
    },
    release: () => session.release(),
  };
}

/** Builds a component's graph, runs it once per set of feeds, and releases the session. */
export async function runComponent(
  checkpoint: string,
  component: ComponentName,
  feeds: readonly Record<string, ort.Tensor>[],
  options: BuildOptions = {},
): Promise<Record<string, Float32Array>[]> {
  const opened = await openComponent(checkpoint, component, options);
  try {
    const results: Record<string, Float32Array>[] = [];
    for (const feed of feeds) results.push(await opened.run(feed));
    return results;
  } finally {
    await opened.release();
  }
}

/** Inputs of a U-Net's graph when nothing is cached from earlier calls or for later ones. */
function withoutKeptRows(
  { metadata }: ComponentGraph,
  [, , height, width]: readonly number[],
): Record<string, ort.Tensor> {
  const { guidedLayers } = metadata as ComponentMetadata<'unet'>;
  const states = guidedLayers.map((layer) => {
    const dims = [0, layerTokens(layer, height!, width!), layer.channels];
    return [cachedHiddenStatesInput(layer.path), new ort.Tensor('float32', [], dims)] as const;
  });
  return { keep: new ort.Tensor('int64', [], [0]), ...Object.fromEntries(states) };
}

/** A session with one thread, which is as deterministic as it gets. */
export function createSession(
  graph: Pick<ComponentGraph, 'bytes' | 'externalFolder'>,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(graph.bytes, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    extra: { session: { model_external_initializers_file_folder_path: graph.externalFolder } },
  });
}

/** Largest absolute difference; NaN if any element is NaN. @throws Error if the lengths differ */
export function maxAbsoluteDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} elements cannot be compared`);
  return a.reduce((largest, x, i) => {
    const difference = Math.abs(x - b[i]!);
    return difference > largest || Number.isNaN(difference) ? difference : largest;
  }, 0);
}
