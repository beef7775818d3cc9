/** `compose` with incomplete scenes: backgrounds from prompts, masks from phrases, objects removed. */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadScene } from '../../../electron/app/scenes/scene-folder.ts';
import type { CommandEngine } from '../../../electron/cli/command-engine.ts';
import { MadeFiles } from '../../../electron/cli/made-files.ts';
import {
  followPlanFiles,
  plannedFiles,
  prepareScene,
  readScenePlan,
} from '../../../electron/cli/scene-plan.ts';
import {
  addTinySegmenter,
  makeTinyScene,
  tinySceneFile,
  writeJson,
  writeManifest,
} from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
let out: string;

beforeAll(() => {
  addTinySegmenter(fixture.pack);
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

test('a background from a prompt, with mask files, and the objects removed', async () => {
  const plan = await planned({ background: { seed: 3 }, inpainted: undefined });
  const result = await compose(plan);
  expect(result).toMatchObject({ exitCode: 0, err: '' });
  expect(result.out).toMatch(/background: seed 3, by Tiny/);
  expect(result.out).toMatch(/inpainted background: by blended latent diffusion from a fill in layers/);
  expect(existsSync(out)).toBe(true);
  // The result is a scene of its own, and composes to the same picture.
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

test('a phrase that finds nothing is an error with advice, and leaves no picture', async () => {
  rmSync(out, { force: true });
  const result = await compose(await planned({}, [{ phrase: 'a dog' }]));
  expect(result.exitCode).toBe(1);
  expect(result.err).toMatch(
    /error MASK_EMPTY: Nothing was found for "a dog", the mask of the concept "my cat"/,
  );
  expect(existsSync(out)).toBe(false);
});

test('a generated scene follows files of its plan that have moved', async () => {
  const plan = await planned({ inpainted: { method: 'telea', growPx: 2 } }, [{ phrase: 'a cat' }]);
  expect(await compose(plan)).toMatchObject({ exitCode: 0, err: '' });
  const folder = join(fixture.root, 'out', 'picture-scene');
  const path = join(folder, 'scene.json');
  const before = readFileSync(path, 'utf8');
  renameSync(join(fixture.root, 'plan'), join(fixture.root, 'moved'));
  await expect(loadScene(path)).rejects.toMatchObject({ code: 'ASSET_MISSING' });
  const moved = join(fixture.root, 'moved', 'scene.json');
  const follow = async (planPath: string) => {
    const content = (await readScenePlan(planPath))!;
    const names = plannedFiles(content);
    await followPlanFiles(content, planPath, folder, () => MadeFiles.open(folder, names, 'Remove it.'));
  };
  await follow(moved);
  expect((await loadScene(path)).file.concepts[0]!.image).toBe('../../moved/cat.png');
  renameSync(join(fixture.root, 'moved'), join(fixture.root, 'plan'));
  await follow(plan);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(before));
  // The record of generated files knows the change: the run can be repeated.
  expect(await compose(plan)).toMatchObject({ exitCode: 0, err: '' });
});

test('the generated scene has every file of the plan’s model, and of pictures with any name', async () => {
  // A backslash separates folders on Windows alone.
  const image = process.platform === 'win32' ? 'cat.png' : 'ca\\t.png';
  const model = {
    checkpoint: 'photon.safetensors',
    loras: [{ file: 'style.safetensors', weight: 0.5 }],
    embeddings: ['moody.safetensors', 'moods/calm.pt'],
  };
  const path = await planned({ model }, [{ phrase: 'a cat' }]);
  const content = JSON.parse(readFileSync(path, 'utf8'));
  content.concepts[0].image = image;
  writeJson(path, content);
  copyFileSync(join(fixture.root, 'plan', 'cat.png'), join(fixture.root, 'plan', image));
  const mask = readFileSync(join(fixture.root, 'plan', 'cat-mask.png'));
  const engine = {
    run: async () => ({ model: 'a model', notices: [], candidates: [{ png: mask, score: 1, box: null }] }),
  } as unknown as Pick<CommandEngine, 'run'>;
  const plan = (await readScenePlan(path))!;
  const files = await MadeFiles.open(join(fixture.root, 'named', 'scene'), plannedFiles(plan), '');
  const controls = { signal: new AbortController().signal, count: () => undefined, print: () => undefined };
  const scene = JSON.parse(readFileSync(await prepareScene(plan, path, engine, files, controls), 'utf8'));
  expect(scene.model).toEqual({
    checkpoint: '../../plan/photon.safetensors',
    loras: [{ file: '../../plan/style.safetensors', weight: 0.5 }],
    embeddings: ['../../plan/moody.safetensors', '../../plan/moods/calm.pt'],
  });
  expect(scene.concepts[0].image).toBe(`../../plan/${image}`);
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

test('a scene file that is an array is refused', async () => {
  const path = join(fixture.root, 'array.json');
  writeJson(path, []);
  expect((await compose(path)).err).toMatch(/SCENE_INVALID/);
});

describe('files edited by hand', () => {
  const made = ['mask-1.png', 'inpainted.png', 'scene.json'];
  let plan: string;
  let folder: string;

  beforeAll(async () => {
    plan = await planned({ inpainted: { method: 'telea', growPx: 2 } }, [{ phrase: 'a cat' }]);
    folder = join(fixture.root, 'out', 'picture-scene');
    rmSync(folder, { recursive: true, force: true });
    expect(await compose(plan)).toMatchObject({ exitCode: 0, err: '' });
  });

  test('without any, the run can be repeated', async () => {
    expect(await compose(plan)).toMatchObject({ exitCode: 0, err: '' });
  });

  test.each(made)('%s is kept, and the error says what to do', async (name) => {
    const path = join(folder, name);
    const before = readFileSync(path);
    const mended = Buffer.concat([before, Buffer.from('\n')]);
    writeFileSync(path, mended);
    rmSync(out, { force: true });
    const { exitCode, err } = await compose(plan);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^error OUTPUT_EDITED: /);
    expect(err).toContain(path);
    expect(err).toContain(`npm run compose -- ${join(folder, 'scene.json')} --out ${out}`);
    expect(readFileSync(path)).toEqual(mended);
    expect(existsSync(out)).toBe(false);
    writeFileSync(path, before);
    expect(await compose(plan)).toMatchObject({ exitCode: 0 });
  });

  test('files that no run recorded are kept too', async () => {
    rmSync(join(folder, 'made.json'));
    const { err } = await compose(plan);
    expect(err).toMatch(/^error OUTPUT_EDITED: /);
    for (const name of made) expect(err).toContain(join(folder, name));
    rmSync(folder, { recursive: true });
    expect(await compose(plan)).toMatchObject({ exitCode: 0 });
  });

  test('a run that was killed between two files can be repeated', async () => {
    // The record names a file's hash before the file exists.
    rmSync(join(folder, 'scene.json'));
    rmSync(join(folder, 'inpainted.png'));
    expect(await compose(plan)).toMatchObject({ exitCode: 0 });
  });

  test('a plan in the folder itself is not overwritten by the resulting scene', async () => {
    const own = join(folder, 'scene.json');
    writeFileSync(own, readFileSync(plan, 'utf8'));
    const { err } = await compose(own);
    expect(err).toMatch(/^error OUTPUT_IS_INPUT: /);
    rmSync(folder, { recursive: true });
  });
});
