/** Finding renders by name, prompt and concept, in every order, page by page. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RenderSearch } from '../../../electron/projects/render-search.ts';
import { createProject, temporaryFolder } from './project-fixture.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

const everything: RenderSearch = { text: '', show: 'kept', order: 'newest', offset: 0, limit: 40 };

/** Three renders: the first of a beach, the second of a 숲 (forest) and named, the third with a guitar. */
async function project() {
  const file = createProject(join(await temporaryFolder(), 'a.pnpmix'));
  const picture = file.putAsset(pictureBytes());
  const made = ['a cat on a BEACH', 'a dog in a 숲', 'a 100% blue_sky'].map((prompt, index) => {
    const render = renderOf(picture, { totalMs: [10, 30, 20][index]! });
    const [concept] = render.request.scene.concepts;
    const concepts =
      index === 2 ? [{ ...concept!, name: 'My "guitar"', prompt: 'a red guitar' }] : [concept!];
    return file.addRender({
      ...render,
      request: { ...render.request, scene: { ...render.request.scene, prompt, concepts } },
    }).id;
  });
  file.changeRender(made[1]!, { name: 'The soft one' });
  const numbersOf = (search: Partial<RenderSearch>) => {
    const { renders, total } = file.findRenders({ ...everything, ...search });
    return { found: renders.map(({ id }) => made.indexOf(id)), total };
  };
  return { file, made, numbersOf };
}

it('finds by name, prompt and concept, ignoring case', async () => {
  const { numbersOf } = await project();
  expect(numbersOf({}).found).toEqual([2, 1, 0]);
  expect(numbersOf({ text: 'beach' })).toEqual({ found: [0], total: 1 });
  expect(numbersOf({ text: 'SOFT' }).found).toEqual([1]);
  expect(numbersOf({ text: '숲' }).found).toEqual([1]);
  expect(numbersOf({ text: 'my "GUITAR"' }).found).toEqual([2]);
  expect(numbersOf({ text: 'red guitar' }).found).toEqual([2]);
  expect(numbersOf({ text: 'zebra' })).toEqual({ found: [], total: 0 });
});

it('finds ignoring case and the encoding of accents, in every script', async () => {
  const file = createProject(join(await temporaryFolder(), 'a.pnpmix'));
  const picture = file.putAsset(pictureBytes());
  const render = renderOf(picture);
  const prompt = 'Ein Bild: Äpfel und КОШКА, CAFÉ, Straße, ΟΔΟΣ, Ǆ, 각';
  file.addRender({ ...render, request: { ...render.request, scene: { ...render.request.scene, prompt } } });
  const finds = (text: string) => file.findRenders({ ...everything, text }).total === 1;
  const words = [
    'äpfel',
    'ÄPFEL',
    'Äpfel',
    'кошка',
    'Кошка',
    'café',
    'CAFÉ',
    'ein bild',
    'STRASSE',
    'strasse',
  ];
  words.push('οδος', 'οδοσ', 'ǆ', 'ǅ', '각');
  for (const word of words) {
    for (const form of ['NFC', 'NFD'] as const)
      expect([word, form, finds(word.normalize(form))]).toEqual([word, form, true]);
  }
  for (const word of ['apfel', 'кот', 'cafe,', 'zebra']) expect([word, finds(word)]).toEqual([word, false]);
});

it('sorts names of every script ignoring case', async () => {
  const { file, made, numbersOf } = await project();
  for (const [index, name] of ['Épée', 'éclair', 'zebra'].entries())
    file.changeRender(made[index]!, { name });
  expect(numbersOf({ order: 'name' }).found).toEqual([2, 1, 0]);
});

it('treats its input as text, not as a pattern or as SQL', async () => {
  const { numbersOf } = await project();
  expect(numbersOf({ text: '%' }).found).toEqual([2]);
  expect(numbersOf({ text: '_' }).found).toEqual([2]);
  expect(numbersOf({ text: "' OR 1=1 --" }).found).toEqual([]);
});

it('sorts, pages, and counts all pages', async () => {
  const { numbersOf } = await project();
  expect(numbersOf({ order: 'oldest' }).found).toEqual([0, 1, 2]);
  expect(numbersOf({ order: 'name' }).found).toEqual([1, 2, 0]);
  expect(numbersOf({ order: 'longest' }).found).toEqual([1, 2, 0]);
  expect(numbersOf({ offset: 1, limit: 1 })).toEqual({ found: [1], total: 3 });
  expect(numbersOf({ offset: 3 })).toEqual({ found: [], total: 3 });
});

it('keeps starred and deleted ones apart', async () => {
  const { file, made, numbersOf } = await project();
  file.changeRender(made[0]!, { isStarred: true });
  file.deleteRender(made[2]!);
  expect(numbersOf({}).found).toEqual([1, 0]);
  expect(numbersOf({ show: 'starred' }).found).toEqual([0]);
  expect(numbersOf({ show: 'deleted', text: 'guitar' })).toEqual({ found: [2], total: 1 });
});
