/**
 * Operations on a whole mask, using the method's own (electron/pipeline/masks), so that growing a mask here and on
 * the command line gives the same result. They take up to a second on a large mask: call them in a worker.
 */
import { featherMask } from '../../electron/pipeline/masks/feather-mask.ts';
import { growMask, shrinkMask } from '../../electron/pipeline/masks/grow-shrink.ts';
import { fillHoles, removeSpecks } from '../../electron/pipeline/masks/holes-and-specks.ts';
import { invertMask } from '../../electron/pipeline/masks/set-operations.ts';
import { type Tensor, tensor, zeros } from '../../electron/pipeline/tensor/tensor.ts';
import { type MaskPlane, maskPlane } from './mask-plane.ts';
import { rotatePlane } from './rotate-plane.ts';
import { type Turn, turnPlane } from './turn-plane.ts';

export type MaskOperation =
  | { readonly kind: 'grow' | 'shrink'; readonly radiusPx: number }
  | { readonly kind: 'feather'; readonly widthPx: number }
  | { readonly kind: 'rotate'; readonly degrees: number }
  | { readonly kind: 'removeSpecks'; readonly minAreaPx: number }
  | { readonly kind: 'fillHoles' | 'invert' | 'clear' | Turn };

/** The same operation on a mask of another scale. @param scale of its lengths; areas by its square */
export function scaledOperation(operation: MaskOperation, scale: number): MaskOperation {
  switch (operation.kind) {
    case 'grow':
    case 'shrink':
      return { ...operation, radiusPx: operation.radiusPx * scale };
    case 'feather':
      return { ...operation, widthPx: operation.widthPx * scale };
    case 'removeSpecks':
      return { ...operation, minAreaPx: operation.minAreaPx * scale * scale };
    default:
      return operation;
  }
}

/**
 * @returns a new plane of the same size
 * @throws PipelineError PARAMETER_INVALID for a negative radius, width or area
 */
export function operateOnMask(plane: MaskPlane, operation: MaskOperation): MaskPlane {
  const mask = toTensor(plane);
  switch (operation.kind) {
    case 'grow':
      return toPlane(growMask(mask, operation.radiusPx));
    case 'shrink':
      return toPlane(shrinkMask(mask, operation.radiusPx));
    case 'feather':
      return toPlane(featherMask(mask, operation.widthPx));
    case 'removeSpecks':
      return toPlane(removeSpecks(mask, operation.minAreaPx));
    case 'fillHoles':
      return toPlane(fillHoles(mask));
    case 'invert':
      return toPlane(invertMask(mask));
    case 'clear':
      return toPlane(zeros(mask.dims));
    case 'rotate':
      return rotatePlane(plane, operation.degrees);
    default:
      return turnPlane(plane, operation.kind);
  }
}

export const TURNS = ['rotateLeft', 'rotateRight', 'flipX', 'flipY'] as const satisfies readonly Turn[];

function toTensor({ width, height, data }: MaskPlane): Tensor {
  return tensor(
    Float32Array.from(data, (value) => value / 255),
    [height, width],
  );
}

function toPlane({ data, dims }: Tensor): MaskPlane {
  const [height, width] = dims as [number, number];
  // Clamped arrays round to nearest.
  return maskPlane(
    width,
    height,
    Uint8ClampedArray.from(data, (value) => value * 255),
  );
}
