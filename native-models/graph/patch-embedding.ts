/** How vision transformers turn a picture into tokens: one per patch, with a class token in front. */
import { imageToTokens } from './attention.ts';
import { GraphError } from './graph-error.ts';
import { convolution, type LayerContext } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { concat, shapeOf } from './onnx-operators.ts';

/** Patches of a square picture per side. @throws GraphError CONFIG_INVALID when they do not divide it */
export function patchesPerSide(className: string, imageSize: number, patchSize: number): number {
  if (imageSize >= patchSize && imageSize % patchSize === 0) return imageSize / patchSize;
  throw new GraphError(
    'CONFIG_INVALID',
    `${className}: a side of ${imageSize} pixels does not divide into patches of ${patchSize}.`,
  );
}

/**
 * Patches as tokens, the class token in front: [b, 3, h, w] -> [b, 1 + patches, width].
 *
 * @param classToken [1, 1, width]
 */
export function patchTokens(
  context: LayerContext,
  path: string,
  pixels: Value,
  classToken: Value,
  form: { readonly width: number; readonly patchSize: number; readonly bias: boolean },
): Value {
  const { graph } = context;
  const { width, patchSize, bias } = form;
  const patches = convolution(context, path, pixels, 3, width, {
    kernel: patchSize,
    stride: patchSize,
    pads: [0, 0, 0, 0],
    bias,
  });
  const batch = shapeOf(graph, path, pixels, 0, 1);
  const shape = concat(graph, path, [batch, graph.ints([1, width])], 0);
  const perRow = graph.node('Expand', [classToken, shape], classToken.type, { path });
  return concat(graph, path, [perRow, imageToTokens(context, path, patches)], 1);
}
