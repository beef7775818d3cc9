import i18next from 'i18next';
import { beforeAll, expect, it } from 'vitest';
import { captionOf } from '../../../renderer/panels/history/caption-words.ts';
import { en } from '../../../renderer/panels/texts/en.ts';

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
});

const caption = (...differences: [path: string, a: string | number | null, b: string | number | null][]) =>
  captionOf(
    differences.map(([path, a, b]) => ({ path, a, b })),
    i18next.t,
  );
const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];

it('says the first difference with its new value, and how many more there are', () => {
  expect(caption(['parameters.beta', 0.8, 0.5])?.short).toBe('Suppression 0.5');
  expect(caption(['concepts.my cat.alpha', 0.1, 0.3])?.short).toBe('Appearance 0.3 (my cat)');
  expect(caption(['parameters.seed', 1, 7], ['parameters.steps', 4, 8])).toEqual({
    short: 'Seed 7 +1',
    long: 'Seed: 1 → 7\nSteps: 4 → 8',
  });
  expect(caption(['concepts.my cat.mask', one, two])?.short).toBe('my cat: mask');
  expect(caption(['scene.inpainted', one, null])?.short).toBe('Clean background');
});

it('says that nothing differs, whatever the weights are, and nothing of the first render', () => {
  expect(caption(['pack.weights.unet', one, two])?.short).toBe('same settings');
  expect(captionOf(undefined, i18next.t)).toBeNull();
});
