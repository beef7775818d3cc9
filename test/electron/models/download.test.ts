/** Downloads from misbehaving servers: every final file is right, and nothing is downloaded twice. */

import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noticeSentence } from '../../../electron/contract/notices.ts';
import type { StoreProgress } from '../../../electron/models/store-progress.ts';
import {
  chunked,
  dropAfter,
  endless,
  type Fault,
  honest,
  ignoreIfRange,
  ignoreRange,
  ignoreRangeAndDropAfter,
  modelBytes,
  sha256,
  shorter,
  stallAfter,
  status,
  wrongByte,
  wrongBytesInRange,
  wrongContentRange,
} from './model-server.ts';
import { accept, BODY, httpSource, oneFile, PATH } from './one-file.ts';
import {
  bytesAt,
  catalogOf,
  filesBelow,
  isThere,
  known,
  QUICK,
  startServer,
  storeOf,
  testEnvironment,
  withCode,
} from './store-fixture.ts';

describe('resuming', () => {
  it('continues after a dropped connection and downloads no byte twice', async () => {
    const { server, store, finalPath, folder } = await oneFile();
    const part = `${finalPath}.part`;
    server.misbehave(PATH, dropAfter(100_000, part), dropAfter(80_000, part));
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.bytesServed(PATH)).toBe(BODY.length);
    expect(server.gets(PATH).map(({ range }) => range)).toEqual([
      undefined,
      'bytes=100000-',
      'bytes=180000-',
    ]);
    expect(server.gets(PATH)[1]!.ifRange).toBe('"v1"');
    expect(await filesBelow(folder)).toEqual(['test/part/weights.bin']);
  });

  it('continues in another run after a pause, and nothing has the final name before', async () => {
    const { server, store, finalPath, folder, catalog } = await oneFile();
    server.misbehave(PATH, stallAfter(160_000));
    const pause = new AbortController();
    const onProgress = ({ bytesDone }: StoreProgress) => {
      if (bytesDone >= 100_000) pause.abort();
    };
    await expect(store.pull('test', { ...accept, signal: pause.signal, onProgress })).rejects.toThrow(
      withCode('CANCELLED'),
    );
    expect(await filesBelow(folder)).toEqual([
      'test/part/weights.bin.part',
      'test/part/weights.bin.part.json',
    ]);
    const { length } = await bytesAt(`${finalPath}.part`);
    expect(length).toBeGreaterThanOrEqual(100_000);

    await storeOf(folder, catalog).pull('test');
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.gets(PATH)[1]!.range).toBe(`bytes=${length}-`);
    expect(server.gets(PATH)[1]!.bytesServed).toBe(BODY.length - length);
  });

  it('can be paused while it waits for a retry', async () => {
    const { server, catalog, folder } = await oneFile();
    server.standingFault = status(503, { 'retry-after': '50' });
    const pause = new AbortController();
    const pulling = storeOf(folder, catalog).pull('test', {
      ...accept,
      signal: pause.signal,
      onNotice: () => pause.abort(),
    });
    await expect(pulling).rejects.toThrow(withCode('CANCELLED'));
  });

  it('restarts if the server ignores Range', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`), ignoreRange);
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.bytesServed(PATH)).toBe(100_000 + BODY.length);
  });

  it('gives up a server that always restarts and always disconnects', async () => {
    const { server, store, folder, finalPath } = await oneFile();
    // The first attempt must get furthest: a later one that got further would count as progress.
    server.standingFault = ignoreRangeAndDropAfter(100_000, `${finalPath}.part`);
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED', 'failed 5 times'));
    expect(server.gets(PATH)).toHaveLength(5);
    expect(await isThere(folder, 'test/part/weights.bin')).toBe(false);
  });

  it('does not accept a 206 for another range', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`), wrongContentRange);
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.gets(PATH).map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', undefined]);
  });

  it('detects wrong bytes in a range by the hash, and restarts', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`), wrongBytesInRange);
    const notices: string[] = [];
    await store.pull('test', { ...accept, onNotice: (notice) => notices.push(noticeSentence(notice)) });
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(notices.join()).toContain('damaged; starting it again');
  });

  it('does not mix two versions of a file with an unknown hash', async () => {
    for (const fault of [honest, ignoreIfRange]) {
      const { server, folder, finalPath } = await oneFile();
      const catalog = catalogOf({ sources: [httpSource(server)], files: [{ path: 'weights.bin' }] });
      const store = storeOf(folder, catalog);
      const changed = modelBytes(BODY.length, 2);
      server.misbehave(
        PATH,
        async (exchange) => {
          await dropAfter(100_000, `${finalPath}.part`)(exchange);
          server.files.set(PATH, { body: changed, etag: '"v2"' });
        },
        fault,
      );
      await store.pull('test', accept);
      expect(await bytesAt(folder, 'test/part/weights.bin')).toEqual(changed);
    }
  });

  it('never continues a file of unknown hash under a weak ETag', async () => {
    const { server, folder, finalPath } = await oneFile();
    server.files.set(PATH, { body: BODY, etag: 'W/"v1"' });
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`));
    const catalog = catalogOf({ sources: [httpSource(server)], files: [{ path: 'weights.bin' }] });
    await storeOf(folder, catalog).pull('test', accept);
    expect(server.gets(PATH).map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  it('continues on a mirror if the hash is known', async () => {
    const { server, folder, finalPath } = await oneFile();
    const mirror = await startServer();
    mirror.files.set(PATH, { body: BODY, etag: '"another"' });
    server.misbehave(
      PATH,
      dropAfter(100_000, `${finalPath}.part`),
      ...Array.from({ length: 5 }, () => status(500)),
    );
    const catalog = catalogOf({
      sources: [httpSource(server), httpSource(mirror)],
      files: [known('weights.bin', BODY)],
    });
    await storeOf(folder, catalog).pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(mirror.gets(PATH)[0]).toMatchObject({ range: 'bytes=100000-', ifRange: undefined });
    expect(server.bytesServed(PATH) + mirror.bytesServed(PATH)).toBe(BODY.length);
  });

  it('accepts a complete part file, and discards one that is too long or foreign', async () => {
    for (const left of [BODY, Buffer.concat([BODY, BODY]), modelBytes(1000, 7)]) {
      const { server, store, finalPath } = await oneFile();
      await mkdir(join(finalPath, '..'), { recursive: true });
      await writeFile(`${finalPath}.part`, left);
      const state = { version: 1, url: 'x', etag: null, bytes: BODY.length, sha256: sha256(BODY) };
      await writeFile(`${finalPath}.part.json`, JSON.stringify(state));
      await store.pull('test', accept);
      expect(await readFile(finalPath)).toEqual(BODY);
      expect(server.gets(PATH)).toHaveLength(left === BODY ? 0 : left.length === 1000 ? 2 : 1);
    }
  });

  it('treats 416 as the end of a file of unknown length, or restarts', async () => {
    const { server, folder, finalPath } = await oneFile();
    const etag = '"v1"';
    // Without Content-Length from HEAD, the store learns the length only from 416.
    const sources = [httpSource(server)];
    const catalog = catalogOf({ sources, files: [{ path: 'weights.bin', sha256: sha256(BODY) }] });
    const environment = {
      ...testEnvironment,
      fetch: ((input, init) =>
        init?.method === 'HEAD'
          ? Promise.resolve(new Response(null, { status: 405 }))
          : fetch(input, init)) as typeof fetch,
    };
    await mkdir(join(finalPath, '..'), { recursive: true });
    for (const left of [BODY, modelBytes(BODY.length + 5)]) {
      await rm(finalPath, { force: true });
      await writeFile(`${finalPath}.part`, left);
      const state = { version: 1, url: `${server.origin}${PATH}`, etag, bytes: null, sha256: sha256(BODY) };
      await writeFile(`${finalPath}.part.json`, JSON.stringify(state));
      await storeOf(folder, catalog, { environment }).pull('test', accept);
      expect(await readFile(finalPath)).toEqual(BODY);
    }
    expect(server.bytesServed(PATH)).toBe(BODY.length);
  });

  it('restarts if a crash damaged the end of the part file', async () => {
    const { server, store, finalPath, folder, catalog } = await oneFile();
    server.misbehave(
      PATH,
      dropAfter(100_000, `${finalPath}.part`),
      ...Array.from({ length: 5 }, () => status(500)),
    );
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
    // As after a power failure: the length is there, the bytes are not.
    await truncate(`${finalPath}.part`, 50_000);
    await truncate(`${finalPath}.part`, 100_000);
    await storeOf(folder, catalog).pull('test');
    expect(await readFile(finalPath)).toEqual(BODY);
  });
});

