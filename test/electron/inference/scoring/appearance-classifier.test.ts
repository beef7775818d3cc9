/** The classifier with colours that need no training, and the files it refuses. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSessionCount } from '../../../../electron/inference/runtime/sessions.ts';
import {
  AppearanceClassifier,
  cropAround,
} from '../../../../electron/inference/scoring/appearance-classifier.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { temporaryFolder } from '../tiny-pack.ts';
import { makeTinyClassifier, tinyClassifierFile } from './tiny-classifier.ts';

const SIZE = 32;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  expect(openSessionCount()).toBe(0);
});

function paint(colourAt: (x: number, y: number) => readonly [number, number, number]): RgbImage {
  const data = new Uint8Array(3 * SIZE * SIZE);
  for (let at = 0; at < SIZE * SIZE; at++) data.set(colourAt(at % SIZE, Math.floor(at / SIZE)), 3 * at);
  return { width: SIZE, height: SIZE, data };
}

function rectangle(left: number, top: number, right: number, bottom: number): Tensor {
  const values = new Float32Array(SIZE * SIZE).map((_, at) => {
    const [x, y] = [at % SIZE, Math.floor(at / SIZE)];
    return x >= left && x < right && y >= top && y < bottom ? 1 : 0;
  });
  return tensor(values, [SIZE, SIZE]);
}

async function withClassifier(use: (classifier: AppearanceClassifier) => Promise<void>): Promise<void> {
  const classifier = await AppearanceClassifier.open(folder);
  try {
    await use(classifier);
  } finally {
    await classifier.release();
  }
}

const redOnBlue = paint((x, y) => (x < 16 && y < 16 ? [250, 20, 20] : [20, 20, 250]));

describe('classification', () => {
  test('uses the masked region and not the rest of the picture', async () => {
    makeTinyClassifier(folder);
    await withClassifier(async (classifier) => {
      const red = await classifier.classifyObject(redOnBlue, rectangle(2, 2, 14, 14));
      const blue = await classifier.classifyObject(redOnBlue, rectangle(18, 18, 30, 30));
      expect(red.name).toBe('red thing');
      expect(blue.name).toBe('blue thing');
      expect(Object.values(red.probabilities).reduce((sum, value) => sum + value)).toBeCloseTo(1);
      expect(red.probabilities['red thing']).toBeGreaterThan(0.9);
      expect(Math.hypot(...red.feature)).toBeCloseTo(1);
    });
  });

  test('recognises the place from the whole picture', async () => {
    makeTinyClassifier(folder);
    await withClassifier(async (classifier) => {
      expect((await classifier.classifyPlace(paint(() => [230, 230, 230]))).name).toBe('light');
      const dark = await classifier.classifyPlace(paint(() => [30, 30, 30]));
      expect(dark.name).toBe('dark');
      expect(dark.probabilities.dark! + dark.probabilities.light!).toBeCloseTo(1);
    });
  });
});

describe('a crop', () => {
  test('is the square around the mask, with its margin', () => {
    const image = paint((x, y) => [x, y, 0]);
    const crop = cropAround(image, rectangle(8, 12, 16, 16), 0.25);
    // The longer side is 8, so 12 with the margin; the box's centre is (12, 14).
    expect([crop.width, crop.height]).toEqual([12, 12]);
    expect([...crop.data.subarray(0, 3)]).toEqual([6, 8, 0]);
    expect([...crop.data.subarray(-3)]).toEqual([17, 19, 0]);
  });

  test('repeats the picture’s edge where it extends beyond it', () => {
    const image = paint((x, y) => [x, y, 0]);
    const crop = cropAround(image, rectangle(0, 0, 4, 4), 0.5);
    expect([...crop.data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect([...crop.data.subarray(-3)]).toEqual([5, 5, 0]);
  });

  test('of an empty mask is refused', () => {
    expect(() => cropAround(redOnBlue, rectangle(0, 0, 0, 0), 0.1)).toThrow(RangeError);
  });
});

describe('invalid files', () => {
  test('a missing description, or one that is not JSON', async () => {
    await expect(AppearanceClassifier.open(folder)).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
    writeFileSync(join(folder, 'classifier.json'), '{');
    await expect(AppearanceClassifier.open(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('a description of another version, or of other networks than the ones present', async () => {
    makeTinyClassifier(folder, { ...tinyClassifierFile(), version: 2 });
    await expect(AppearanceClassifier.open(folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('version'),
    });
    makeTinyClassifier(folder, { ...tinyClassifierFile(), classes: ['only', 'two'] });
    await expect(AppearanceClassifier.open(folder)).rejects.toThrow('names 2 classes');
    const file = tinyClassifierFile();
    file.input.size = 16;
    makeTinyClassifier(folder, file);
    await expect(AppearanceClassifier.open(folder)).rejects.toThrow('float32 [batch, 3, 16, 16] is needed');
  });

  test('a network that is missing or damaged; the other one is released', async () => {
    makeTinyClassifier(folder);
    writeFileSync(join(folder, 'background-classifier.onnx'), 'no network');
    await expect(AppearanceClassifier.open(folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    rmSync(join(folder, 'background-classifier.onnx'));
    await expect(AppearanceClassifier.open(folder)).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
  });
});
