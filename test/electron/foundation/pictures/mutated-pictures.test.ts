/** Damaged files of every format: read or refused with a sentence, in bounded memory, and without a crash. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { PictureProcesses } from '../../../../electron/foundation/pictures/picture-processes.ts';
import { forkChild } from '../../../../electron/foundation/processes/child-process.ts';

const PICTURES = 300;
const MEMORY_LIMIT_BYTES = 600 << 20;

const folder = join(import.meta.dirname, 'files');
const seeds = readdirSync(folder)
  .filter((name) => !/README|svg|empty|page/.test(name))
  .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

const pids: number[] = [];
let pictures: PictureProcesses;
beforeAll(() => {
  pictures = new PictureProcesses(
    () => {
      const file = join(import.meta.dirname, '../../../../electron/foundation/pictures/picture-process.ts');
      const child = forkChild(file);
      pids.push(child.pid!);
      return child;
    },
    { idleMs: 600_000 },
  );
});
afterAll(() => pictures.close());

test(`${PICTURES} mutated pictures are read or refused`, async () => {
  const random = xoroshiro128plus(20261128);
  const below = (end: number) => uniformInt(random, 0, end - 1);
  const mutated = (bytes: Buffer): Buffer => {
    const changed = Buffer.from(bytes);
    switch (below(4)) {
      case 0:
        return changed.subarray(0, below(changed.length));
      case 1: {
        // A part is repeated, so that lengths and offsets are wrong.
        const from = below(changed.length);
        return Buffer.concat([changed.subarray(0, from), changed.subarray(below(from + 1))]);
      }
      case 2: {
        const at = below(Math.max(changed.length - 4, 1));
        changed.writeUInt32BE(
          [0, 1, 0x7fffffff, 0xffffffff, 0x2000][below(5)]!,
          Math.min(at, changed.length - 4),
        );
        return changed;
      }
      default:
        for (let count = 1 + below(12); count > 0; count--) changed[below(changed.length)] = below(256);
        return changed;
    }
  };
  let taken = 0;
  let refused = 0;
  for (let number = 0; number < PICTURES; number++) {
    const { name, bytes } = seeds[number % seeds.length]!;
    const file = mutated(bytes);
    const kind = below(2) === 0 ? 'picture' : 'mask';
    const fit = below(2) === 0 ? null : ({ width: 32, height: 32, mode: 'cover' } as const);
    try {
      const picture = await pictures.normalise(file, name, kind, fit);
      // Accepted files can be read again: a project never contains what its own decoder refuses.
      await pictures.decode(picture.bytes, name, kind);
      taken++;
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      expect([number, name, error.code]).toEqual([number, name, 'ASSET_INVALID']);
      expect(error.message).not.toMatch(/input buffer|vips|heif:|undefined|\n/i);
      refused++;
    }
  }
  expect(taken).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(100);
  expect(pids).toHaveLength(1);
  if (process.platform === 'linux') {
    const peakKib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pids[0]}/status`, 'utf8'))![1]);
    expect(peakKib * 1024).toBeLessThan(MEMORY_LIMIT_BYTES);
  }
});
