/** The scores of a picture, with small random encoders: what they compare, and when they are null. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCORE_NAMES } from '../../../../electron/contract/picture-scores.ts';
import { decodeAll } from '../../../../electron/inference/images/images.ts';
import { Encoder } from '../../../../electron/inference/scoring/encoder.ts';
import {
  maskedCrop,
  type ScoredPicture,
  scoreInDetail,
  scorePicture,
  shareByPatch,
} from '../../../../electron/inference/scoring/picture-scores.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { temporaryFolder } from '../tiny-pack.ts';
import { tinyClip, tinyDinov2 } from './tiny-encoders.ts';

let scratch: string;
let clip: Encoder;
let dinov2: Encoder;
let picture: RgbImage;
let concept: RgbImage;

beforeAll(async () => {
  scratch = temporaryFolder();
  clip = await Encoder.open(tinyClip(scratch), scratch);
  dinov2 = await Encoder.open(tinyDinov2, scratch);
  const read = (name: string) =>
    decodeAll({
      name,
      bytes: readFileSync(join(import.meta.dirname, '../../../golden/encoders/pictures', name)),
    });
  picture = await read('0.png');
  concept = await read('8.png');
});
afterAll(async () => {
  await clip.release();
  await dinov2.release();
  rmSync(scratch, { recursive: true });
});

/** 1 inside a rectangle. */
function mask({ width, height }: RgbImage, [left, top, right, bottom]: readonly number[]) {
  const data = Float32Array.from({ length: width * height }, (_, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x >= left! && x < right! && y >= top! && y < bottom! ? 1 : 0;
  });
  return tensor(data, [height, width]);
}

/** The concept image pasted into the picture. */
function scored(change: Partial<ScoredPicture> = {}): ScoredPicture {
  return {
    result: picture,
    prompt: 'a cat',
    concepts: [
      { image: concept, subject: mask(concept, [5, 5, 40, 60]), region: mask(picture, [10, 12, 30, 40]) },
    ],
    background: { image: picture, reproduced: picture },
    ...change,
  };
}

describe('an unchanged background', () => {
  test('has perfect background scores, and chance similarity to the concept', async () => {
    const scores = await scorePicture(scored(), { clip, dinov2 });
    expect(scores).toMatchObject({
      backgroundPsnr: 100,
      backgroundSsim: expect.closeTo(1, 5),
      backgroundDistance: expect.closeTo(0, 5),
      leakage: 0,
      ring: 0,
      appearance: null,
    });
    for (const name of ['tclip', 'iclip', 'iclipMasked', 'idino', 'idinoMasked'] as const) {
      expect(scores[name], name).toBeGreaterThan(-1);
      expect(scores[name], name).toBeLessThan(1);
    }
  });
});

test('a region that is the concept itself scores 1, at distance 0', async () => {
  // Both are the whole picture, so both crops are equal.
  const whole = [{ image: picture, subject: null, region: null }];
  const scores = await scorePicture(scored({ concepts: whole, background: null }), { clip, dinov2 });
  for (const name of ['iclip', 'iclipMasked', 'idino', 'idinoMasked'] as const) {
    expect(scores[name], name).toBeCloseTo(1, 5);
  }
  expect(scores.foregroundDistance).toBeCloseTo(0, 5);
  // Without regions nothing is known about the background.
  expect(scores).toMatchObject({ backgroundPsnr: null, leakage: null, ring: null });
});

test('changes outside the masks affect every background score', async () => {
  const data = new Uint8Array(picture.data);
  for (let at = 0; at < 3 * picture.width * 8; at++) data[at] = 255 - data[at]!;
  const scores = await scorePicture(scored({ result: { ...picture, data } }), { clip, dinov2 });
  expect(scores.backgroundPsnr).toBeLessThan(30);
  expect(scores.backgroundSsim).toBeLessThan(0.95);
  expect(scores.backgroundDistance).toBeGreaterThan(0.001);
});

test('a score without its instrument is null, never zero', async () => {
  const scores = await scorePicture(scored(), {});
  expect(SCORE_NAMES.filter((name) => scores[name] !== null)).toEqual([
    'backgroundPsnr',
    'backgroundSsim',
    'leakage',
    'ring',
  ]);
  // DINOv2 takes no text.
  expect((await scorePicture(scored(), { clip: dinov2 })).tclip).toBeNull();
});

test('a score that is not a number is null: a zero feature has no direction to compare', async () => {
  const zero = new Float32Array(4);
  const blind = {
    hasText: true,
    neutralColour: [0, 0, 0],
    embedPicture: async () => zero,
    embedText: async () => zero,
    embedPatches: async () => ({ perSide: 1, patches: [zero] }),
  } as unknown as Encoder;
  const { values, concepts } = await scoreInDetail(scored(), { clip: blind });
  for (const name of ['tclip', 'iclip', 'iclipMasked', 'foregroundDistance'] as const) {
    expect(values[name], name).toBeNull();
  }
  expect(concepts[0]!.iclip).toBeNull();
  expect(values.backgroundPsnr).toBe(100);
});

test('crops contain only the subject, and patches have their covered share', () => {
  const crop = maskedCrop(picture, mask(picture, [10, 10, 20, 20]), [1, 2, 3]);
  // The square around 10 x 10 pixels with a tenth of a margin.
  expect([crop.width, crop.height]).toEqual([12, 12]);
  expect([...crop.data.subarray(0, 3)]).toEqual([1, 2, 3]);
  const centre = 3 * (6 * 12 + 6);
  const at = 3 * (15 * picture.width + 15);
  expect(crop.data.subarray(centre, centre + 3)).toEqual(picture.data.subarray(at, at + 3));
  const shares = shareByPatch(mask(picture, [0, 0, 24, 48]), 4);
  expect([...shares]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
});
