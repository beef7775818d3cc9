/** Masks as files: 8-bit grey PNG, as stored in the project. */
import { decode, encode } from 'fast-png';
import { StudioError } from '../../electron/contract/errors.ts';
import { type MaskPlane, maskPlane } from '../editor/mask-plane.ts';

/** @throws StudioError ASSET_INVALID when it is not an 8-bit grey PNG */
export function decodeMask(bytes: Uint8Array): MaskPlane {
  const { width, height, data, channels, depth } = decode(bytes);
  if (channels !== 1 || depth !== 8) {
    throw new StudioError(
      'ASSET_INVALID',
      `A mask must be an 8-bit grey PNG; this one has ${channels} channels of ${depth} bits.`,
    );
  }
  return maskPlane(width, height, Uint8ClampedArray.from(data));
}

export function encodeMask({ width, height, data }: MaskPlane): Uint8Array<ArrayBuffer> {
  // Level 3: masks are flat, higher levels save little and take several times as long.
  const bytes = encode({ width, height, data, channels: 1, depth: 8 }, { zlib: { level: 3 } });
  return new Uint8Array(bytes);
}
