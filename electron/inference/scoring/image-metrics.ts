/** Image metrics of a composed scene, printed by `npm run evaluate`. */

import { squaredDistanceTo } from '../../pipeline/masks/distance-transform.ts';
import { REGION_THRESHOLD, regionOf } from '../../pipeline/masks/region.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { dilate, maximumPlane } from '../../pipeline/tensor/image-kernels.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import {
  colourDistance,
  type LabColour,
  labAt,
  meanColour,
  nearestBetween,
  shiftTowards,
  toLab,
} from './colour.ts';

/** Width in pixels of the band around a mask where leakage is measured. */
const LEAKAGE_BAND_PX = 16;

/**
 * Peak signal-to-noise ratio in dB over 8-bit channels, over the pixels where `counts` is true.
 *
 * @returns Infinity for equal pictures
 * @throws RangeError when the sizes differ or no pixel counts
 */
export function psnr(a: RgbImage, b: RgbImage, counts: (pixel: number) => boolean = () => true): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`Pictures of ${a.width} x ${a.height} and ${b.width} x ${b.height} were compared.`);
  }
  let squares = 0;
  let values = 0;
  for (let pixel = 0; pixel < a.width * a.height; pixel++) {
    if (!counts(pixel)) continue;
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) squares += (a.data[at]! - b.data[at]!) ** 2;
    values += 3;
  }
  if (values === 0) throw new RangeError('PSNR of no pixels was requested.');
  return -10 * Math.log10(squares / values / 255 ** 2);
}

/** PSNR outside every mask. */
export function backgroundPsnr(result: RgbImage, background: RgbImage, masks: readonly Tensor[]): number {
  const union = maximumPlane(masks, [background.height, background.width]);
  return psnr(result, background, (pixel) => union.data[pixel]! < REGION_THRESHOLD);
}

/** Width in pixels of the ring on either side of a region's border. */
const RING_PX = 6;

/**
 * Ring: mean Delta E to the true picture, pixel by pixel, within 6 px of the regions' borders on either side. Fringes
 * in the old object's colours and halos increase it.
 */
export async function ringDistance(
  result: RgbImage,
  truth: RgbImage,
  masks: readonly Tensor[],
): Promise<number> {
  return pixelDistance(result, truth, ringAround(masks, RING_PX));
}

/**
 * Mean Delta E to the background within 6 px outside the regions' borders: halos and fringes that a result adds there.
 * null if the regions leave nothing outside.
 */
export async function outerRingDistance(
  result: RgbImage,
  background: RgbImage,
  masks: readonly Tensor[],
): Promise<number | null> {
  const union = maximumPlane(masks, [background.height, background.width]);
  const isNear = ringAround(masks, RING_PX);
  const counts = (pixel: number) => isNear(pixel) && union.data[pixel]! < REGION_THRESHOLD;
  if (!union.data.some((_, pixel) => counts(pixel))) return null;
  return pixelDistance(result, background, counts);
}

/** Width in pixels of the fringe on either side of a region's border. */
const FRINGE_PX = 3;

/**
 * Fringe: how much of the old objects' colours remains at the rim, 0..1: how far the pixels within 3 px of the
 * regions' borders have moved from the true picture towards the original background.
 */
export async function fringe(
  result: RgbImage,
  truth: RgbImage,
  background: RgbImage,
  masks: readonly Tensor[],
): Promise<number> {
  const [resultLab, truthLab, backgroundLab] = await Promise.all([
    toLab(result),
    toLab(truth),
    toLab(background),
  ]);
  const isNear = ringAround(masks, FRINGE_PX);
  const shares: number[] = [];
  for (let pixel = 0; pixel < result.width * result.height; pixel++) {
    if (!isNear(pixel)) continue;
    const [is, should, was] = [resultLab, truthLab, backgroundLab].map((lab) => labAt(lab, pixel));
    const share = shiftTowards(should!, is!, was!);
    if (share !== undefined) shares.push(share);
  }
  return shares.length === 0 ? 0 : mean(shares);
}

/** Whether a pixel lies within a distance of a region's border, on either side. */
function ringAround(masks: readonly Tensor[], widthPx: number): (pixel: number) => boolean {
  const rings = masks.map((mask) => {
    const region = regionOf(mask);
    const outside = { ...region, inside: region.inside.map((value) => 1 - value) };
    const [toRegion, toOutside] = [squaredDistanceTo(region), squaredDistanceTo(outside)];
    return toRegion.map((squared, at) => (Math.max(squared, toOutside[at]!) <= widthPx ** 2 ? 1 : 0));
  });
  return (pixel) => rings.some((ring) => ring[pixel] === 1);
}

