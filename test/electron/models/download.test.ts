/** Downloads from servers that misbehave: what ends up under a final name is right, and nothing is fetched twice. */
import { type FileHandle, mkdir, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreProgress } from '../../../electron/models/store-progress.ts';
import {
  chunked,
  dropAfter,
  endless,
  type Fault,
  gitBlobId,
  honest,
  ignoreIfRange,
  ignoreRange,
  ignoreRangeAndDropAfter,
  ModelServer,
  modelBytes,
  redirectTo,
  sha256,
  shorter,
  stallAfter,
  status,
  wrongByte,
  wrongBytesInRange,
  wrongContentRange,
} from './model-server.ts';
import {
  bytesAt,
  catalogOf,
  filesBelow,
  isThere,
  known,
  LICENCE,
  offlineEnvironment,
  QUICK,
  startServer,
  storeOf,
  temporaryFolder,
  testEnvironment,
  withCode,
} from './store-fixture.ts';

const accept = { acceptedLicences: [LICENCE] };
const BODY = modelBytes(300_000);
const PATH = '/models/weights.bin';

function httpSource(server: ModelServer) {
  return { kind: 'http', url: `${server.origin}/models/` };
}

/** A server with one file that the catalogue knows, and an empty models folder. */
async function oneFile(body = BODY) {
  const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
  server.files.set(PATH, { body, etag: '"v1"' });
  const catalog = catalogOf({ sources: [httpSource(server)], files: [known('weights.bin', body)] });
  const finalPath = join(folder, 'test/part/weights.bin');
  return { server, folder, catalog, finalPath, store: storeOf(folder, catalog) };
}

