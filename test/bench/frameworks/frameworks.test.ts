/** `bench frameworks`, as far as it goes without installing other frameworks: its own rows, and what it refuses. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  makeTinyPack,
  TINY_SIZE_PX,
  temporaryFolder,
  writeManifest,
} from '../../electron/inference/tiny-pack.ts';

test('the rows’ inputs and result are written for the other frameworks', () => {
  const root = temporaryFolder();
  try {
    const pack = makeTinyPack(root);
    writeManifest(pack);
    const exchange = join(root, 'exchange');
    mkdirSync(exchange);
    const printed = execFileSync(
      process.execPath,
      [join(import.meta.dirname, 'own-rows.ts'), pack, exchange, '0', '3', String(TINY_SIZE_PX)],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(printed)).toEqual({ msPerRow: expect.any(Number) });
    const dims: Record<string, number[]> = JSON.parse(readFileSync(join(exchange, 'inputs.json'), 'utf8'));
    expect(Object.keys(dims)).toEqual(['sample', 'timestep', 'text', 'noise']);
    const { sample, noise } = dims;
    expect(noise).toEqual(sample);
    for (const [name, shape] of Object.entries(dims)) {
      expect(shape[0]).toBe(3);
      const { length } = readFileSync(join(exchange, `${name}.bin`));
      expect(length, name).toBe(4 * shape.reduce((count, dim) => count * dim, 1));
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.skipIf(process.platform !== 'linux')('a model that it does not know is refused by name', () => {
  const root = temporaryFolder();
  try {
    const main = join(import.meta.dirname, '../../../electron/cli/main.ts');
    const { status, stderr } = spawnSync(process.execPath, [main, 'bench', 'frameworks', 'sd15', 'sd9'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('starter, sd15, sd21, sdxl, not sd9');
  } finally {
    rmSync(root, { recursive: true });
  }
});
