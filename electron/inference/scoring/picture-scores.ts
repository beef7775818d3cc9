/**
 * The scores of one picture as the paper measures them, and further ones: the background, leakage, the rim.
 * docs/evaluation.md describes every score.
 */
import {
  CONCEPT_SCORE_NAMES,
  type ConceptScoreName,
  type PictureScores,
} from '../../contract/picture-scores.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { areaAverage, maximumPlane } from '../../pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { type AppearanceClassifier, cropAround } from './appearance-classifier.ts';
import type { Encoder, PatchFeatures } from './encoder.ts';
import {
  colourInside,
  colourLeakage,
  cosineSimilarity,
  mean,
  outerRingDistance,
  psnr,
} from './image-metrics.ts';
import type { Instruments } from './instruments.ts';
import { structuralSimilarity } from './structural-similarity.ts';

/** A concept and where it is in the result. */
export interface ScoredConcept {
  readonly image: RgbImage;
  /** The subject in the concept image, dims [height, width] of it; null: all of it. */
  readonly subject: Tensor | null;
  /** Its region in the result, dims [height, width] of it; null: all of it. */
  readonly region: Tensor | null;
}

/** A result and its references. */
export interface ScoredPicture {
  readonly result: RgbImage;
  readonly prompt: string;
  readonly concepts: readonly ScoredConcept[];
  /** null for methods that generate their own. */
  readonly background: {
    readonly image: RgbImage;
    /** As the method's autoencoder reproduces it; `image` for methods without one, or that put the background back. */
    readonly reproduced: RgbImage;
  } | null;
}

/** Margin around a region's box, relative to its longer side. */
export const CROP_MARGIN = 0.1;

/** Equal pictures have no finite PSNR, but means need a number. */
const MAX_PSNR_DB = 100;

/** Scores of each concept by itself; a picture's are their means. */
export type ConceptScores = Readonly<Record<ConceptScoreName, number | null>>;

/** How often {@link scoreInDetail} calls `between`. */
export const SCORING_STEPS = 8;

/** The scores of a picture. @throws StudioError INTERNAL, NON_FINITE of an instrument */
export async function scorePicture(picture: ScoredPicture, instruments: Instruments): Promise<PictureScores> {
  return (await scoreInDetail(picture, instruments)).values;
}

/**
 * The scores of a picture, and those of each concept in its order; null where one is not a number, as the cosine of a
 * zero vector is not.
 *
 * @param between called before each part of the work; what it throws ends the scoring
 */
export async function scoreInDetail(
  picture: ScoredPicture,
  { clip, dinov2, appearance }: Instruments,
  between: () => Promise<void> = async () => undefined,
): Promise<{ readonly values: PictureScores; readonly concepts: readonly ConceptScores[] }> {
  const { result, concepts, prompt } = picture;
  const regions = concepts.map(({ region }) => region);
  const knowsAllRegions = regions.every((region) => region !== null);
  const background = knowsAllRegions ? picture.background : null;
  const perceptual = dinov2 ?? clip;
  await between();
  const tclip = clip?.hasText
    ? cosineSimilarity(await clip.embedPicture(result), await clip.embedText(prompt))
    : null;
  await between();
  const iclip = clip ? await conceptSimilarities(picture, clip, 'box') : null;
  await between();
  const iclipMasked = clip ? await conceptSimilarities(picture, clip, 'mask') : null;
  await between();
  const idino = dinov2 ? await conceptSimilarities(picture, dinov2, 'box') : null;
  await between();
  const idinoMasked = dinov2 ? await conceptSimilarities(picture, dinov2, 'mask') : null;
  await between();
  const own = appearance ? await appearanceSimilarities(picture, appearance) : null;
  await between();
  const foreground = perceptual ? await foregroundDistances(picture, perceptual) : null;
  await between();
  const byConcept = {
    iclip,
    iclipMasked,
    idino,
    idinoMasked,
    appearance: own,
    foregroundDistance: foreground,
  };
  return {
    values: finiteOrNull({
      tclip,
      iclip: meanOf(iclip),
      iclipMasked: meanOf(iclipMasked),
      idino: meanOf(idino),
      idinoMasked: meanOf(idinoMasked),
      appearance: meanOf(own),
      ...(background === null
        ? { backgroundPsnr: null, backgroundSsim: null, backgroundDistance: null, leakage: null, ring: null }
        : await backgroundScores(result, background, concepts, perceptual)),
      foregroundDistance: meanOf(foreground),
    }),
    concepts: concepts.map((_, index) => {
      const of = (name: ConceptScoreName) => byConcept[name]?.[index] ?? null;
      return finiteOrNull(
        Object.fromEntries(CONCEPT_SCORE_NAMES.map((name) => [name, of(name)])) as ConceptScores,
      );
    }),
  };
}

/** JSON has no NaN: without this, stored scores would differ from those just computed, and a mean would be of NaN. */
function finiteOrNull<Name extends string>(
  scores: Readonly<Record<Name, number | null>>,
): Record<Name, number | null> {
  const entries = Object.entries<number | null>(scores);
  return Object.fromEntries(
    entries.map(([name, score]) => [name, Number.isFinite(score) ? score : null]),
  ) as Record<Name, number | null>;
}

/** null unless every concept has one. */
function meanOf(values: readonly (number | null)[] | null): number | null {
  const known = values?.filter((value) => value !== null) ?? [];
  return values === null || known.length < values.length ? null : mean(known);
}

