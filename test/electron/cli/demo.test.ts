/** `demo` with a tiny pack that contains the scene. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { makeTinyScene, tinySceneFile, writePicture } from '../inference/tiny-pack.ts';
import { runWithPack, useCommandFixture } from './command-fixture.ts';
import { runCommand } from './run-command.ts';

const fixture = useCommandFixture();

test('writes the result and the sheet that explains it, and prints their paths', async () => {
  const sample = join(fixture.pack, 'scenes', 'two-concepts');
  await makeTinyScene(sample);
  const folder = join(fixture.root, 'demo');
  const { exitCode, out } = await runWithPack(fixture, 'demo', '--out', folder);
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

test('also shows the photograph with a placed object, if the pack has one', async () => {
  const samples = ['two-concepts', 'photograph'].map((name) => join(fixture.pack, 'scenes', name));
  await makeTinyScene(samples[0]!);
  const { inpainted: _, ...file } = tinySceneFile();
  const [cat] = file.concepts;
  const placed = { ...cat, mask: undefined, mode: 'place', placement: { x: 500, y: 200, scale: 3 } };
  await makeTinyScene(samples[1]!, { ...file, concepts: [placed] });
  await writePicture(join(samples[1]!, 'background.png'), { size: [600, 400], rectangle: [10, 10, 90, 90] });
  const folder = join(fixture.root, 'demo-of-both');
  const { exitCode, out } = await runWithPack(fixture, 'demo', '--out', folder);
  expect(exitCode).toBe(0);
  expect(out).toContain(join(folder, 'photograph.png'));
  const { width, height } = await sharp(readFileSync(join(folder, 'photograph.png'))).metadata();
  expect([width, height]).toEqual([600, 400]);
  for (const sample of samples) rmSync(sample, { recursive: true });
});

test('of a pack without such a scene says so', async () => {
  const { exitCode, err } = await runCommand([
    'demo',
    '--pack',
    fixture.pack,
    '--out',
    join(fixture.root, 'none'),
  ]);
  expect([exitCode, err]).toEqual([1, expect.stringContaining('SCENE_MISSING')]);
});
