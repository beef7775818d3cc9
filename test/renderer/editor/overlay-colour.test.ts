import { describe, expect, it } from 'vitest';
import { CONCEPT_COLOURS } from '../../../electron/contract/scene-document.ts';
import { maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { overlayColour, type Rgb, rgbOf } from '../../../renderer/editor/overlay-colour.ts';

const SIDE = 8;

/** A picture with one colour in its left half and another in its right half. */
function picture(left: Rgb, right: Rgb) {
  const data = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let at = 0; at < SIDE * SIDE; at++) data.set([...(at % SIDE < SIDE / 2 ? left : right), 255], 4 * at);
  return { width: SIDE, height: SIDE, data };
}

const left = maskPlane(2, 1, Uint8ClampedArray.from([255, 0]));

/** Sum of the channels' differences. */
const difference = (a: Rgb, b: Rgb) => a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0);

describe('the colour of a mask', () => {
  it('stands out from a picture of the very same colour, for every concept', () => {
    for (const colour of CONCEPT_COLOURS.map(rgbOf)) {
      const shown = overlayColour(colour, left, picture(colour, [0, 0, 0]));
      expect(difference(shown, colour)).toBeGreaterThan(150);
    }
  });

  it('is the concept’s if the picture under it has another colour, whatever is next to the mask', () => {
    const amber = rgbOf('#e69f00');
    expect(overlayColour(amber, left, picture([40, 60, 160], amber))).toEqual(amber);
  });

  it('is the concept’s without a mask or a picture', () => {
    const blue = rgbOf('#0072b2');
    expect(overlayColour(blue, maskPlane(2, 1), picture(blue, blue))).toEqual(blue);
    expect(overlayColour(blue, left, undefined)).toEqual(blue);
  });
});
