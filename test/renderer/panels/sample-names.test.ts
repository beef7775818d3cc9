import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';
import { afterAll, expect, it, vi } from 'vitest';
import { koSamples } from '../../../renderer/panels/texts/ko-samples.ts';
import { setLanguage, startTexts } from '../../../renderer/panels/texts/texts.ts';
import { sampleNames } from '../../../renderer/session/sample-names.ts';

const SCENES = join('native-models', 'packs', 'starter', 'scenes');

afterAll(async () => {
  await i18next.changeLanguage('en');
});

it('the samples’ names are there in Korean, and nothing else', () => {
  const names = ['two-concepts', 'photograph'].flatMap((scene) => {
    const { name, concepts } = JSON.parse(readFileSync(join(SCENES, scene, 'scene.json'), 'utf8')) as {
      name: string;
      concepts: readonly { name: string }[];
    };
    const mine = concepts.map((concept) => concept.name);
    return [name, ...mine, ...mine.map((one) => one.replace(/^my /, ''))];
  });
  expect(Object.keys(koSamples).sort()).toEqual(names.sort());
  for (const name of Object.values(koSamples)) expect(name).toMatch(/^[가-힣 ]+$/);
});

it('a sample is opened with the names of the window’s language', async () => {
  vi.stubGlobal('document', { documentElement: {} });
  await startTexts();
  await setLanguage('ko');
  expect(sampleNames()['my cat']).toBe('내 고양이');
  await setLanguage('en');
  expect(sampleNames()).toEqual({});
});
