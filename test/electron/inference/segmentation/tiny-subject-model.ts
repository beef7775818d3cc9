/**
 * A subject model of U2-Net's form: a nested U of convolutions with fused side outputs, seven output maps, the fused
 * one first. Tiny, with random side branches; its fused map is the redness of the picture, so that a test knows the
 * answer.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OnnxBuilder } from '../../../../native-models/graph/onnx-builder.ts';

const SIDE_OUTPUTS = 6;

export interface TinySubjectModel {
  readonly side?: number;
  /** Omits the final logistic function, as BiRefNet's exports do. */
  readonly isLogits?: boolean;
  /** The same value everywhere: nothing stands out. */
  readonly isFlat?: boolean;
  readonly preprocessor?: unknown;
}

/** Writes the model as the component `subject` of a pack. */
export function makeTinySubjectModel(
  packFolder: string,
  { side = 32, isLogits = false, isFlat = false, preprocessor }: TinySubjectModel = {},
): void {
  const folder = join(packFolder, 'subject');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), graphOf(side, isLogits, isFlat));
  if (preprocessor !== undefined) {
    writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  }
}

function graphOf(side: number, isLogits: boolean, isFlat: boolean): Uint8Array {
  const graph = new OnnxBuilder();
  const picture = graph.input('input.1', 'float32', [1, 3, side, side]);
  const random = lehmer(7);
  const convolve = (x: typeof picture, from: number, to: number, kernel: number, weights?: number[]) =>
    graph.node(
      'Conv',
      [
        x,
        graph.floats(weights ?? Array.from({ length: to * from * kernel * kernel }, random), [
          to,
          from,
          kernel,
          kernel,
        ]),
        graph.floats(Array.from({ length: to }, () => 0)),
      ],
      'float32',
      {
        attributes: {
          kernel_shape: [kernel, kernel],
          pads: [1, 1, 1, 1].map((pad) => (kernel === 3 ? pad : 0)),
        },
      },
    );
  // 1. Down, up again, and the halves added: one block of the U.
  const top = graph.node('Relu', [convolve(picture, 3, 4, 3)], 'float32');
  const below = graph.node('MaxPool', [top], 'float32', {
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  });
  const deep = graph.node('Relu', [convolve(below, 4, 4, 3)], 'float32');
  const up = graph.node('Resize', [deep, null, graph.floats([1, 1, 2, 2])], 'float32', {
    attributes: { mode: 'linear' },
  });
  const features = graph.node('Add', [top, up], 'float32');
  // 2. The side outputs are random; the fused one is how red a pixel is, with almost nothing of them.
  const sides = Array.from({ length: SIDE_OUTPUTS }, () => convolve(features, 4, 1, 3));
  const joined = graph.node('Concat', [...sides, picture], 'float32', { attributes: { axis: 1 } });
  const redness = isFlat ? [0, 0, 0] : [4, -2, -2];
  const fused = convolve(joined, SIDE_OUTPUTS + 3, 1, 1, [...sides.map(() => 0), ...redness]);
  for (const [index, map] of [fused, ...sides].entries()) {
    const output = isLogits ? map : graph.node('Sigmoid', [map], 'float32');
    graph.output(String(1959 + index), output, [1, 1, side, side]);
  }
  return graph.serialize('tiny subject model');
}

/** Park and Miller's generator: numbers in -0.5..0.5 that are the same everywhere. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
}
