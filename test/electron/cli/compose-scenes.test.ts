/** `compose` with scenes that are incomplete or wrong: a code, a sentence that names the problem, and no output. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeTinyScene, tinySceneFile, writeJson, writePicture } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
let folder: string;
let out: string;

beforeEach(async () => {
  out = join(fixture.root, 'out', 'result.png');
  folder = join(fixture.root, 'changed');
  for (const made of [folder, join(fixture.root, 'out')]) rmSync(made, { recursive: true, force: true });
  await makeTinyScene(folder);
});

/** Composes with another scene file; the pictures are the fixture's unless the test changed them. */
function composeWith(file: unknown = tinySceneFile()) {
  const path = join(folder, 'scene.json');
  writeJson(path, file);
  return runCommand(['compose', path, '--pack', fixture.pack, '--device', 'cpu', '--out', out]);
}

async function expectRefused(result: ReturnType<typeof composeWith>, code: string, named: string) {
  const { exitCode, out: printed, err } = await result;
  expect(exitCode).toBe(1);
  expect(err).toMatch(new RegExp(`^error ${code}: `));
  expect(err).toContain(named);
  expect(printed).toBe('');
  expect(existsSync(out)).toBe(false);
}

const scene = tinySceneFile();
const [cat, dog] = scene.concepts as [Record<string, unknown>, Record<string, unknown>];
const nineConcepts = Array.from({ length: 9 }, (_, index) => ({ ...cat, name: `cat ${index}` }));

describe('the scene file', () => {
  test.each<[string, string, string, unknown]>([
    ['names a picture that is not there', 'ASSET_MISSING', 'lost.png', { ...scene, background: 'lost.png' }],
    ['has no concepts', 'CONCEPT_COUNT', 'has 0', { ...scene, concepts: [] }],
    ['has nine concepts', 'CONCEPT_COUNT', 'has 9', { ...scene, concepts: nineConcepts }],
    ['is of another version', 'SCENE_INVALID', 'version', { ...scene, version: 3 }],
    ['has an unknown field', 'SCENE_INVALID', 'masks', { ...scene, masks: [] }],
    ['is a list', 'SCENE_INVALID', 'scene-file.md', []],
    ['is null', 'SCENE_INVALID', 'scene-file.md', null],
    [
      'names two concepts alike',
      'SCENE_INVALID',
      'same name',
      { ...scene, concepts: [cat, { ...dog, name: 'my cat' }] },
    ],
    ['has alpha below 0', 'SCENE_INVALID', 'alpha', { ...scene, concepts: [{ ...cat, alpha: -1 }] }],
    ['has no steps', 'SCENE_INVALID', 'steps', { ...scene, parameters: { steps: 0 } }],
    ['has text for a number', 'SCENE_INVALID', 'beta', { ...scene, parameters: { beta: '0.8' } }],
  ])('%s', async (_title, code, named, file) => {
    await expectRefused(composeWith(file), code, named);
  });

  test('is missing or truncated', async () => {
    const compose = (path: string) => runCommand(['compose', path, '--pack', fixture.pack, '--out', out]);
    await expectRefused(compose('missing.json'), 'SCENE_MISSING', 'missing.json');
    const torn = join(fixture.root, 'torn.json');
    writeFileSync(torn, readFileSync(fixture.scenePath, 'utf8').slice(0, 40));
    await expectRefused(compose(torn), 'SCENE_INVALID', 'torn.json');
  });

  test('without an inpainted background is composed, and the output says what was done instead', async () => {
    const { exitCode, out: printed } = await composeWith({ ...scene, inpainted: undefined });
    expect(exitCode).toBe(0);
    expect(printed).toContain('note: The scene has no clean background');
  });
});

describe('a picture', () => {
  test('is no picture, or is truncated', async () => {
    writeFileSync(join(folder, 'cat.png'), 'no picture');
    await expectRefused(composeWith(), 'ASSET_INVALID', 'cat.png');
    await makeTinyScene(folder);
    const path = join(folder, 'background.png');
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    await expectRefused(composeWith(), 'ASSET_INVALID', 'background.png');
  });

  test('has another aspect ratio than the background', async () => {
    await writePicture(join(folder, 'background.png'), { size: [64, 32] });
    await expectRefused(composeWith(), 'SIZE_MISMATCH', '64 x 32');
    await makeTinyScene(folder);
    await writePicture(join(folder, 'cat-mask.png'), { size: [16, 24], isMask: true });
    await expectRefused(composeWith(), 'SIZE_MISMATCH', '16 x 24');
  });
});

test('an empty mask is refused', async () => {
  await writePicture(join(folder, 'cat-mask.png'), { isMask: true });
  await expectRefused(composeWith(), 'MASK_EMPTY', 'my cat');
});
