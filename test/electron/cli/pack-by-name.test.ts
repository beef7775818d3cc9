/** `--pack NAME`: bundled packs, and those installed in the model store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { packFolder } from '../../../electron/cli/pack-folder.ts';
import { runCommand } from './run-command.ts';

const ROOT = join(import.meta.dirname, '../../..');
const STARTER = join(ROOT, 'native-models/packs/starter');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-by-name-'));
  vi.stubEnv('PNPMIX_MODELS_DIR', join(folder, 'models'));
  vi.stubEnv('PNPMIX_CACHE_DIR', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('finds a bundled pack and a folder, and nothing unknown', async () => {
  expect(await packFolder()).toBe(STARTER);
  expect(await packFolder('starter')).toBe(STARTER);
  expect(await packFolder(folder)).toBe(folder);
  expect(await packFolder('nowhere')).toBe('nowhere');
});

it('says how to install a pack that is not installed, in every command', async () => {
  for (const args of [
    ['demo', '--out', folder],
    ['compose', join(STARTER, 'scenes/two-concepts/scene.json'), '--out', join(folder, 'x.png')],
    ['evaluate', '--out', join(folder, 'evaluation.json')],
  ]) {
    const { exitCode, err } = await runCommand([...args, '--pack', 'sd21']);
    expect(exitCode).toBe(1);
    expect(err).toContain('PACK_UNKNOWN: The pack sd21 (Stable Diffusion 2.1 base) is not installed');
    expect(err).toContain('Run: npm run models -- pull sd21');
  }
});

it('finds an imported pack', async () => {
  const imported = await runCommand(['models', 'import', 'sd21', STARTER, '--component', 'blending']);
  expect(imported.exitCode).toBe(0);
  expect(await packFolder('sd21')).toBe(join(folder, 'models/sd21/blending'));
  const { exitCode, err } = await runCommand([
    'compose',
    join(STARTER, 'scenes/two-concepts/scene.json'),
    '--steps',
    '2',
    '--out',
    join(folder, 'x.png'),
    '--pack',
    'sd21',
  ]);
  expect(err).not.toContain('error');
  expect(exitCode).toBe(0);
});
