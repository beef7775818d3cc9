/** `--trace`, read with another library than the one that wrote it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type NpyArray, parse } from 'npyjs';
import { describe, expect, test } from 'vitest';
import { runWithPack, useCommandFixture } from './command-fixture.ts';

const fixture = useCommandFixture();

const steps = 3;
const concepts = 2;

function trace(folder: string, out = join(fixture.root, 'result.png')) {
  return runWithPack(fixture, 'compose', fixture.scenePath, '--out', out, '--trace', folder);
}

function readNpy(path: string): NpyArray<Float32Array> {
  const bytes = readFileSync(path);
  const array = parse(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
  );
  expect(array.data).toBeInstanceOf(Float32Array);
  expect(array).toMatchObject({ dtype: 'f4', fortranOrder: false });
  return array as NpyArray<Float32Array>;
}

describe('a trace', () => {
  test('contains every tensor that docs/trace.md lists, with consistent shapes', async () => {
    const folder = join(fixture.root, 'trace');
    const { exitCode, out: printed } = await trace(folder);
    expect(exitCode).toBe(0);
    expect(printed).toContain(folder);

    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    const each = <Value>(count: number, make: (index: number) => Value) =>
      Array.from({ length: count }, (_, index) => make(index));
    const trajectories = ['background', 'inpainted', ...each(concepts, (index) => `concept-${index + 1}`)];
    expect(names.sort()).toEqual(
      [
        ...trajectories.flatMap((name) => [
          `inversion/${name}/x0.npy`,
          ...['x_t', 'noise_prediction', 'noise_map'].flatMap((kind) =>
            each(steps, (step) => `inversion/${name}/${kind}/${step}.npy`),
          ),
        ]),
        'masks/background.npy',
        ...each(concepts, (index) => [
          `masks/region-${index + 1}.npy`,
          `masks/expanded-${index + 1}.npy`,
        ]).flat(),
        ...each(steps, (step) => [
          `blend/${step}/output.npy`,
          ...each(concepts, (index) => `blend/${step}/reference-${index + 1}.npy`),
        ]).flat(),
        'final/latents.npy',
      ].sort(),
    );

    const read = (name: string) => readNpy(join(folder, `${name}.npy`));
    const final = read('final/latents');
    expect(final.shape).toHaveLength(3);
    for (const name of names.filter((path) => !path.startsWith('masks/'))) {
      expect(readNpy(join(folder, name)).shape).toEqual(final.shape);
    }
    const mask = read('masks/background');
    expect(mask.shape).toEqual(final.shape.slice(1));
    expect(read(`blend/${steps - 1}/output`).data).toEqual(final.data);

    // In the background, the output follows the background's own trajectory.
    for (let step = 0; step < steps; step++) {
      const output = read(`blend/${step}/output`).data;
      const next = step + 1 < steps ? `x_t/${step + 1}` : 'x0';
      const background = read(`inversion/background/${next}`).data;
      let compared = 0;
      for (let at = 0; at < output.length; at++) {
        if (mask.data[at % mask.data.length] !== 1) continue;
        expect(output[at]).toBeCloseTo(background[at]!, 3);
        compared++;
      }
      expect(compared).toBeGreaterThan(0);
    }
    // The masks are a partition.
    const regions = each(concepts, (index) => read(`masks/region-${index + 1}`).data);
    mask.data.forEach((value, at) => {
      expect(regions.reduce((sum, region) => sum + region[at]!, value)).toBe(1);
    });
  });

  test('is refused for a folder that is not empty', async () => {
    const { exitCode, err } = await trace(join(fixture.root, 'scene'));
    expect([exitCode, err]).toEqual([1, expect.stringContaining('OUTPUT_UNWRITABLE')]);
    const file = join(fixture.root, 'a-file');
    writeFileSync(file, '');
    expect((await trace(join(file, 'trace'))).err).toContain('OUTPUT_UNWRITABLE');
  });

  test('does not change the picture', async () => {
    const [traced, plain] = ['traced.png', 'plain.png'].map((name) => join(fixture.root, name)) as [
      string,
      string,
    ];
    await trace(join(fixture.root, 'another-trace'), traced);
    await runWithPack(fixture, 'compose', fixture.scenePath, '--out', plain);
    expect(readFileSync(traced)).toEqual(readFileSync(plain));
  });
});
