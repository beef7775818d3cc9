/** Scene files from other users and systems: encodings, file names, and paths to files that never end. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadScene } from '../../../electron/app/scenes/scene-folder.ts';
import { makeTinyScene, tinySceneFile, writeJson } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
const cases = join(import.meta.dirname, '../../cases');
const sample = join(import.meta.dirname, '../../../native-models/packs/starter/scenes/one');
let folder: string;
let out: string;

beforeEach(async () => {
  folder = join(fixture.root, 'elsewhere');
  out = join(fixture.root, 'out', 'result.png');
  rmSync(folder, { recursive: true, force: true });
  await makeTinyScene(folder);
});

function composeWith(file: unknown) {
  const path = join(folder, 'scene.json');
  writeJson(path, file);
  return runCommand(['compose', path, '--pack', fixture.pack, '--device', 'cpu', '--out', out]);
}

test.each(['scene.json', 'scene-utf16.json'])('a scene saved by Notepad is read: %s', async (name) => {
  cpSync(sample, folder, { recursive: true });
  cpSync(join(cases, 'scene-with-bom', name), join(folder, 'saved.json'));
  const saved = await loadScene(join(folder, 'saved.json'));
  // Saved as version 1, whose parameters the upgrade fills in.
  const version1 = { startAt: 1, solver: 'ddpm', bandLatent: 0, regionGrowPx: 0, detail: 0 };
  const { file } = await loadScene(join(folder, 'scene.json'));
  expect(saved.file).toEqual({ ...file, name: 'one', parameters: { ...file.parameters, ...version1 } });
});

describe('a picture whose name is decomposed, as on a Mac', () => {
  const name = '고양이.png';
  const scene = { ...tinySceneFile(), background: name.normalize('NFC') };

  test('is found', async () => {
    renameSync(join(folder, 'background.png'), join(folder, name.normalize('NFD')));
    expect(await composeWith(scene)).toMatchObject({ exitCode: 0, err: '' });
    // It is an input too, which no output may overwrite.
    const path = join(folder, 'scene.json');
    const over = ['compose', path, '--pack', fixture.pack, '--out', join(folder, name.normalize('NFC'))];
    expect((await runCommand(over)).err).toContain('OUTPUT_IS_INPUT');
  });

  test('is found for the scene file too', async () => {
    const path = join(folder, '장면.json'.normalize('NFD'));
    writeJson(path, tinySceneFile());
    expect((await loadScene(path.normalize('NFC'))).file.background).toBe('background.png');
  });
});

describe('a path to anything but a picture file ends the run with a code:', () => {
  const withBackground = (path: string) => composeWith({ ...tinySceneFile(), background: path });

  test.skipIf(!existsSync('/dev/zero'))('a device', async () => {
    for (const path of ['/dev/zero', '/dev/stdin']) {
      const { exitCode, err } = await withBackground(path);
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^error ASSET_(INVALID|MISSING): The picture \/dev/);
    }
  });

  test.skipIf(process.platform === 'win32')('a pipe, also as the scene file', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    expect((await withBackground('pipe.png')).err).toMatch(/ASSET_INVALID: .*is a named pipe, not a file/);
    const { err } = await runCommand(['compose', join(folder, 'pipe.png'), '--out', out]);
    expect(err).toMatch(/SCENE_MISSING: .*is a named pipe/);
  });

  test('a folder, circular links, a process’s memory', async () => {
    mkdirSync(join(folder, 'folder.png'));
    symlinkSync('b.png', join(folder, 'a.png'));
    symlinkSync('a.png', join(folder, 'b.png'));
    expect((await withBackground('folder.png')).err).toMatch(/ASSET_INVALID: .*is a folder/);
    expect((await withBackground('a.png')).err).toMatch(/ASSET_MISSING: .*leads back to itself/);
    if (existsSync('/proc/self/mem')) {
      expect((await withBackground('/proc/self/mem')).err).toMatch(/ASSET_MISSING: .*cannot be read \(EIO\)/);
    }
  });
});

test('invalid JSON is reported with line and column', async () => {
  const path = join(folder, 'torn.json');
  writeFileSync(path, readFileSync(join(folder, 'scene.json'), 'utf8').replace(',', ',\n,'));
  const { exitCode, err } = await runCommand(['compose', path, '--out', out]);
  expect(exitCode).toBe(1);
  expect(err).toMatch(/SCENE_INVALID: The scene file .*torn\.json is not valid JSON: line 2, column 1: /);
});
