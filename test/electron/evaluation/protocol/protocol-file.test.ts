/** The protocol file, and Custom Concept 101 in its own layout. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillTemplate } from '../../../../electron/evaluation/protocol/custom-concept-101.ts';
import { contentForSeed, readProtocol } from '../../../../electron/evaluation/protocol/protocol-file.ts';
import { temporaryFolder, writeJson } from '../../inference/tiny-pack.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = temporaryFolder();
  path = join(folder, 'protocol.json');
});
afterAll(() => rmSync(folder, { recursive: true }));

const concept = { name: 'my cat', phrase: 'a cat', prompt: 'a photo of a cat', image: 'cat.png' };
const set = { id: 'cat', prompt: 'a cat on a sofa', concepts: [concept] };
const read = (content: object) => {
  writeJson(path, content);
  return readProtocol(path);
};

describe('a protocol', () => {
  test('has every default, and a plan for each set and seed', async () => {
    const protocol = await read({ version: 1, name: 'mine', seeds: [3, 4], sets: [set] });
    expect(protocol).toMatchObject({
      rows: ['a', 'b', 'c', 'd', 'e'],
      recommended: true,
      baselines: ['background', 'paste', 'poisson'],
      tries: 4,
    });
    const content = contentForSeed(protocol.sets[0]!, 4, 0);
    expect(content).toMatchObject({
      prompt: 'a cat on a sofa',
      background: { seed: 4 },
      inpainted: {},
      parameters: { seed: 4 },
      concepts: [{ name: 'my cat', mask: { phrase: 'a cat' }, order: 1 }],
    });
    // A further attempt generates another background for the same seed of the render.
    const further = contentForSeed(protocol.sets[0]!, 4, 1);
    expect(further).toMatchObject({ parameters: { seed: 4 } });
    expect(further.background).not.toEqual(content.background);
  });

  test('may count its seeds, and name its pack by name or by folder', async () => {
    const protocol = (more: object) => read({ version: 1, name: 'mine', seeds: 3, sets: [set], ...more });
    expect(await protocol({})).toMatchObject({ seeds: [0, 1, 2], pack: undefined });
    expect(await protocol({ pack: 'sd21' })).toMatchObject({ pack: 'sd21' });
    mkdirSync(join(folder, 'own-pack'));
    expect(await protocol({ pack: 'own-pack' })).toMatchObject({ pack: join(folder, 'own-pack') });
    await expect(protocol({ seeds: 0 })).rejects.toMatchObject({ code: 'PROTOCOL_INVALID' });
  });

  test('may refer to a scene file, which keeps its background and parameters', async () => {
    writeJson(join(folder, 'scene.json'), {
      version: 2,
      prompt: 'two things',
      background: 'place.png',
      concepts: [],
      parameters: { steps: 3 },
    });
    const { sets } = await read({
      version: 1,
      name: 'mine',
      seeds: [7],
      sets: [{ id: 'one', scene: 'scene.json' }],
    });
    expect(sets[0]!.planPath).toBe(join(folder, 'scene.json'));
    expect(contentForSeed(sets[0]!, 7, 2)).toMatchObject({
      background: 'place.png',
      parameters: { steps: 3, seed: 7 },
    });
  });

  test.each([
    ['no sets', { seeds: [0] }, 'sets'],
    ['two sets of one name', { seeds: [0], sets: [set, set] }, 'same id'],
    ['an id that is no file name', { seeds: [0], sets: [{ ...set, id: '../up' }] }, 'sets'],
    ['an unknown field', { seeds: [0], sets: [set], steps: 3 }, 'steps'],
    ['a seed below zero', { seeds: [-1], sets: [set] }, 'seeds'],
    ['nothing to compose', { seeds: [0], sets: [set], rows: [], recommended: false }, 'rows'],
    [
      'a grid of unknown sets',
      { seeds: [0], sets: [set], grid: { alpha: [1], beta: [1], sets: ['dog'] } },
      'dog',
    ],
  ])('with %s is refused', async (_, content, named) => {
    await expect(read({ version: 1, name: 'mine', ...content })).rejects.toMatchObject({
      code: 'PROTOCOL_INVALID',
      message: expect.stringContaining(named),
    });
  });

  test('that is missing is refused too', async () => {
    await expect(readProtocol(join(folder, 'other.json'))).rejects.toMatchObject({
      code: 'PROTOCOL_INVALID',
    });
  });
});

test('the protocols of the packs have ten sets of five pictures, and the starter’s concept images are there', async () => {
  const packs = join(import.meta.dirname, '../../../../native-models/packs');
  for (const pack of ['starter', 'sd21']) {
    const { sets, seeds, rows } = await readProtocol(join(packs, pack, 'protocols', 'ten-sets.json'));
    expect([sets.length, seeds.length, rows.length]).toEqual([10, 5, 5]);
    for (const { content, planPath } of pack === 'starter' ? sets : []) {
      for (const { image, subject } of content.concepts as { image: string; subject: string }[]) {
        for (const path of [image, subject])
          expect(existsSync(join(dirname(planPath), path)), path).toBe(true);
      }
    }
  }
});

describe('Custom Concept 101', () => {
  const entry = (name: string, prompts?: string) => ({
    instance_prompt: `photo of a <new1> ${name}`,
    class_prompt: name,
    instance_data_dir: `./benchmark_dataset/${name}`,
    class_data_dir: `./gen_reg/${name}`,
    ...(prompts !== undefined && { prompt_filename: prompts }),
  });

  beforeAll(() => {
    const root = join(folder, 'cc101');
    mkdirSync(join(root, 'prompts'), { recursive: true });
    for (const name of ['cat', 'photo of a toy']) {
      const own = join(root, 'benchmark_dataset', name);
      mkdirSync(own, { recursive: true });
      for (const file of ['2.jpg', '1.jpg', 'notes.txt']) writeFileSync(join(own, file), '');
    }
    writeFileSync(join(root, 'prompts', 'one.txt'), '{} in the snow\n\n{} on a beach\r\n');
    writeFileSync(join(root, 'prompts', 'two.txt'), '{1} next to {0}\n{0} and {1}, garden background\n');
    writeJson(join(root, 'dataset.json'), [entry('cat', 'prompts/one.txt')]);
    writeJson(join(root, 'dataset_multiconcept.json'), [
      [entry('cat'), entry('photo of a toy'), { prompt_filename_compose: 'prompts/two.txt' }],
    ]);
  });
  const dataset = (choice: object) =>
    read({ version: 1, name: 'cc', seeds: [0], customConcept101: { folder: 'cc101', ...choice } });

  test('with one concept each: the first picture, every prompt filled in', async () => {
    const { sets } = await dataset({ dataset: 'dataset.json', promptsPerEntry: 2 });
    expect(sets.map(({ content }) => content.prompt)).toEqual(['cat in the snow', 'cat on a beach']);
    expect(sets[0]!.id).toBe('cat-1-1');
    expect(sets[0]!.content.concepts).toMatchObject([
      {
        image: join('benchmark_dataset', 'cat', '1.jpg'),
        mask: { phrase: 'cat' },
        prompt: 'a photo of a cat',
      },
    ]);
  });

  test('with several concepts, with prompts for all of them', async () => {
    const { sets } = await dataset({ promptsPerEntry: 1 });
    expect(sets).toHaveLength(1);
    expect(sets[0]!.content.prompt).toBe('toy next to cat');
    expect(sets[0]!.content.concepts).toMatchObject([
      { mask: { phrase: 'cat' } },
      { mask: { phrase: 'toy' } },
    ]);
    expect(sets[0]!.id).toBe('cat_photo_of_a_toy-1-1');
  });

  test('with a missing folder or prompt file, or without prompts, is refused by name', async () => {
    const root = join(folder, 'cc101');
    writeJson(join(root, 'broken.json'), [entry('dog', 'prompts/one.txt')]);
    await expect(dataset({ dataset: 'broken.json' })).rejects.toThrow('holds no picture');
    writeJson(join(root, 'broken.json'), [entry('cat', 'prompts/none.txt')]);
    await expect(dataset({ dataset: 'broken.json' })).rejects.toThrow('none.txt');
    writeJson(join(root, 'broken.json'), [entry('cat')]);
    await expect(dataset({ dataset: 'broken.json' })).rejects.toThrow('names no prompt file');
    expect(() => fillTemplate('{0} and {2}', ['a', 'b'])).toThrow('names more concepts');
  });
});
