/** Inspecting weights: progress is reported every few megabytes, and each report allows cancelling. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectWeights } from '../../../../electron/inference/packs/weight-inspection.ts';
import { temporaryFolder } from '../tiny-pack.ts';

/** 48 MiB of weights: three tensors of 16. */
const TENSOR_BYTES = 16 << 20;

let root: string;
let path: string;
beforeAll(() => {
  root = temporaryFolder();
  path = join(root, 'weights.safetensors');
  const header = JSON.stringify(
    Object.fromEntries(
      ['a', 'b', 'c'].map((name, index) => [
        name,
        {
          dtype: 'F32',
          shape: [TENSOR_BYTES / 4],
          data_offsets: [index * TENSOR_BYTES, (index + 1) * TENSOR_BYTES],
        },
      ]),
    ),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(3 * TENSOR_BYTES)]));
});
afterAll(() => rmSync(root, { recursive: true }));

test('progress is reported every few megabytes up to the end, and the hash is the file’s', async () => {
  const told: number[] = [];
  let total = 0;
  const { sha256, nonFiniteTensor } = await inspectWeights(
    path,
    join(root, 'cache'),
    undefined,
    (read, of) => {
      told.push(read);
      total = of;
    },
  );
  expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
  expect(nonFiniteTensor).toBeNull();
  expect(told.length).toBeGreaterThanOrEqual(6);
  expect(told.toSorted((a, b) => a - b)).toEqual(told);
  expect(told.at(-1)).toBe(total);
});

test.each([1, 3, 5])('cancelling takes effect at report %i', async (at) => {
  const controller = new AbortController();
  let reports = 0;
  await expect(
    inspectWeights(path, join(root, `no cache ${at}`), controller.signal, () => {
      reports++;
      // Like a message, it arrives in another turn of the event loop.
      if (reports === at) setImmediate(() => controller.abort());
    }),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(reports).toBeLessThanOrEqual(at + 1);
});
