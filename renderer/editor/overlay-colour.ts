/**
 * Chooses the colour of a mask's overlay: its concept's, unless the picture under it has nearly that colour; then a
 * dark or light shade of it, whichever stands out more.
 */
import { INSIDE_FROM, type MaskPlane } from './mask-plane.ts';

/** Red, green, blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The picture under the masks, at any size. */
export interface UnderlyingPicture {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly data: Uint8ClampedArray;
}

/** Mean distance in Oklab (0 equal, 1 black to white) below which a colour does not stand out. */
const LEAST_DISTANCE = 0.2;
/** How far a shade goes towards black or white. */
const SHADE = 0.7;

/**
 * The colour for a mask's overlay.
 *
 * @param colour the concept's
 * @param plane the mask, of any size
 * @param picture under the mask; stretched to the mask if the sizes differ
 */
export function overlayColour(colour: Rgb, plane: MaskPlane, picture: UnderlyingPicture | undefined): Rgb {
  if (!picture) return colour;
  const under = coloursUnder(plane, picture);
  if (under.length === 0) return colour;
  const distanceOf = (candidate: Rgb) => {
    const lab = oklab(candidate);
    return under.reduce((sum, other) => sum + distance(lab, other), 0) / under.length;
  };
  if (distanceOf(colour) >= LEAST_DISTANCE) return colour;
  const shades = [mix(colour, [0, 0, 0]), mix(colour, [255, 255, 255])] as const;
  return distanceOf(shades[0]) >= distanceOf(shades[1]) ? shades[0] : shades[1];
}

/** '#rrggbb' as three bytes. */
export function rgbOf(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

type Lab = readonly [number, number, number];

/** Colours of the picture's pixels whose centres the mask covers. */
function coloursUnder(plane: MaskPlane, { width, height, data }: UnderlyingPicture): Lab[] {
  const found: Lab[] = [];
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * plane.height) / height) * plane.width;
    for (let x = 0; x < width; x++) {
      if (plane.data[row + Math.floor(((x + 0.5) * plane.width) / width)]! < INSIDE_FROM) continue;
      const at = 4 * (y * width + x);
      found.push(oklab([data[at]!, data[at + 1]!, data[at + 2]!]));
    }
  }
  return found;
}

function mix(colour: Rgb, other: Rgb): Rgb {
  const at = (index: 0 | 1 | 2) => Math.round(colour[index] * (1 - SHADE) + other[index] * SHADE);
  return [at(0), at(1), at(2)];
}

function distance(a: Lab, b: Lab): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Oklab of an sRGB colour (Ottosson 2020). */
function oklab(colour: Rgb): Lab {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const [red, green, blue] = [linear(colour[0]), linear(colour[1]), linear(colour[2])];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
