/** `demo` on a tiny pack that brings the scene along. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { makeTinyScene } from '../inference/tiny-pack.ts';
import { useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();

test('writes the result and the sheet of how it came about, and prints where they are', async () => {
  const sample = join(fixture.pack, 'scenes', 'two-concepts');
  await makeTinyScene(sample);
  const folder = join(fixture.root, 'demo');
  const { exitCode, out } = await runCommand([
    'demo',
    '--pack',
    fixture.pack,
    '--device',
    'cpu',
    '--out',
    folder,
  ]);
  expect(exitCode).toBe(0);
  const [result, sheet, time, device] = out.trimEnd().split('\n');
  expect([result, sheet]).toEqual([join(folder, 'result.png'), join(folder, 'sheet.png')]);
  expect(time).toMatch(/^time: /);
  expect(device).toMatch(/^device: cpu/);
  expect(await sharp(readFileSync(result!)).metadata()).toMatchObject({ width: 32, height: 32 });
  // Background, inpainted background, masks, two concepts, result.
  expect((await sharp(readFileSync(sheet!)).metadata()).width).toBeGreaterThan(6 * 32);
  rmSync(sample, { recursive: true });
});

test('of a pack that has no such scene says so', async () => {
  const { exitCode, err } = await runCommand([
    'demo',
    '--pack',
    fixture.pack,
    '--out',
    join(fixture.root, 'none'),
  ]);
  expect([exitCode, err]).toEqual([1, expect.stringContaining('SCENE_MISSING')]);
});
