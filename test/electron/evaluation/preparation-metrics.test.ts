/** The metrics of mask detection and object removal, on two synthetic scenes with known answers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maskMetric } from '../../../electron/evaluation/mask-metric.ts';
import { loadPreparationScenes } from '../../../electron/evaluation/preparation-scenes.ts';
import { removalMetric } from '../../../electron/evaluation/removal-metric.ts';
import { maskOverlap } from '../../../electron/pipeline/masks/mask-overlap.ts';
import { tensor } from '../../../electron/pipeline/tensor/tensor.ts';
import { tinyEngine } from '../inference/engine/tiny-engine.ts';
import { addTinySegmenter, writeJson, writePicture } from '../inference/tiny-pack.ts';

const tiny = tinyEngine(async (packFolder) => {
  addTinySegmenter(packFolder);
  for (const set of ['validation', 'test']) {
    const folder = join(packFolder, 'evaluation/preparation', set);
    mkdirSync(folder, { recursive: true });
    // The rectangle is red: a cat to the test's segmenter, and never a dog.
    await writePicture(join(folder, '000-picture.webp'), { rectangle: [8, 8, 24, 24] });
    await writePicture(join(folder, '000-background.webp'));
    await writePicture(join(folder, '000-mask-1.webp'), { rectangle: [8, 8, 24, 24], isMask: true });
    writeJson(join(folder, 'index.json'), [
      {
        id: '000',
        place: 'beach',
        things: [{ thing: 'cat', phrase: 'a cat', mask: '000-mask-1.webp' }],
        absent: 'a dog',
      },
    ]);
  }
});

const context = () => ({
  engine: tiny.engine,
  classifier: undefined as never,
  scenes: [],
  sceneLimit: undefined,
  signal: new AbortController().signal,
  onProgress: () => undefined,
});

test('masks: both splits separately, hits, and nothing where there is nothing', async () => {
  const { report, lines } = await maskMetric.run(context());
  const set = { objects: 1, meanIou: expect.any(Number), shareOfHits: 1, absentFindsNothing: 1 };
  expect(report).toEqual({ masks: { validation: set, test: set } });
  expect((report.masks as { test: { meanIou: number } }).test.meanIou).toBeGreaterThan(0.7);
  expect(lines).toHaveLength(2);
});

test('removal: every method that the pack has, in dB', async () => {
  const { report } = await removalMetric.run({ ...context(), sceneLimit: 1 });
  const set = { telea: expect.any(Number), layers: expect.any(Number), diffusion: expect.any(Number) };
  expect(report).toEqual({ removal: { validation: set, test: set } });
});

test('can be cancelled', async () => {
  const signal = AbortSignal.abort();
  await expect(maskMetric.run({ ...context(), signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(removalMetric.run({ ...context(), signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a pack without scenes has none; a damaged index and a missing picture are errors', async () => {
  expect(await loadPreparationScenes(tiny.root, 'test')).toEqual([]);
  const folder = join(tiny.root, 'damaged/evaluation/preparation/test');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.json'), '{');
  await expect(loadPreparationScenes(join(tiny.root, 'damaged'), 'test')).rejects.toMatchObject({
    code: 'SCENE_INVALID',
  });
  const thing = { thing: 'cat', phrase: 'cat', mask: '000-mask-1.webp' };
  writeJson(join(folder, 'index.json'), [{ id: '000', place: 'x', things: [thing], absent: 'dog' }]);
  await expect(loadPreparationScenes(join(tiny.root, 'damaged'), 'test')).rejects.toMatchObject({
    code: 'PACK_INCOMPLETE',
  });
});

test('overlap is intersection over union', () => {
  const mask = (...values: number[]) => tensor(Float32Array.from(values), [1, values.length]);
  expect(maskOverlap(mask(1, 1, 0, 0), mask(0, 1, 1, 0))).toBeCloseTo(1 / 3);
  expect(maskOverlap(mask(0, 0), mask(0, 0.4))).toBe(1);
  expect(() => maskOverlap(mask(1), mask(1, 1))).toThrow(/dims/);
});
