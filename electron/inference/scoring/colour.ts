/** Colours of pictures in CIE Lab, where distance approximates perception (CIE 1976, Delta E*ab). */
import sharp from 'sharp';
import type { RgbImage } from '../../pipeline/processors/image.ts';

/** L* 0..100, a* and b* about -128..127. */
export type LabColour = readonly [lightness: number, a: number, b: number];

/**
 * An sRGB picture in CIE Lab (D65), converted by libvips.
 *
 * @returns three floats per pixel, rows from the top
 */
export async function toLab({ data, width, height }: RgbImage): Promise<Float32Array> {
  const { data: bytes, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .toColourspace('lab')
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`libvips gave ${info.channels} channels for a Lab picture.`);
  return new Float32Array(bytes.buffer, bytes.byteOffset, width * height * 3);
}

/** The colour of one pixel of a Lab picture. */
export function labAt(lab: Float32Array, pixel: number): LabColour {
  return [lab[pixel * 3]!, lab[pixel * 3 + 1]!, lab[pixel * 3 + 2]!];
}

/**
 * Mean colour of the pixels where `inside` is true.
 *
 * @throws RangeError when there is none
 */
export function meanColour(lab: Float32Array, inside: (pixel: number) => boolean): LabColour {
  const sum = [0, 0, 0];
  let count = 0;
  for (let pixel = 0; pixel < lab.length / 3; pixel++) {
    if (!inside(pixel)) continue;
    labAt(lab, pixel).forEach((value, channel) => {
      sum[channel] = sum[channel]! + value;
    });
    count++;
  }
  if (count === 0) throw new RangeError('The mean colour of no pixels was requested.');
  return [sum[0]! / count, sum[1]! / count, sum[2]! / count];
}

/** Delta E*ab: Euclidean distance in Lab. */
export function colourDistance(a: LabColour, b: LabColour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/**
 * How far `actual` has moved from `expected` towards `other`: 0 not at all, 1 all the way. Movement in another
 * direction does not count. undefined if `other` hardly differs from `expected` (Delta E below 10).
 */
export function shiftTowards(expected: LabColour, actual: LabColour, other: LabColour): number | undefined {
  const distance = colourDistance(expected, other);
  if (distance < 10) return undefined;
  let projection = 0;
  for (let channel = 0; channel < 3; channel++) {
    projection += (actual[channel]! - expected[channel]!) * (other[channel]! - expected[channel]!);
  }
  return Math.min(Math.max(projection / distance ** 2, 0), 1);
}

/** The colour nearest to `colour` on the line between two colours. */
export function nearestBetween(colour: LabColour, from: LabColour, to: LabColour): LabColour {
  const way = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const;
  const length = way[0] ** 2 + way[1] ** 2 + way[2] ** 2;
  if (length === 0) return from;
  const along =
    (colour[0] - from[0]) * way[0] + (colour[1] - from[1]) * way[1] + (colour[2] - from[2]) * way[2];
  const share = Math.min(Math.max(along / length, 0), 1);
  return [from[0] + share * way[0], from[1] + share * way[1], from[2] + share * way[2]];
}
