/** The rectangles that the canvas draws are the ones the method uses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latentMasks } from '../../../electron/pipeline/mixing/latent-masks.ts';
import { tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import { expandedRectangles, framedMask, outOfFrame } from '../../../renderer/editor/expanded-rectangle.ts';
import { boundsOf, type MaskPlane, maskPlane, type PixelRect } from '../../../renderer/editor/mask-plane.ts';
import { maskSpace } from '../../../renderer/editor/mask-space.ts';
import { fillPolygon, rectangleOutline } from '../../../renderer/editor/polygon-fill.ts';

const SIDE = 64;
const hard = { downscale: 8, featherPx: 0, expandLatent: 0, regionGrowPx: 0, bandLatent: 0 };

function rectangle(left: number, top: number, right: number, bottom: number): MaskPlane {
  const plane = maskPlane(SIDE, SIDE);
  fillPolygon(plane, rectangleOutline({ x: left, y: top }, { x: right, y: bottom }));
  return plane;
}

describe('expanded rectangles', () => {
  it('contain the elements that are at least half covered, and the margin', () => {
    // Columns 2 and 3 are covered, columns 1 and 4 by an eighth; rows 2 and 3 are covered.
    const mask = rectangle(15, 17, 33, 30);
    expect(expandedRectangles([mask], { ...hard, expandLatent: 1 })).toEqual([
      { left: 8, top: 8, right: 40, bottom: 40 },
    ]);
    expect(expandedRectangles([mask], hard)).toEqual([{ left: 16, top: 16, right: 32, bottom: 32 }]);
    expect(expandedRectangles([maskPlane(SIDE, SIDE)], hard)).toEqual([undefined]);
    expect(expandedRectangles([], hard)).toEqual([]);
  });

  it('are those of the whole object, whatever is in front of it', () => {
    const back = rectangle(0, 0, 32, 32);
    const front = rectangle(16, 0, 48, 32);
    expect(expandedRectangles([back, front], hard)).toEqual([
      { left: 0, top: 0, right: 32, bottom: 32 },
      { left: 16, top: 0, right: 48, bottom: 32 },
    ]);
  });

  it('are not widened by a feather', () => {
    const [found] = expandedRectangles([rectangle(24, 24, 40, 40)], { ...hard, featherPx: 8 });
    expect(found).toEqual({ left: 24, top: 24, right: 40, bottom: 40 });
  });

  it('end at the picture’s border if it is no whole number of elements', () => {
    const plane = maskPlane(20, 20);
    plane.data.fill(255);
    expect(expandedRectangles([plane], hard)).toEqual([{ left: 0, top: 0, right: 20, bottom: 20 }]);
  });

  it('are the bounds of the method’s expanded masks for any masks and parameters', () => {
    const edge = fc.integer({ min: 0, max: SIDE });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(edge, edge, edge, edge), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 3, 12),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(0, 3),
        fc.constantFrom(0, 2),
        (corners, featherPx, expandLatent, regionGrowPx, bandLatent) => {
          const masks = corners.map(([a, b, c, d]) =>
            rectangle(Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)),
          );
          const options = { downscale: 8, featherPx, expandLatent, regionGrowPx, bandLatent };
          const concepts = masks.map(({ data }, order) => ({
            mask: tensor(
              Float32Array.from(data, (byte) => byte / 255),
              [SIDE, SIDE],
            ),
            order,
          }));
          const { expandedMasks } = latentMasks(concepts, [8, 8], options);
          expect(expandedRectangles(masks, options)).toEqual(
            expandedMasks.map(({ data }) => boundsOf8(data)),
          );
        },
      ),
    );
  });
});

/** Bounds in pixels of the set elements in a grid of 8 x 8 latents. */
function boundsOf8(data: Float32Array): PixelRect | undefined {
  const inside = [...data.keys()].filter((at) => data[at]! > 0);
  if (inside.length === 0) return undefined;
  const [columns, rows] = [inside.map((at) => at % 8), inside.map((at) => Math.floor(at / 8))];
  return {
    left: 8 * Math.min(...columns),
    top: 8 * Math.min(...rows),
    right: 8 * (Math.max(...columns) + 1),
    bottom: 8 * (Math.max(...rows) + 1),
  };
}

it('shows a mask as the model sees it, and maps a mask found there back to the background', () => {
  const background = { width: 640, height: 320 };
  const plane = maskPlane(320, 160);
  fillPolygon(plane, rectangleOutline({ x: 100, y: 40 }, { x: 140, y: 80 }));
  const frame = { left: 160, top: 40, width: 160, height: 160, modelWidth: 80, modelHeight: 80 };
  const seen = framedMask(plane, maskSpace(background, plane), frame);
  expect([seen.width, seen.height]).toEqual([80, 80]);
  expect(boundsOf(seen)).toEqual({ left: 20, top: 20, right: 60, bottom: 60 });
  expect(outOfFrame(boundsOf(seen), frame)).toEqual({ left: 200, top: 80, right: 280, bottom: 160 });
});
