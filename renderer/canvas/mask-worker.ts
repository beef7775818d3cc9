/** The worker that reads, writes and processes whole masks, so that no animation frame is delayed. */
import { expose, transfer } from 'comlink';
import { type MaskOperation, operateOnMask } from '../editor/mask-operations.ts';
import { type MaskPlane, maskPlane } from '../editor/mask-plane.ts';
import { resamplePlane } from '../editor/resample-plane.ts';
import type { Size } from '../editor/view-transform.ts';
import { decodeMask, encodeMask } from './mask-png.ts';

function handOver(plane: MaskPlane): MaskPlane {
  return transfer(plane, [plane.data.buffer]);
}

const service = {
  decode: (bytes: Uint8Array, size: Size) => handOver(resamplePlane(decodeMask(bytes), size)),
  encode(plane: MaskPlane) {
    const bytes = encodeMask(plane);
    return transfer(bytes, [bytes.buffer]);
  },
  operate: ({ width, height, data }: MaskPlane, operation: MaskOperation) =>
    handOver(operateOnMask(maskPlane(width, height, data), operation)),
};

export type MaskWorkerService = typeof service;

expose(service);