/**
 * Cosine of each concept image and its region. By box: the whole concept image, and the square around the region's box.
 * By mask: the square around the subject and around the region, with everything else in the encoder's neutral colour.
 */
async function conceptSimilarities(
  { result, concepts }: ScoredPicture,
  encoder: Encoder,
  rule: 'box' | 'mask',
): Promise<number[]> {
  const cosines = [];
  for (const { image, subject, region } of concepts) {
    const [reference, found] =
      rule === 'box'
        ? [image, region === null ? result : cropAround(result, region, CROP_MARGIN)]
        : [
            maskedCrop(image, subject, encoder.neutralColour),
            maskedCrop(result, region, encoder.neutralColour),
          ];
    cosines.push(cosineSimilarity(await encoder.embedPicture(reference), await encoder.embedPicture(found)));
  }
  return cosines;
}

/** The square around a mask's box; what the mask leaves out gets one colour. */
export function maskedCrop(
  image: RgbImage,
  mask: Tensor | null,
  colour: readonly [number, number, number],
): RgbImage {
  if (mask === null) return image;
  const data = new Uint8Array(image.data);
  for (let pixel = 0; pixel < mask.data.length; pixel++) {
    if (mask.data[pixel]! < REGION_THRESHOLD) data.set(colour, 3 * pixel);
  }
  return cropAround({ ...image, data }, mask, CROP_MARGIN);
}

/** The same with the pack's own classifier, which needs masks on both sides; null without them. */
async function appearanceSimilarities(
  { result, concepts }: ScoredPicture,
  classifier: AppearanceClassifier,
): Promise<(number | null)[]> {
  const cosines = [];
  for (const { image, subject, region } of concepts) {
    if (subject === null || region === null) {
      cosines.push(null);
      continue;
    }
    const reference = await classifier.classifyObject(image, subject);
    const found = await classifier.classifyObject(result, region);
    cosines.push(cosineSimilarity(reference.feature, found.feature));
  }
  return cosines;
}

async function backgroundScores(
  result: RgbImage,
  { image, reproduced }: NonNullable<ScoredPicture['background']>,
  concepts: readonly ScoredConcept[],
  encoder: Encoder | undefined,
) {
  const masks = concepts.map(({ region }) => region!);
  const union = maximumPlane(masks, [image.height, image.width]);
  const isOutside = (pixel: number) => union.data[pixel]! < REGION_THRESHOLD;
  const measured = [];
  for (const { image: concept, subject, region } of concepts) {
    if (subject !== null) measured.push({ mask: region!, colour: await colourInside(concept, subject) });
  }
  const hasOutside = union.data.some((_, pixel) => isOutside(pixel));
  return {
    backgroundPsnr: hasOutside ? Math.min(psnr(result, image, isOutside), MAX_PSNR_DB) : null,
    backgroundSsim: hasOutside ? structuralSimilarity(result, image, isOutside) : null,
    backgroundDistance: encoder ? await patchDistanceOutside(result, image, union, encoder) : null,
    leakage: measured.length === concepts.length ? await colourLeakage(result, reproduced, measured) : null,
    ring: await outerRingDistance(result, reproduced, masks),
  };
}

/**
 * Perceptual distance of the background: 1 - cosine of the features of every patch that lies outside the masks for more
 * than half, averaged; null if none does.
 */
async function patchDistanceOutside(
  result: RgbImage,
  background: RgbImage,
  union: Tensor,
  encoder: Encoder,
): Promise<number | null> {
  const [a, b] = [await encoder.embedPatches(result), await encoder.embedPatches(background)];
  const covered = shareByPatch(union, a.perSide);
  return patchDistance(a, b, (patch) => covered[patch]! < 0.5);
}

/** Perceptual distance of each masked concept and its masked region: the foreground's of TF-ICON, by patch features. */
async function foregroundDistances({ result, concepts }: ScoredPicture, encoder: Encoder): Promise<number[]> {
  const distances = [];
  for (const { image, subject, region } of concepts) {
    const [a, b] = [
      await encoder.embedPatches(maskedCrop(image, subject, encoder.neutralColour)),
      await encoder.embedPatches(maskedCrop(result, region, encoder.neutralColour)),
    ];
    distances.push(patchDistance(a, b, () => true)!);
  }
  return distances;
}

function patchDistance(
  a: PatchFeatures,
  b: PatchFeatures,
  counts: (patch: number) => boolean,
): number | null {
  const distances = a.patches
    .map((features, patch) => (counts(patch) ? 1 - cosineSimilarity(features, b.patches[patch]!) : undefined))
    .filter((distance) => distance !== undefined);
  return distances.length === 0 ? null : mean(distances);
}

/** Covered share of every patch of the picture squeezed into a square grid, row by row. */
export function shareByPatch({ data, dims }: Tensor, perSide: number): Float32Array {
  const [height, width] = dims as unknown as [number, number];
  // Enlarged without interpolation to a multiple of the grid, so that averaging over cells is exact enough.
  const factor = Math.max(Math.ceil(Math.max(width, height) / perSide), 1);
  const side = perSide * factor;
  const square = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const row = Math.floor(((y + 0.5) * height) / side) * width;
    for (let x = 0; x < side; x++) square[y * side + x] = data[row + Math.floor(((x + 0.5) * width) / side)]!;
  }
  return areaAverage(tensor(square, [side, side]), factor).data;
}
