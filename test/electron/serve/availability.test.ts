/** The worst that a program without the token, or a faulty page, can do to the browser host is to keep it busy. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UPLOAD_LIMIT_BYTES } from '../../../electron/app/assets/upload.ts';
import { MAX_STRANGERS } from '../../../electron/serve/connections.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { type ServeProcess, serveEnvironment, startServe } from './serve-process.ts';
import { TestClient } from './test-client.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const UPGRADE = ['GET /socket HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket'].join(
  '\r\n',
);

async function open(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Peak memory of a process, in MiB. */
function peakMib(pid: number): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found![1]) / 1024;
}

describe('a host in a process of its own', () => {
  let root: string;
  let serve: ServeProcess;

  beforeAll(async () => {
    root = temporaryFolder();
    const accident = `setTimeout(() => { void Promise.reject(new Error('rejection of a test'));
      throw new Error('error of a test'); }, 1);`;
    serve = await startServe({
      ...(await serveEnvironment(root)),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
        `if (process.argv[1]?.endsWith('main.ts')) process.on('SIGUSR2', () => { ${accident} });`,
      )}`,
    });
  });
  afterAll(async () => {
    await serve.stop();
    rmSync(root, { recursive: true });
  });

  async function isAlive(): Promise<boolean> {
    const client = await TestClient.connect(serve.url);
    const { host } = await client.call('app.info');
    client.close();
    return host === 'browser' && serve.child.exitCode === null;
  }

  test('continues when a socket that it refuses is reset', async () => {
    for (let count = 0; count < 40; count++) {
      const socket = await open(serve.url);
      socket.write(`${UPGRADE}\r\n\r\n${'x'.repeat(count * 100)}`);
      if (count % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
    expect(await isAlive()).toBe(true);
  });

  test('continues after an uncaught error, and logs it', async () => {
    const path = join(root, 'settings', 'logs', 'studio.log');
    serve.child.kill('SIGUSR2');
    const log = () => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return '';
      }
    };
    await expect.poll(log).toContain('error of a test');
    await expect.poll(log).toContain('rejection of a test');
    expect(log()).not.toContain(serve.url.hash.slice('#token='.length));
    expect(await isAlive()).toBe(true);
  });

  test('opens projects while 1,500 requests without a token are half open', async () => {
    const sockets: Socket[] = [];
    for (let count = 0; count < 1500; count++) {
      const socket = await open(serve.url);
      socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
      sockets.push(socket);
    }
    const client = await TestClient.connect(serve.url);
    const { concepts } = (await client.call('project.openSample')).document;
    // What "my cat" replaces is a cat.
    expect(concepts.map(({ phrase }) => phrase)).toEqual(['dog', 'cat']);
    const opened = readdirSync(`/proc/${serve.child.pid}/fd`).length;
    expect(opened).toBeLessThan(2 * MAX_STRANGERS);
    client.close();
    for (const socket of sockets) socket.destroy();
  });

  test('keeps its memory when a page sends calls without ever reading', async () => {
    const [flood, other] = [await TestClient.connect(serve.url), await TestClient.connect(serve.url)];
    flood.socket.pause();
    // 0.8 MB each: 5,000 answers would be 4 GB.
    for (let id = 1_000_000; id < 1_005_000; id++) {
      flood.socket.send(JSON.stringify({ id, command: 'app.licences', input: {} }));
    }
    for (let count = 0; count < 50; count++) await other.call('app.licences');
    // Usually 250 to 310; without a limit it was 2,300 and grew.
    expect(peakMib(serve.child.pid!)).toBeLessThan(600);
    flood.close();
    // A page that was only slow gets all answers once it reads.
    other.socket.pause();
    const answers = Promise.all(Array.from({ length: 100 }, () => other.call('app.licences')));
    await new Promise((resolve) => setTimeout(resolve, 100));
    other.socket.resume();
    expect(await answers).toHaveLength(100);
    other.close();
  });
});

describe('a server', () => {
  let root: string;
  let host: TestServer;
  let url: URL;
  let client: TestClient;

  beforeAll(async () => {
    root = temporaryFolder();
    mkdirSync(join(root, 'renderer'));
    writeFileSync(join(root, 'renderer', 'index.html'), '0123456789');
    writeFileSync(join(root, 'renderer', 'large.js'), Buffer.alloc(8 << 20, 'a'));
    host = await startTestServer(root, {
      rendererFolder: join(root, 'renderer'),
      uploadIdleTimeoutMs: 300,
    });
    ({ url, client } = host);
  });
  afterAll(() => host.close());

  const put = (headers: Record<string, string> = {}) => {
    const request = httpRequest(client.assetUrl('a'.repeat(64)), {
      method: 'PUT',
      agent: false,
      headers: { origin: url.origin, ...headers },
    });
    request.on('error', () => undefined);
    return request;
  };

  test('accepts a picture while endless others are being sent', async () => {
    const endless = Array.from({ length: 12 }, () => put({ 'transfer-encoding': 'chunked' }));
    for (const request of endless) request.write(Buffer.alloc(1 << 20));
    await Promise.all(endless.map((request) => once(request, 'socket')));
    expect(await client.upload(Buffer.from('a picture'))).toMatch(/^[\da-f]{64}$/);
    for (const request of endless) request.destroy();
  });

  test('does not report aborted uploads as its own fault', async () => {
    for (let count = 0; count < 20; count++) {
      const request = put({ 'content-length': String(1 << 20) });
      request.write(Buffer.alloc(1 << 16));
      await once(request, 'socket');
      if (count % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      request.destroy();
    }
    await client.upload(Buffer.from('another picture'));
    expect(host.faults).toEqual([]);
  });

  test('tells a client that is still sending that its file is too large', async () => {
    const request = put({ 'content-length': String(UPLOAD_LIMIT_BYTES + (1 << 20)) });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.write(Buffer.alloc(8 << 20));
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    expect(String(Buffer.concat(await response.toArray()))).toContain('304 MiB');
    request.destroy();
  });

  test.each([
    ['bytes=5-2', 416],
    ['bytes=50-', 416],
    ['bytes=2-4', 206],
    ['bytes=2-', 206],
    ['bytes=2-999', 206],
    ['bytes=-3', 200],
    ['bytes=a-b', 200],
    ['lines=1-2', 200],
    ['bytes=0-1,3-4', 200],
  ])('answers the range %s with %d', async (range, status) => {
    const response = await fetch(url, { headers: { range } });
    expect([range, response.status]).toEqual([range, status]);
    const text = await response.text();
    if (status === 206) expect('0123456789').toContain(text);
  });

  test('closes the files of aborted pages', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await fetch(url);
    const before = descriptors();
    for (let count = 0; count < 100; count++) {
      const socket = await open(url);
      socket.write('GET /large.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await once(socket, 'readable');
      socket.destroy();
    }
    await expect.poll(descriptors).toBeLessThan(before + 20);
  });
});