describe('wrong files', () => {
  it.each<[string, Fault, RegExp]>([
    ['a wrong byte', wrongByte, /SHA-256/],
    ['a shorter file', shorter, /299999 bytes instead of 300000/],
    ['more than there is', endless, /more than the 300000 bytes/],
  ])('%s is refused and leaves nothing behind', async (_, fault, message) => {
    const { server, store, folder } = await oneFile();
    server.standingFault = fault;
    await expect(store.pull('test', accept)).rejects.toThrow(
      expect.objectContaining({ code: 'DOWNLOAD_MISMATCH', message: expect.stringMatching(message) }),
    );
    const left = await filesBelow(folder);
    expect(left).not.toContain('test/part/weights.bin');
    if (fault === wrongByte) expect(left).toEqual([]);
  });

  it('make it use the next mirror, with a notice', async () => {
    for (const fault of [wrongByte, shorter, endless, status(404), status(403)]) {
      const { server, folder, finalPath } = await oneFile();
      const mirror = await startServer();
      mirror.files.set(PATH, { body: BODY });
      server.standingFault = fault;
      const sources = [httpSource(server), httpSource(mirror)];
      const catalog = catalogOf({ sources, files: [known('weights.bin', BODY)] });
      const notices: string[] = [];
      await storeOf(folder, catalog).pull('test', {
        ...accept,
        onNotice: (notice) => notices.push(noticeSentence(notice)),
      });
      expect(await readFile(finalPath)).toEqual(BODY);
      expect(notices.join()).toContain(`trying 127.0.0.1:${new URL(mirror.origin).port}`);
    }
  });

  it('are refused if neither length nor hash can be known', async () => {
    const { server, folder } = await oneFile();
    const catalog = catalogOf({ sources: [httpSource(server)], files: [{ path: 'weights.bin' }] });
    const environment = {
      ...testEnvironment,
      fetch: ((input, init) =>
        init?.method === 'HEAD'
          ? Promise.resolve(new Response(null, { status: 501 }))
          : fetch(input, init)) as typeof fetch,
    };
    server.standingFault = chunked;
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode('DOWNLOAD_FAILED', 'neither the length'),
    );
  });

  it('are not suspected for chunks without a length if the hash is known', async () => {
    const { server, store, finalPath } = await oneFile();
    server.standingFault = chunked;
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
  });

  it('include compressed responses', async () => {
    const { server, store } = await oneFile();
    server.files.set(PATH, { body: BODY, headers: { 'content-encoding': 'gzip' } });
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
  });
});

