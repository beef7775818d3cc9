/** Two operations on one pack, in one process and in two; and a process that is killed while it downloads. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256, stallAfter } from './model-server.ts';
import {
  bytesAt,
  catalogOf,
  filesBelow,
  known,
  startServer,
  storeOf,
  temporaryFolder,
  withCode,
} from './store-fixture.ts';
import { A, accept, twoPartPack } from './two-part-pack.ts';

describe('two at once', () => {
  it('in one process: the second fails because the first is running', async () => {
    const { store, server } = await twoPartPack();
    server.misbehave('/one/a.bin', stallAfter(1000));
    const outcomes = await Promise.allSettled([store.pull('test', accept), store.pull('test', accept)]);
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'));
    expect(codes.sort()).toEqual(['STORE_BUSY', 'done']);
    expect((await store.verify('test')).every(({ state }) => state === 'ok')).toBe(true);
  });

  it('in two processes: likewise, until the other is killed; its download is then resumed', async () => {
    const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
    server.files.set('/part/weights.bin', { body: A, etag: '"v1"' });
    server.misbehave('/part/weights.bin', stallAfter(16_384));
    const script = fileURLToPath(new URL('./pull-in-child.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--no-warnings', script, server.origin, folder, sha256(A), String(A.length)],
      { stdio: 'inherit' },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const part = join(folder, 'test/part/weights.bin.part');
    while (((await stat(part).catch(() => undefined))?.size ?? 0) < 16_384) await delay(20);

    const source = [{ kind: 'http', url: `${server.origin}/part/` }];
    const store = storeOf(folder, catalogOf({ sources: source, files: [known('weights.bin', A)] }));
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('STORE_BUSY'));
    await expect(store.remove('test')).rejects.toThrow(withCode('STORE_BUSY'));
    expect(await filesBelow(folder)).toEqual([
      'test/part/weights.bin.part',
      'test/part/weights.bin.part.json',
    ]);

    child.kill('SIGKILL');
    await once(child, 'exit');
    await store.pull('test', accept);
    expect(await bytesAt(folder, 'test/part/weights.bin')).toEqual(A);
    expect(server.gets('/part/weights.bin')[1]!.range).toBe('bytes=16384-');
    expect(server.bytesServed('/part/weights.bin')).toBe(A.length);
  });
});