/** Mean Delta E to the true picture, pixel by pixel, inside the masks. */
export async function insideDistance(
  result: RgbImage,
  truth: RgbImage,
  masks: readonly Tensor[],
): Promise<number> {
  return pixelDistance(result, truth, (pixel) => masks.some(({ data }) => data[pixel]! >= REGION_THRESHOLD));
}

async function pixelDistance(a: RgbImage, b: RgbImage, counts: (pixel: number) => boolean): Promise<number> {
  const [labA, labB] = await Promise.all([toLab(a), toLab(b)]);
  const distances: number[] = [];
  for (let pixel = 0; pixel < a.width * a.height; pixel++) {
    if (counts(pixel)) distances.push(colourDistance(labAt(labA, pixel), labAt(labB, pixel)));
  }
  return mean(distances);
}

/** One concept for the colour metrics. */
export interface MeasuredConcept {
  /** Region in the result, dims [height, width]. */
  readonly mask: Tensor;
  /** Mean colour of the subject in the concept image. */
  readonly colour: LabColour;
}

/** Mean colour of a picture inside a mask. */
export async function colourInside(image: RgbImage, mask: Tensor): Promise<LabColour> {
  return meanColour(await toLab(image), (pixel) => mask.data[pixel]! >= REGION_THRESHOLD);
}

/** Delta E between each concept's colour and the mean colour of its region, averaged over the concepts. */
export async function conceptColourDistance(
  result: RgbImage,
  concepts: readonly MeasuredConcept[],
): Promise<number> {
  const lab = await toLab(result);
  const distances = concepts.map(({ mask, colour }) =>
    colourDistance(
      meanColour(lab, (pixel) => mask.data[pixel]! >= REGION_THRESHOLD),
      colour,
    ),
  );
  return mean(distances);
}

/**
 * Leakage: how far colours outside a concept's mask have moved towards that concept's colour, 0..1.
 *
 * It is measured in two places. In the band around the mask that belongs to no concept: from the colour of the
 * untouched background (through the autoencoder, so that its own error does not count). In the other concepts'
 * regions, by their mean: relative to the line from the old object's colour to that other concept's, so that a partly
 * transferred appearance does not count as leakage.
 *
 * @param result the composed picture as decoded, nothing pasted back
 * @param untouched the background, encoded and decoded
 */
export async function colourLeakage(
  result: RgbImage,
  untouched: RgbImage,
  concepts: readonly MeasuredConcept[],
): Promise<number> {
  const [resultLab, untouchedLab] = await Promise.all([toLab(result), toLab(untouched)]);
  const dims = concepts[0]!.mask.dims;
  const union = maximumPlane(
    concepts.map(({ mask }) => mask),
    dims,
  );
  const leakages: number[] = [];
  for (const concept of concepts) {
    const band = dilate(concept.mask, LEAKAGE_BAND_PX);
    const shifts: number[] = [];
    for (let pixel = 0; pixel < band.data.length; pixel++) {
      if (band.data[pixel]! < REGION_THRESHOLD || union.data[pixel]! >= REGION_THRESHOLD) continue;
      const shift = shiftTowards(labAt(untouchedLab, pixel), labAt(resultLab, pixel), concept.colour);
      if (shift !== undefined) shifts.push(shift);
    }
    if (shifts.length > 0) leakages.push(mean(shifts));
    for (const other of concepts) {
      if (other === concept) continue;
      const inOther = (pixel: number) => other.mask.data[pixel]! >= REGION_THRESHOLD;
      const actual = meanColour(resultLab, inOther);
      const expected = nearestBetween(actual, meanColour(untouchedLab, inOther), other.colour);
      const shift = shiftTowards(expected, actual, concept.colour);
      if (shift !== undefined) leakages.push(shift);
    }
  }
  return leakages.length > 0 ? mean(leakages) : 0;
}

/** Cosine of two vectors of equal length. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`Vectors of ${a.length} and ${b.length} were compared.`);
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    dot += a[index]! * b[index]!;
    squaresA += a[index]! ** 2;
    squaresB += b[index]! ** 2;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}

/** Arithmetic mean. @throws RangeError for an empty list */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('The mean of no values was requested.');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