describe('resuming', () => {
  it('goes on after a dropped connection and fetches no byte twice', async () => {
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

  it('goes on in another run after a pause, and shows nothing under the final name before', async () => {
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

  it('stops while it waits for a retry', async () => {
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

  it('starts over when the server ignores Range', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`), ignoreRange);
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.bytesServed(PATH)).toBe(100_000 + BODY.length);
  });

  it('gives up a server that always starts over and always breaks off', async () => {
    const { server, store, folder, finalPath } = await oneFile();
    // The first attempt must have it all: one that got further would count as progress.
    server.standingFault = ignoreRangeAndDropAfter(100_000, `${finalPath}.part`);
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED', 'failed 5 times'));
    expect(server.gets(PATH)).toHaveLength(5);
    expect(await isThere(folder, 'test/part/weights.bin')).toBe(false);
  });

  it('does not believe a 206 for another range', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`), wrongContentRange);
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.gets(PATH).map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', undefined]);
  });

  it('notices by the hash when the range has the wrong bytes, and starts over', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`), wrongBytesInRange);
    const notices: string[] = [];
    await store.pull('test', { ...accept, onNotice: (sentence) => notices.push(sentence) });
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(notices.join()).toContain('damaged; starting it again');
  });

  it('does not mix two versions of a file whose hash nobody knows', async () => {
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

  it('continues on a mirror when the hash is known', async () => {
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

  it('takes a part that is complete for what it is, and one that is too long or foreign for nothing', async () => {
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

  it('takes 416 for the end of a file of unknown length, or starts over', async () => {
    const { server, folder, finalPath } = await oneFile();
    const etag = '"v1"';
    // Without Content-Length from HEAD the store learns the length from 416 alone.
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

  it('starts over when the part lost its end to a crash', async () => {
    const { server, store, finalPath, folder, catalog } = await oneFile();
    server.misbehave(
      PATH,
      dropAfter(100_000, `${finalPath}.part`),
      ...Array.from({ length: 5 }, () => status(500)),
    );
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
    // As after a power cut: the length is there, the bytes are not.
    await truncate(`${finalPath}.part`, 50_000);
    await truncate(`${finalPath}.part`, 100_000);
    await storeOf(folder, catalog).pull('test');
    expect(await readFile(finalPath)).toEqual(BODY);
  });
});

describe('files that are not what they should be', () => {
  it.each<[string, Fault, RegExp]>([
    ['a wrong byte', wrongByte, /SHA-256/],
    ['a shorter file', shorter, /299999 bytes where 300000/],
    ['more than there is', endless, /more than the 300000 bytes/],
  ])('refuses %s and leaves nothing behind', async (_, fault, message) => {
    const { server, store, folder } = await oneFile();
    server.standingFault = fault;
    await expect(store.pull('test', accept)).rejects.toThrow(
      expect.objectContaining({ code: 'DOWNLOAD_MISMATCH', message: expect.stringMatching(message) }),
    );
    const left = await filesBelow(folder);
    expect(left).not.toContain('test/part/weights.bin');
    if (fault === wrongByte) expect(left).toEqual([]);
  });

  it('takes the next mirror then, and says so', async () => {
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
        onNotice: (sentence) => notices.push(sentence),
      });
      expect(await readFile(finalPath)).toEqual(BODY);
      expect(notices.join()).toContain(`trying 127.0.0.1:${new URL(mirror.origin).port}`);
    }
  });

  it('refuses a file of which neither length nor hash can be known', async () => {
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
      withCode('DOWNLOAD_FAILED', 'neither how long'),
    );
  });

  it('takes chunks without a length when the hash is known', async () => {
    const { server, store, finalPath } = await oneFile();
    server.standingFault = chunked;
    await store.pull('test', accept);
    expect(await readFile(finalPath)).toEqual(BODY);
  });

  it('refuses a compressed answer', async () => {
    const { server, store } = await oneFile();
    server.files.set(PATH, { body: BODY, headers: { 'content-encoding': 'gzip' } });
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_FAILED'));
  });
});

describe('slow and broken servers', () => {
  it('gives up a silent connection and goes on from there', async () => {
    const { server, folder, catalog, finalPath } = await oneFile();
    const store = storeOf(folder, catalog, { patience: { ...QUICK, stallTimeoutMs: 500 } });
    server.misbehave(PATH, stallAfter(120_000), stallAfter(0));
    const notices: string[] = [];
    await store.pull('test', { ...accept, onNotice: (sentence) => notices.push(sentence) });
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.bytesServed(PATH)).toBe(BODY.length);
    expect(notices[0]).toContain('nothing came for 0.5 s');
  });

  it('waits as long as Retry-After says', async () => {
    const { server, folder, catalog } = await oneFile();
    server.misbehave(PATH, status(429, { 'retry-after': '7' }), status(503));
    const waits: number[] = [];
    const environment = { ...testEnvironment, sleep: async (ms: number) => void waits.push(ms) };
    await storeOf(folder, catalog, { environment }).pull('test', accept);
    expect(waits).toEqual([7000, 1]);
  });

  it('names every source and its reason when none works', async () => {
    const { server, folder } = await oneFile();
    const stopped = await startServer();
    const sources = [{ kind: 'http', url: `${server.origin}/elsewhere/` }, httpSource(stopped)];
    await stopped.stop();
    const catalog = catalogOf({ sources, files: [{ path: 'weights.bin' }] });
    const error = await storeOf(folder, catalog)
      .pull('test', accept)
      .catch((thrown: Error) => thrown);
    expect(error).toEqual(withCode('DOWNLOAD_FAILED', 'answers 404'));
    expect((error as Error).message).toMatch(/cannot be reached \(ECONNREFUSED\)/);
  });
});

describe('redirects', () => {
  it('follow to another host without the token, and resume there', async () => {
    const [hub, storage, folder] = await Promise.all([startServer(), startServer(), temporaryFolder()]);
    const revision = 'a'.repeat(40);
    const path = `/owner/model/resolve/${revision}/weights.bin`;
    hub.files.set(path, { body: BODY });
    storage.files.set('/blob', { body: BODY, etag: '"blob"' });
    hub.standingFault = redirectTo(`${storage.origin}/blob`);
    storage.misbehave('/blob', dropAfter(100_000, join(folder, 'test/part/weights.bin.part')));
    const catalog = catalogOf({
      sources: [{ kind: 'hub', repo: 'owner/model', revision }],
      files: [known('weights.bin', BODY)],
    });
    const store = storeOf(folder, catalog, { hubEndpoint: hub.origin, hubToken: 'secret' });
    await store.pull('test', accept);
    expect(await bytesAt(folder, 'test/part/weights.bin')).toEqual(BODY);
    expect(hub.gets(path).map(({ authorization }) => authorization)).toEqual([
      'Bearer secret',
      'Bearer secret',
    ]);
    expect(storage.gets('/blob').map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(storage.gets('/blob')[1]).toMatchObject({ range: 'bytes=100000-', ifRange: '"blob"' });
  });

  it('are not followed from https to http, round in circles, or to nowhere', async () => {
    const folder = await temporaryFolder();
    const catalog = catalogOf({
      sources: [{ kind: 'http', url: 'https://models.test/' }],
      files: [known('weights.bin', BODY)],
    });
    for (const [location, reason] of [
      ['http://models.test/weights.bin', 'from https to http'],
      ['https://models.test/weights.bin', 'more than 10 times'],
      [null, 'without saying where to'],
      ['ftp://models.test/weights.bin', 'from https to ftp'],
      ['file:///etc/passwd', 'from https to file://'],
    ] as const) {
      const headers = location === null ? undefined : { location };
      const environment = {
        ...testEnvironment,
        fetch: (async () => new Response(null, { status: 302, ...(headers && { headers }) })) as typeof fetch,
      };
      await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
        withCode('DOWNLOAD_FAILED', reason),
      );
    }
  });
});

describe('a server of plain http', () => {
  it('that redirects to a file is told what it does', async () => {
    const catalog = catalogOf({
      sources: [{ kind: 'http', url: 'http://models.test/' }],
      files: [known('weights.bin', BODY)],
    });
    const environment = {
      ...testEnvironment,
      fetch: (async () =>
        new Response(null, { status: 302, headers: { location: 'file:///etc/passwd' } })) as typeof fetch,
    };
    await expect(
      storeOf(await temporaryFolder(), catalog, { environment }).pull('test', accept),
    ).rejects.toThrow(withCode('DOWNLOAD_FAILED', 'models.test redirects from http to file://'));
  });
});

describe('a source without measure', () => {
  /** A source whose every chunk costs time, on a clock of the test's own. */
  async function trickle(chunkBytes: number, chunkMs: number, freeBytes = 1e12) {
    const folder = await temporaryFolder();
    let clockMs = 0;
    let sentBytes = 0;
    let requests = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          clockMs += chunkMs;
          sentBytes += chunkBytes;
          controller.enqueue(new Uint8Array(chunkBytes));
        },
      });
    const environment = {
      ...testEnvironment,
      now: () => clockMs,
      sleep: async () => undefined,
      freeBytes: async () => freeBytes - sentBytes,
      fetch: (async (_: unknown, init?: RequestInit) => {
        requests++;
        return init?.method === 'HEAD' ? new Response(null) : new Response(body());
      }) as typeof fetch,
    };
    // The hash is known, the length is not.
    const catalog = catalogOf({
      sources: [{ kind: 'http', url: 'https://models.test/' }],
      files: [{ path: 'weights.bin', sha256: sha256(BODY) }],
    });
    const patience = { ...QUICK, maxRetries: 2, slowWindowMs: 10_000, minBytesPerSecond: 1000 };
    const store = storeOf(folder, catalog, { environment, patience });
    return { store, folder, sent: () => sentBytes, requests: () => requests };
  }

  it('that sends a byte a second is given up, though it never falls silent', async () => {
    const { store, sent } = await trickle(1, 1000);
    await expect(store.pull('test', accept)).rejects.toThrow(
      withCode('DOWNLOAD_FAILED', 'bytes came in 10 s'),
    );
    expect(sent()).toBeLessThan(60);
  });

  it('that never ends is stopped while there is room on the disk, and what came of it goes', async () => {
    const { store, folder, sent } = await trickle(1 << 20, 1, 200e6);
    await expect(store.pull('test', accept)).rejects.toThrow(withCode('DISK_FULL', 'does not say how long'));
    expect(200e6 - sent()).toBeGreaterThan(60e6);
    const left = await Promise.all((await filesBelow(folder)).map((path) => stat(join(folder, path))));
    expect(left.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1000);
  });
});

describe('what the hub says', () => {
  const config = Buffer.from('{"_class_name":"Model"}');
  const commit = 'c'.repeat(40);

  /** A hub whose catalogue knows nothing: neither revision, nor sizes, nor hashes. */
  async function unknownHub() {
    const [hub, folder] = await Promise.all([startServer(), temporaryFolder()]);
    for (const revision of ['main', commit]) {
      const place = `/owner/model/resolve/${revision}`;
      hub.files.set(`${place}/config.json`, {
        body: config,
        etag: `"${gitBlobId(config)}"`,
        headers: { 'x-repo-commit': commit },
      });
      hub.files.set(`${place}/weights.bin`, {
        body: BODY,
        etag: '"storage-tag"',
        headers: {
          'x-repo-commit': commit,
          'x-linked-etag': `"${sha256(BODY)}"`,
          'x-linked-size': String(BODY.length),
        },
      });
    }
    const catalog = catalogOf({
      sources: [{ kind: 'hub', repo: 'owner/model', revision: null }],
      files: [{ path: 'config.json' }, { path: 'weights.bin' }, { path: 'extra.json', optional: true }],
    });
    return { hub, folder, catalog, store: storeOf(folder, catalog, { hubEndpoint: `${hub.origin}/` }) };
  }

  it('is used for what the catalogue does not know, and recorded', async () => {
    const { hub, store, folder } = await unknownHub();
    const plan = await store.plan('test');
    expect(plan.bytesLeft).toBe(BODY.length + config.length);
    await store.pull('test', accept);
    const record = JSON.parse((await bytesAt(folder, 'test/installed.json')).toString());
    expect(record.files).toMatchObject([
      { path: 'config.json', bytes: config.length, sha256: sha256(config), checkedBy: 'hub-git-id' },
      { path: 'weights.bin', bytes: BODY.length, sha256: sha256(BODY), checkedBy: 'hub-sha256' },
    ]);
    expect(record.revisions).toEqual({ 'owner/model': commit });
    // From the first answer on everything comes from one commit.
    expect(hub.gets(`/owner/model/resolve/${commit}/weights.bin`)).toHaveLength(1);
    expect(hub.gets('/owner/model/resolve/main/weights.bin')).toHaveLength(0);
  });

  it('is taken from the hub’s own redirects, not from the storage behind them', async () => {
    const { hub, folder } = await unknownHub();
    const storage = await startServer();
    storage.files.set('/blob', {
      body: config,
      headers: { 'x-linked-etag': '"0"', etag: `"${'0'.repeat(64)}"` },
    });
    const place = '/owner/model/resolve/main';
    const said = { 'x-repo-commit': commit };
    // A small file: the hub redirects to another address of its own, which knows the rest.
    hub.files.set(`${place}/config.json`, {
      body: config,
      headRedirect: { location: '/cache/config.json', ...said },
    });
    hub.files.set('/cache/config.json', { body: config, etag: `"${gitBlobId(config)}"` });
    // A large one: it redirects to the storage.
    hub.files.set(`/owner/model/resolve/${commit}/weights.bin`, {
      body: BODY,
      headRedirect: {
        location: `${storage.origin}/blob`,
        'x-linked-etag': `"${sha256(BODY)}"`,
        'x-linked-size': String(BODY.length),
      },
    });
    const catalog = catalogOf({
      sources: [{ kind: 'hub', repo: 'owner/model', revision: null }],
      files: [{ path: 'config.json' }, { path: 'weights.bin' }],
    });
    await storeOf(folder, catalog, { hubEndpoint: hub.origin }).pull('test', accept);
    const record = JSON.parse((await bytesAt(folder, 'test/installed.json')).toString());
    expect(record.files).toMatchObject([
      { checkedBy: 'hub-git-id', sha256: sha256(config) },
      { checkedBy: 'hub-sha256', sha256: sha256(BODY) },
    ]);
    expect(storage.requests).toEqual([]);
  });

  it('has to come from an address', async () => {
    const { folder, catalog } = await unknownHub();
    for (const hubEndpoint of ['huggingface.co', 'ftp://hub.test', '']) {
      expect(() => storeOf(folder, catalog, { hubEndpoint })).toThrow(withCode('USAGE'));
    }
  });

  it('is believed more than what the hub then sends', async () => {
    for (const [path, checked] of [
      ['weights.bin', 'SHA-256'],
      ['config.json', 'git’s id'],
    ]) {
      const { hub, store, folder } = await unknownHub();
      hub.misbehave(`/owner/model/resolve/${commit}/${path}`, wrongByte);
      await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_MISMATCH', checked));
      expect(await isThere(folder, 'test/part', path!)).toBe(false);
    }
  });

  it('must agree with the catalogue', async () => {
    const { folder, hub } = await unknownHub();
    for (const file of [
      { path: 'weights.bin', sha256: sha256(config) },
      { path: 'weights.bin', bytes: 5 },
    ]) {
      const catalog = catalogOf({
        sources: [{ kind: 'hub', repo: 'owner/model', revision: commit }],
        files: [file],
      });
      const store = storeOf(folder, catalog, { hubEndpoint: hub.origin });
      await expect(store.pull('test', accept)).rejects.toThrow(withCode('DOWNLOAD_MISMATCH'));
    }
    expect(hub.requests.filter(({ method }) => method === 'GET')).toEqual([]);
  });

  it('is not asked again for what is installed', async () => {
    const { hub, folder, catalog, store } = await unknownHub();
    await store.pull('test', accept);
    hub.requests.length = 0;
    const again = await storeOf(folder, catalog, { hubEndpoint: hub.origin }).pull('test');
    expect(again).toEqual({ downloadedFiles: 0, downloadedBytes: 0, keptFiles: 2 });
    expect(hub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `HEAD /owner/model/resolve/${commit}/extra.json`,
    ]);
  });

  it('fetches a file under the path that it has there', async () => {
    const [server, folder] = await Promise.all([startServer(), temporaryFolder()]);
    server.files.set('/models/unet/model.fp16.bin', { body: BODY });
    const catalog = catalogOf({
      sources: [httpSource(server)],
      files: [{ ...known('unet/model.bin', BODY), remotePath: 'unet/model.fp16.bin' }],
    });
    await storeOf(folder, catalog).pull('test', accept);
    expect(await bytesAt(folder, 'test/part/unet/model.bin')).toEqual(BODY);
  });
});

describe('full and unwritable disks', () => {
  it('are noticed before anything is downloaded', async () => {
    const { server, folder, catalog } = await oneFile();
    const environment = { ...testEnvironment, freeBytes: async () => 64 * 1024 * 1024 + BODY.length - 1 };
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', '300000 bytes'),
    );
    expect(server.requests).toEqual([]);
  });

  it('keep what has come when they fill up on the way', async () => {
    const { server, folder, catalog, finalPath } = await oneFile();
    const environment = { ...testEnvironment, openFile: fullAfter(120_000) };
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', 'The disk is full'),
    );
    expect(await filesBelow(folder)).toEqual([
      'test/part/weights.bin.part',
      'test/part/weights.bin.part.json',
    ]);
    const { length } = await bytesAt(`${finalPath}.part`);
    expect(length).toBeGreaterThan(100_000);
    await storeOf(folder, catalog).pull('test');
    expect(await readFile(finalPath)).toEqual(BODY);
    expect(server.gets(PATH)[1]!.range).toBe(`bytes=${length}-`);
  });

  it.each([
    ['EROFS', 'FOLDER_UNWRITABLE'],
    ['EACCES', 'FOLDER_UNWRITABLE'],
    ['EFBIG', 'FOLDER_UNWRITABLE'],
    ['EDQUOT', 'DISK_FULL'],
  ] as const)('are named for what they are: %s', async (errno, code) => {
    const { folder, catalog } = await oneFile();
    const environment = {
      ...testEnvironment,
      openFile: () => Promise.reject(Object.assign(new Error(errno), { code: errno })),
    };
    await expect(storeOf(folder, catalog, { environment }).pull('test', accept)).rejects.toThrow(
      withCode(code),
    );
  });

  it('a file where a folder has to be is an error, not a crash', async () => {
    const { folder, catalog, server } = await oneFile();
    await writeFile(join(folder, 'test'), 'in the way');
    await expect(storeOf(folder, catalog).pull('test', accept)).rejects.toThrow(
      withCode('FOLDER_UNWRITABLE'),
    );
    expect(server.gets(PATH)).toEqual([]);
  });
});

/** Opens files that take so many bytes in all. */
function fullAfter(bytes: number) {
  let left = bytes;
  return async (path: string, flags: number): Promise<FileHandle> => {
    const handle = await open(path, flags);
    const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    Object.assign(handle, {
      write: async (chunk: Uint8Array, offset: number, length: number, position: number) => {
        if (left === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        const taken = Math.min(length, left);
        left -= taken;
        return write(chunk, offset, taken, position);
      },
    });
    return handle;
  };
}

describe('progress', () => {
  it('only grows, and ends with everything', async () => {
    const { server, store, finalPath } = await oneFile();
    server.misbehave(PATH, dropAfter(100_000, `${finalPath}.part`));
    const seen: StoreProgress[] = [];
    await store.pull('test', { ...accept, onProgress: (progress) => seen.push(progress) });
    const bytes = seen.filter(({ stage }) => stage === 'download').map(({ bytesDone }) => bytesDone);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({
      stage: 'download',
      packId: 'test',
      file: 'part/weights.bin',
      fileNumber: 1,
      fileCount: 1,
      bytesDone: BODY.length,
      bytesTotal: BODY.length,
    });
  });
});

describe('whatever a server does', () => {
  const faults: fc.Arbitrary<Fault> = fc.oneof(
    fc.constantFrom<Fault>(
      honest,
      ignoreRange,
      wrongContentRange,
      wrongBytesInRange,
      wrongByte,
      shorter,
      endless,
      chunked,
      status(500),
      status(416),
      status(404),
    ),
    fc.integer({ min: 0, max: 60_000 }).map(dropAfter),
  );

  it('the final file is right or not there, and an honest server completes it', async () => {
    const body = modelBytes(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(faults, { maxLength: 8 }), async (sequence) => {
        const server = await ModelServer.start();
        const folder = await temporaryFolder();
        try {
          server.files.set(PATH, { body, etag: '"v1"' });
          server.misbehave(PATH, ...sequence);
          const catalog = catalogOf({ sources: [httpSource(server)], files: [known('weights.bin', body)] });
          const environment = { ...testEnvironment, sleep: async () => undefined };
          for (let run = 0; run < sequence.length + 1; run++) {
            const outcome = await storeOf(folder, catalog, { environment })
              .pull('test', accept)
              .catch((error: { code: string }) => error.code);
            const files = await filesBelow(folder);
            if (files.includes('test/part/weights.bin')) {
              expect(await bytesAt(folder, 'test/part/weights.bin')).toEqual(body);
              expect(outcome).not.toBeTypeOf('string');
            } else {
              expect(['DOWNLOAD_FAILED', 'DOWNLOAD_MISMATCH']).toContain(outcome);
            }
          }
          expect(await filesBelow(folder)).toEqual(['test/part/weights.bin']);
        } finally {
          await server.stop();
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the network', () => {
  it('is left alone until a licence is accepted, and by everything that is not a download', async () => {
    const { folder, catalog, server } = await oneFile();
    await expect(storeOf(folder, catalog).pull('test')).rejects.toThrow(
      withCode('LICENCE_NOT_ACCEPTED', 'https://example.org/licence'),
    );
    expect(server.requests).toEqual([]);
    expect(await filesBelow(folder)).toEqual([]);

    await storeOf(folder, catalog).pull('test', accept);
    const offline = storeOf(folder, catalog, { environment: offlineEnvironment });
    expect(await offline.licencesToAccept('test')).toEqual([]);
    expect((await offline.list())[0]!.components[0]).toMatchObject({
      state: 'installed',
      installedBytes: BODY.length,
    });
    expect((await offline.verify('test')).map(({ state }) => state)).toEqual(['ok']);
    // Nothing is missing and everything is known: not even a pull has anything to ask.
    expect(await offline.pull('test')).toMatchObject({ downloadedFiles: 0, keptFiles: 1 });
    expect(await offline.remove('test')).toMatchObject({ removedFiles: 1, freedBytes: BODY.length });
  });
});
