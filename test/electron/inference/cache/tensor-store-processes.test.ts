/** Several processes on one cache folder, killed at random moments: no partial file is ever read, and none pile up. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiskTensorStore } from '../../../../electron/inference/cache/tensor-store.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';
import { temporaryFolder } from '../tiny-pack.ts';

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'tensors');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

async function startWriter(seed: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'tensor-writer-to-kill.ts'), [folder, String(seed)]);
  await once(child, 'message');
  return child;
}

test('two writers that are killed repeatedly leave only intact tensors', async () => {
  const waitsMs = [40, 90, 150, 230, 310, 55];
  for (const [round, waitMs] of waitsMs.entries()) {
    const writers = await Promise.all([startWriter(round), startWriter(round + 5)]);
    await delay(waitMs);
    for (const writer of writers) {
      // One that found a wrong value has exited by itself.
      expect(writer.exitCode).toBeNull();
      const exited = once(writer, 'exit');
      writer.kill('SIGKILL');
      await exited;
    }
    const store = new DiskTensorStore({ folder, salt: 'shared' });
    for (let key = 0; key < 13; key++) {
      const found = await store.load(`key ${key}`);
      expect(found === undefined || found[0]!.data.every((value) => value === key)).toBe(true);
    }
  }
  const store = new DiskTensorStore({ folder, salt: 'shared', limitBytes: 400_000 });
  await store.save('one more', [tensor(new Float32Array(10), [10])]);
  const kept = readdirSync(folder).filter((name) => name.endsWith('.tensors'));
  const bytes = kept.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(400_000);
});

test('leftovers of a killed writer are removed when they are old, and not before', async () => {
  const store = new DiskTensorStore({ folder, salt: 'shared' });
  await store.save('key', [tensor(new Float32Array(10), [10])]);
  const [abandoned, fresh] = [join(folder, 'a.tensors.1-x.tmp'), join(folder, 'b.tensors.2-y.tmp')];
  for (const path of [abandoned, fresh]) writeFileSync(path, 'half a file');
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(abandoned, longAgo, longAgo);
  await store.save('another', [tensor(new Float32Array(10), [10])]);
  const names = readdirSync(folder);
  expect(names).not.toContain('a.tensors.1-x.tmp');
  expect(names).toContain('b.tensors.2-y.tmp');
  expect(names.filter((name) => name.endsWith('.tensors'))).toHaveLength(2);
});
