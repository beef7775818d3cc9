import i18next from 'i18next';
import { beforeAll, expect, it } from 'vitest';
import { placementSchema, shadowSchema } from '../../../electron/contract/placement.ts';
import type { RenderDifference } from '../../../electron/contract/render-record.ts';
import { renderConceptSchema, renderRequestSchema } from '../../../electron/contract/render-request.ts';
import { captionOf } from '../../../renderer/panels/history/caption-words.ts';
import { differenceInWords } from '../../../renderer/panels/history/difference-words.ts';
import { en } from '../../../renderer/panels/texts/en.ts';
import { ko } from '../../../renderer/panels/texts/ko.ts';

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, ko: { translation: ko } },
    interpolation: { escapeValue: false },
  });
});

type Value = RenderDifference['a'];
const caption = (...differences: [path: string, a: Value, b: Value, concept?: string][]) =>
  captionOf(
    differences.map(([path, a, b, concept = null]) => ({ concept, path, a, b })),
    i18next.t,
  );
const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];

it('says the first difference with its new value, and how many more there are', () => {
  expect(caption(['parameters.beta', 0.8, 0.5])?.short).toBe('Suppression 0.5');
  expect(caption(['alpha', 0.1, 0.3, 'my cat'])?.short).toBe('Appearance 0.3 (my cat)');
  expect(caption(['parameters.seed', 1, 7], ['parameters.steps', 4, 8])).toEqual({
    short: 'Seed 7 +1',
    long: 'Seed: 1 → 7\nSteps: 4 → 8',
  });
  expect(caption(['mask', one, two, 'my cat'])?.short).toBe('my cat: mask');
  expect(caption(['scene.inpainted', one, null])?.short).toBe('Clean background');
});

it('says that nothing differs, whatever the weights are, and nothing of the first render', () => {
  expect(caption(['pack.weights.unet', one, two])?.short).toBe('same settings');
  expect(captionOf(undefined, i18next.t)).toBeNull();
});

it('says what was done to concepts and the frame as the window names it', () => {
  expect(caption(['', null, { name: 'cup' }, 'cup'])).toEqual({ short: 'cup added', long: 'cup added' });
  expect(caption(['', { name: 'cup' }, null, 'cup'])?.short).toBe('cup removed');
  expect(caption(['name', 'cup', 'mug', 'mug'])?.short).toBe('cup renamed to mug');
  expect(caption(['mode', 'replace', 'place', 'cup'], ['placement', null, { x: 1 }, 'cup'])?.long).toBe(
    'cup: What the concept does: Replace → Place\ncup: Placement added',
  );
  expect(caption(['placement.opacity', 1, 0.55, 'cup'])?.long).toBe('cup: Opacity (%): 100 → 55');
  expect(caption(['placement.shadow.blurPx', 4, 0.1 + 0.2, 'a.b'])?.short).toBe('a.b: Blur (px) 0.3');
  expect(caption(['strength', null, 0.5, 'cup'])?.long).toBe('cup: Strength: Automatic → 0.5');
  expect(caption(['scene.frame', 'auto', { left: 3, top: 4, width: 1200, height: 900 }])?.long).toBe(
    'Frame: Auto → 1,200 × 900 (3, 4)',
  );
});

it('has a name in Korean, too, for every value of a concept and of the scene', () => {
  const inKorean = (path: string, concept: string | null) =>
    differenceInWords({ concept, path, a: 'auto', b: 'whole' }, i18next.getFixedT('ko'), true);
  const placed = Object.keys(placementSchema.shape).map((path) => `placement.${path}`);
  const shaded = Object.keys(shadowSchema.shape).map((path) => `placement.shadow.${path}`);
  for (const path of [...Object.keys(renderConceptSchema.shape), ...placed, ...shaded]) {
    expect(inKorean(path, '컵')).not.toContain(path);
  }
  for (const path of Object.keys(renderRequestSchema.shape.scene.shape)) {
    if (path !== 'concepts') expect(inKorean(`scene.${path}`, null)).not.toContain(path);
  }
});
