/** Downloads from different sources: redirects, plain http, no size, and the hub's responses. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dropAfter, gitBlobId, redirectTo, sha256, wrongByte } from './model-server.ts';
import { accept, BODY, httpSource } from './one-file.ts';
import {
  bytesAt,
  catalogOf,
  filesBelow,
  isThere,
  known,
  QUICK,
  startServer,
  storeOf,
  temporaryFolder,
  testEnvironment,
  withCode,
} from './store-fixture.ts';

describe('redirects', () => {
  it('are followed to another host without the token, and the download resumes there', async () => {
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

  it('are not followed from https to http, in circles, or to nowhere', async () => {
    const folder = await temporaryFolder();
    const catalog = catalogOf({
      sources: [{ kind: 'http', url: 'https://models.test/' }],
      files: [known('weights.bin', BODY)],
    });
    for (const [location, reason] of [
      ['http://models.test/weights.bin', 'from https to http'],
      ['https://models.test/weights.bin', 'more than 10 times'],
      [null, 'without a target'],
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

describe('a server with plain http', () => {
  it('gets an explanation if it redirects to a file', async () => {
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

describe('a source without a size', () => {
  /** A source with slow chunks, on a simulated clock. */
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

  it('that sends a byte a second is given up, although it is never silent', async () => {
    const { store, sent } = await trickle(1, 1000);
    await expect(store.pull('test', accept)).rejects.toThrow(
      withCode('DOWNLOAD_FAILED', 'bytes arrived in 10 s'),
    );
    expect(sent()).toBeLessThan(60);
  });

  it('that never ends is stopped while there is room on the disk, and its data are removed', async () => {
    const { store, folder, sent } = await trickle(1 << 20, 1, 200e6);
    await expect(store.pull('test', accept)).rejects.toThrow(
      withCode('DISK_FULL', 'does not state the length'),
    );
    expect(200e6 - sent()).toBeGreaterThan(60e6);
    const left = await Promise.all((await filesBelow(folder)).map((path) => stat(join(folder, path))));
    expect(left.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1000);
  });
});

describe('the hub’s metadata', () => {
  const config = Buffer.from('{"_class_name":"Model"}');
  const commit = 'c'.repeat(40);

  /** A hub with an empty catalogue: no revision, sizes or hashes. */
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

  it('fill in what the catalogue does not know, and are recorded', async () => {
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
    // From the first response on, everything comes from one commit.
    expect(hub.gets(`/owner/model/resolve/${commit}/weights.bin`)).toHaveLength(1);
    expect(hub.gets('/owner/model/resolve/main/weights.bin')).toHaveLength(0);
  });

  it('come from the hub’s own redirects, not from the storage behind them', async () => {
    const { hub, folder } = await unknownHub();
    const storage = await startServer();
    storage.files.set('/blob', {
      body: config,
      headers: { 'x-linked-etag': '"0"', etag: `"${'0'.repeat(64)}"` },
    });
    const place = '/owner/model/resolve/main';
    const said = { 'x-repo-commit': commit };
    // A small file: the hub redirects to another URL of its own, which has the rest.
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

  it('must come from a URL', async () => {
    const { folder, catalog } = await unknownHub();
    for (const hubEndpoint of ['huggingface.co', 'ftp://hub.test', '']) {
      expect(() => storeOf(folder, catalog, { hubEndpoint })).toThrow(withCode('USAGE'));
    }
  });

  it('have precedence over what the hub then sends', async () => {
    for (const [path, checked] of [
      ['weights.bin', 'SHA-256'],
      ['config.json', 'its git id'],
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

  it('are not requested again for installed files', async () => {
    const { hub, folder, catalog, store } = await unknownHub();
    await store.pull('test', accept);
    hub.requests.length = 0;
    const again = await storeOf(folder, catalog, { hubEndpoint: hub.origin }).pull('test');
    expect(again).toEqual({ downloadedFiles: 0, downloadedBytes: 0, keptFiles: 2 });
    expect(hub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `HEAD /owner/model/resolve/${commit}/extra.json`,
    ]);
  });

  it('include the path under which a file is downloaded', async () => {
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
