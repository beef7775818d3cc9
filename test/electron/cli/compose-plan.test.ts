/** `compose` of scenes that are not whole: backgrounds from prompts, masks from phrases, objects taken out. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeTinyScene, tinySceneFile, writeJson, writeManifest } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
const golden = join(import.meta.dirname, '../../golden/segmentation/segmenter');
let out: string;

beforeAll(() => {
  cpSync(golden, join(fixture.pack, 'segmenter'), { recursive: true });
  writeManifest(fixture.pack, { textToImage: { steps: 2, guidance: 2 } });
  out = join(fixture.root, 'out', 'picture.png');
});

/** The tiny scene with something left to be made. */
async function planned(changes: Record<string, unknown>, masks: readonly unknown[] = []): Promise<string> {
  const file: Record<string, unknown> = { ...tinySceneFile(), ...changes };
  file.concepts = tinySceneFile().concepts.map((concept, index) => ({
    ...concept,
    mask: masks[index] ?? concept.mask,
    order: index,
  }));
  return makeTinyScene(join(fixture.root, 'plan'), JSON.parse(JSON.stringify(file)));
}

const compose = (scene: string) =>
  runCommand(['compose', scene, '--out', out, '--pack', fixture.pack, '--device', 'cpu']);

test('from a prompt, with mask files, and the objects taken out', async () => {
  const plan = await planned({ background: { seed: 3 }, inpainted: undefined });
  const result = await compose(plan);
  expect(result).toMatchObject({ exitCode: 0, err: '' });
  expect(result.out).toMatch(/background: seed 3, by Tiny/);
  expect(result.out).toMatch(/inpainted background: by blended latent diffusion from a fill in layers/);
  expect(existsSync(out)).toBe(true);
  // What was made is a scene of its own, and composes to the same picture.
  const folder = join(fixture.root, 'out', 'picture-scene');
  const scene = JSON.parse(readFileSync(join(folder, 'scene.json'), 'utf8'));
  expect(scene).toMatchObject({ background: 'background.png', inpainted: 'inpainted.png' });
  expect(scene.concepts[0].mask).toBe('../../plan/cat-mask.png');
  const picture = readFileSync(out);
  const again = await compose(join(folder, 'scene.json'));
  expect(again).toMatchObject({ exitCode: 0 });
  expect(readFileSync(out)).toEqual(picture);
});

test('a mask from a phrase', async () => {
  // The background's rectangle is red, which is what the test's segmenter takes for a cat.
  const plan = await planned({ inpainted: { method: 'telea', growPx: 2 } }, [{ phrase: 'a cat', growPx: 1 }]);
  const result = await compose(plan);
  expect(result).toMatchObject({ exitCode: 0, err: '' });
  expect(result.out).toMatch(/mask of my cat: "a cat", score 0\.\d\d, by the pack’s own segmenter/);
  expect(result.out).toMatch(/inpainted background: by Telea/);
});

test('nothing found for a phrase is said with what to do, and no picture is left', async () => {
  rmSync(out, { force: true });
  const result = await compose(await planned({}, [{ phrase: 'a dog' }]));
  expect(result.exitCode).toBe(1);
  expect(result.err).toMatch(
    /error MASK_EMPTY: Nothing was found for "a dog", the mask of the concept "my cat"/,
  );
  expect(existsSync(out)).toBe(false);
});

test.each([
  ['an empty phrase', {}, [{ phrase: ' ' }], /SCENE_INVALID.*phrase/s],
  ['a background without a seed', { background: { prompt: 'x' } }, [], /SCENE_INVALID.*seed/s],
  ['a field that is not known', { background: { seed: 1, sed: 2 } }, [], /SCENE_INVALID.*sed/s],
  ['a mask file that is not there', { background: { seed: 1 } }, ['nowhere.png'], /ASSET_MISSING.*nowhere/s],
])('refuses %s', async (_, changes, masks, message) => {
  const result = await compose(await planned(changes, masks));
  expect(result.exitCode).toBe(1);
  expect(result.err).toMatch(message);
});

test('a scene file that is an array is no plan', async () => {
  const path = join(fixture.root, 'array.json');
  writeJson(path, []);
  expect((await compose(path)).err).toMatch(/SCENE_INVALID/);
});
