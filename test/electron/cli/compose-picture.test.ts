/** `compose` with a picture that it made in place of a scene file. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import sharp from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeOutput } from '../../../electron/cli/output-file.ts';
import { withPngTexts } from '../../../electron/projects/export/png-text.ts';
import { REQUEST_KEYWORD, readRenderRequest } from '../../../electron/projects/export/render-metadata.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { writeModelFile } from '../../native-models/graph/single-file/single-file-models.ts';
import { makeTinyScene, tinySceneFile } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();
let folder: string;

beforeEach(() => {
  folder = join(fixture.root, 'out');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

const compose = (from: string, to: string, ...args: string[]) =>
  runCommand(['compose', from, '--pack', fixture.pack, '--device', 'cpu', '--out', to, ...args]);

/** The scene's picture files. */
const sceneFiles = () => {
  const scene = dirname(fixture.scenePath);
  return readdirSync(scene)
    .filter((name) => name.endsWith('.png'))
    .map((name) => join(scene, name));
};

describe('a picture in place of a scene', () => {
  test('gives the same picture again, with its scene’s pictures next to it', async () => {
    const [first, again] = [join(folder, 'first.png'), join(folder, 'again.png')];
    await compose(fixture.scenePath, first, '--seed', '7', '--beta', '0.25');
    for (const path of sceneFiles()) copyFileSync(path, join(folder, `renamed ${path.split('/').at(-1)}`));
    const { exitCode, err } = await compose(first, again);
    expect([exitCode, err]).toEqual([0, '']);
    expect(readFileSync(again)).toEqual(readFileSync(first));
    const other = join(folder, 'other.png');
    expect((await compose(first, other, '--seed', '8')).exitCode).toBe(0);
    const [a, b] = [first, other].map((path) => readRenderRequest(readFileSync(path), path)!);
    expect(b).toEqual({ ...a!, parameters: { ...a!.parameters, seed: 8 } });
  });

  test('finds its scene’s pictures in a project next to it', async () => {
    const [first, again] = [join(folder, 'first.png'), join(folder, 'again.png')];
    await compose(fixture.scenePath, first);
    const missing = await compose(first, again);
    expect(missing.exitCode).not.toBe(0);
    expect(missing.err).toContain('Not found next to');
    expect(missing.err).toContain('the background');
    const project = ProjectFile.create(join(folder, 'scene.pnpmix'));
    for (const path of sceneFiles()) project.putAsset(readFileSync(path));
    project.close();
    await writeOutput(join(folder, 'broken.pnpmix'), 'not a project');
    const damaged = join(folder, 'damaged.pnpmix');
    copyFileSync(join(folder, 'scene.pnpmix'), damaged);
    const database = new SqliteDatabase(damaged);
    database.prepare("UPDATE asset SET bytes = CAST(bytes || x'00' AS BLOB)").run();
    database.close();
    expect((await compose(first, again)).exitCode).toBe(0);
    expect(readFileSync(again)).toEqual(readFileSync(first));
  });

  test('whose prompts name an embedding differs only where another one is open', async () => {
    const { hidden_size: width } = JSON.parse(
      readFileSync(join(fixture.pack, 'text_encoder', 'config.json'), 'utf8'),
    ) as { hidden_size: number };
    const [moody, other] = [1, 2].map((vectors) => {
      const path = join(fixture.root, `embeddings-${vectors}`, 'moody.safetensors');
      mkdirSync(dirname(path), { recursive: true });
      writeModelFile(path, { tensors: { emb_params: [vectors, width] } });
      return ['--embedding', path];
    }) as [string[], string[]];
    const scene = await makeTinyScene(folder, { ...tinySceneFile(), prompt: 'a moody cat' });
    const [first, again] = [join(folder, 'first.png'), join(folder, 'again.png')];
    expect((await compose(scene, first, ...moody)).exitCode).toBe(0);
    const same = await compose(first, again, ...moody);
    expect([same.exitCode, same.err]).toEqual([0, '']);
    expect(same.out).not.toContain('will differ');
    expect(readFileSync(again)).toEqual(readFileSync(first));
    expect((await compose(first, again, ...other)).out).toContain('so the picture will differ');
  });

  test('without a valid request is refused', async () => {
    const [plain, again] = [join(folder, 'plain.png'), join(folder, 'again.png')];
    expect((await compose(fixture.scenePath, plain, '--no-metadata')).exitCode).toBe(0);
    expect((await compose(plain, again)).err).toContain('does not contain how it was made');
    expect((await compose(join(folder, 'none.png'), again)).err).toContain('is not there');
    const bytes = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const nonsense = withPngTexts(bytes, [
      { keyword: REQUEST_KEYWORD, text: '{"version":9}', form: 'compressed' },
    ]);
    await writeOutput(plain, nonsense);
    expect((await compose(plain, again)).err).toContain('cannot be read by this version');
    expect(readdirSync(folder)).toEqual(['plain.png']);
  });
});