describe('slow and broken servers', () => {
  it('gives up a silent connection and resumes from there', async () => {
    const { server, folder, catalog, finalPath } = await oneFile();
    const store = storeOf(folder, catalog, { patience: { ...QUICK, stallTimeoutMs: 500 } });
    server.misbehave(PATH, stallAfter(120_000), stallAfter(0));
    const notices: string[] = [];
    await store.pull('test', { ...accept, onNotice: (notice) => notices.push(noticeSentence(notice)) });
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.bytesServed(PATH)).toBe(BODY.length);
    expect(notices[0]).toContain('no data arrived for 0.5 s');
  });

  it('waits as long as Retry-After says', async () => {
    const { server, folder, catalog } = await oneFile();
    server.misbehave(PATH, status(429, { 'retry-after': '7' }), status(503));
    const waits: number[] = [];
    const environment = { ...testEnvironment, sleep: async (ms: number) => void waits.push(ms) };
    await storeOf(folder, catalog, { environment }).pull('test', accept);
    expect(waits).toEqual([7000, 1]);
  });

  it('lists every source with its reason if none works', async () => {
    const { server, folder } = await oneFile();
    const stopped = await startServer();
    const sources = [{ kind: 'http', url: `${server.origin}/elsewhere/` }, httpSource(stopped)];
    await stopped.stop();
    const catalog = catalogOf({ sources, files: [{ path: 'weights.bin' }] });
    const error = await storeOf(folder, catalog)
      .pull('test', accept)
      .catch((thrown: Error) => thrown);
    expect(error).toEqual(withCode('DOWNLOAD_FAILED', 'responds with 404'));
    expect((error as Error).message).toMatch(/cannot be reached \(ECONNREFUSED\)/);
  });
});
