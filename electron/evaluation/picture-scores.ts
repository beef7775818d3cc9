/**
 * The scores of one picture as the paper measures them, and further ones: the background, leakage, the rim.
 * docs/evaluation.md describes every score.
 */
import { REGION_THRESHOLD } from '../pipeline/masks/region.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import { areaAverage, maximumPlane } from '../pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../pipeline/tensor/tensor.ts';
import { type AppearanceClassifier, cropAround } from './appearance-classifier.ts';
import type { Encoder, PatchFeatures } from './encoders/encoder.ts';
import {
  colourInside,
  colourLeakage,
  cosineSimilarity,
  mean,
  outerRingDistance,
  psnr,
} from './image-metrics.ts';
import { structuralSimilarity } from './structural-similarity.ts';

/** The instruments; a score whose instrument is missing is null. */
export interface Instruments {
  readonly clip?: Encoder | undefined;
  readonly dinov2?: Encoder | undefined;
  /** The pack's own classifier, for pictures unlike CLIP's; never called CLIP. */
  readonly appearance?: AppearanceClassifier | undefined;
}

/** Every score in the order of tables: its heading, what is better, and its digits. */
export const SCORES = {
  tclip: { title: 'TCLIP', better: 'higher', digits: 4 },
  iclip: { title: 'ICLIP', better: 'higher', digits: 4 },
  iclipMasked: { title: 'ICLIP, masked', better: 'higher', digits: 4 },
  idino: { title: 'IDINO', better: 'higher', digits: 4 },
  idinoMasked: { title: 'IDINO, masked', better: 'higher', digits: 4 },
  appearance: { title: 'appearance', better: 'higher', digits: 4 },
  backgroundPsnr: { title: 'background PSNR (dB)', better: 'higher', digits: 2 },
  backgroundSsim: { title: 'background SSIM', better: 'higher', digits: 4 },
  backgroundDistance: { title: 'background distance', better: 'lower', digits: 4 },
  foregroundDistance: { title: 'foreground distance', better: 'lower', digits: 4 },
  leakage: { title: 'leak', better: 'lower', digits: 4 },
  ring: { title: 'ring ΔE', better: 'lower', digits: 2 },
} as const satisfies Record<string, { title: string; better: 'higher' | 'lower'; digits: number }>;
export type ScoreName = keyof typeof SCORES;
export type PictureScores = Readonly<Record<ScoreName, number | null>>;

export const SCORE_NAMES = Object.keys(SCORES) as ScoreName[];

/** Increment when a score changes its meaning: stored scores are then recomputed. */
export const SCORES_VERSION = 1;

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
    /** As the method's autoencoder reproduces it; `image` for methods without one. */
    readonly reproduced: RgbImage;
  } | null;
}

/** Margin around a region's box, relative to its longer side. */
export const CROP_MARGIN = 0.1;

/** Equal pictures have no finite PSNR, but means need a number. */
const MAX_PSNR_DB = 100;

export async function scorePicture(
  picture: ScoredPicture,
  { clip, dinov2, appearance }: Instruments,
): Promise<PictureScores> {
  const { result, concepts, prompt } = picture;
  const regions = concepts.map(({ region }) => region);
  const knowsAllRegions = regions.every((region) => region !== null);
  const background = knowsAllRegions ? picture.background : null;
  const whole = clip && (await clip.embedPicture(result));
  return {
    tclip: clip?.hasText && whole ? cosineSimilarity(whole, await clip.embedText(prompt)) : null,
    iclip: clip ? await conceptSimilarity(picture, clip, 'box') : null,
    iclipMasked: clip ? await conceptSimilarity(picture, clip, 'mask') : null,
    idino: dinov2 ? await conceptSimilarity(picture, dinov2, 'box') : null,
    idinoMasked: dinov2 ? await conceptSimilarity(picture, dinov2, 'mask') : null,
    appearance: appearance ? await appearanceSimilarity(picture, appearance) : null,
    ...(background === null
      ? { backgroundPsnr: null, backgroundSsim: null, backgroundDistance: null, leakage: null, ring: null }
      : await backgroundScores(result, background, concepts, dinov2 ?? clip)),
    foregroundDistance: (dinov2 ?? clip) ? await foregroundDistance(picture, (dinov2 ?? clip)!) : null,
  };
}

/**
 * Mean cosine of concept image and region. By box: the whole concept image, and the square around the region's box. By
 * mask: the square around the subject and around the region, with everything else in the encoder's neutral colour.
 */
async function conceptSimilarity(
  { result, concepts }: ScoredPicture,
  encoder: Encoder,
  rule: 'box' | 'mask',
): Promise<number> {
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
  return mean(cosines);
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
async function appearanceSimilarity(
  { result, concepts }: ScoredPicture,
  classifier: AppearanceClassifier,
): Promise<number | null> {
  const cosines = [];
  for (const { image, subject, region } of concepts) {
    if (subject === null || region === null) return null;
    const reference = await classifier.classifyObject(image, subject);
    const found = await classifier.classifyObject(result, region);
    cosines.push(cosineSimilarity(reference.feature, found.feature));
  }
  return mean(cosines);
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

/** Perceptual distance of masked concept and masked region: the foreground's of TF-ICON, by patch features. */
async function foregroundDistance(
  { result, concepts }: ScoredPicture,
  encoder: Encoder,
): Promise<number | null> {
  const distances = [];
  for (const { image, subject, region } of concepts) {
    const [a, b] = [
      await encoder.embedPatches(maskedCrop(image, subject, encoder.neutralColour)),
      await encoder.embedPatches(maskedCrop(result, region, encoder.neutralColour)),
    ];
    distances.push(patchDistance(a, b, () => true)!);
  }
  return mean(distances);
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
