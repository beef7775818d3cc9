/** The text-to-image metric on a tiny pack: what is counted, not how well an untrained pack does. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { promptMetric } from '../../../electron/evaluation/prompt-metric.ts';
import { AppearanceClassifier } from '../../../electron/inference/scoring/appearance-classifier.ts';
import { tinyEngine } from '../inference/engine/tiny-engine.ts';
import { makeTinyClassifier } from '../inference/scoring/tiny-classifier.ts';
import { addTinySegmenter, writeJson } from '../inference/tiny-pack.ts';

let path: string;
let classifier: AppearanceClassifier;

const tiny = tinyEngine((packFolder) => {
  addTinySegmenter(packFolder);
  makeTinyClassifier(join(packFolder, 'evaluation'));
});
beforeAll(async () => {
  path = join(tiny.packFolder, 'evaluation/prompts.json');
  classifier = await AppearanceClassifier.open(join(tiny.packFolder, 'evaluation'));
});
afterAll(() => classifier.release());
beforeEach(() => rmSync(path, { force: true }));

const context = (signal = new AbortController().signal) => ({
  engine: tiny.engine,
  classifier,
  scenes: [],
  sceneLimit: undefined,
  signal,
  onProgress: () => undefined,
});
const prompt = (classes: readonly string[], place: string, seed: number) => ({
  prompt: `a photo of a ${classes.join(' and a ')}, ${place} background`,
  classes,
  place,
  seed,
});

test('counts pictures in which everything was found, single objects, and places', async () => {
  const [first, second] = classifier.classes as [string, string];
  const [place] = classifier.places as [string];
  writeJson(path, [prompt([first, second], place, 1), prompt([first], place, 2)]);
  const { report, lines } = await promptMetric.run(context());
  const { promptAccuracy } = report as {
    promptAccuracy: { allFound: number; byClass: Record<string, { pictures: number; found: number }> };
  };
  expect(promptAccuracy).toMatchObject({
    pictures: 2,
    firstDraw: expect.any(Number),
    extraFound: expect.any(Number),
    placeFound: expect.any(Number),
  });
  expect(promptAccuracy.byClass[first]!.pictures).toBe(2);
  expect(promptAccuracy.byClass[second]!.pictures).toBe(1);
  // All of a picture's objects are found no more often than any one of them.
  const rarest = Math.min(
    ...Object.values(promptAccuracy.byClass).map(({ pictures, found }) => pictures * found + 2 - pictures),
  );
  expect(2 * promptAccuracy.allFound).toBeLessThanOrEqual(rarest);
  expect(lines.join('\n')).toContain(first);
});

test('is skipped without prompts, and says so', async () => {
  const { report, lines } = await promptMetric.run(context());
  expect(report).toEqual({ promptAccuracy: null });
  expect(lines).toEqual([expect.stringContaining('not measured')]);
});

test('refuses invalid prompts', async () => {
  for (const content of ['{', '[]', '[{"prompt": "a cat"}]']) {
    writeFileSync(path, content);
    await expect(promptMetric.run(context())).rejects.toMatchObject({ code: 'PACK_INCOMPLETE' });
  }
});

test('can be cancelled', async () => {
  writeJson(path, [prompt([classifier.classes[0]!], classifier.places[0]!, 1)]);
  await expect(promptMetric.run(context(AbortSignal.abort()))).rejects.toMatchObject({ code: 'CANCELLED' });
});
