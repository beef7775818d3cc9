import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeMask, encodeMask } from '../../../renderer/canvas/mask-png.ts';
import { maskPlane } from '../../../renderer/editor/mask-plane.ts';

describe('a mask as a file', () => {
  it('is the same after writing and reading', () => {
    const side = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(side, side, fc.infiniteStream(fc.nat(255)), (width, height, values) => {
        const data = Uint8ClampedArray.from({ length: width * height }, () => values.next().value);
        expect(decodeMask(encodeMask(maskPlane(width, height, data)))).toEqual({ width, height, data });
      }),
      { numRuns: 50 },
    );
  });

  it('is an 8-bit grey PNG, and nothing else is accepted', async () => {
    const bytes = encodeMask(maskPlane(3, 2));
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', channels: 1, depth: 'uchar' });
    const coloured = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(() => decodeMask(coloured)).toThrow(expect.objectContaining({ code: 'ASSET_INVALID' }));
  });
});
