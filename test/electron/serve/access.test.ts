/** Who may use the browser host, and what it sends and accepts. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { UPLOAD_LIMIT_BYTES } from '../../../electron/app/assets/upload.ts';
import { pagePolicy } from '../../../electron/app/content-security-policy.ts';
import { pageProofText, proofProtocols } from '../../../electron/contract/access.ts';
import { MAX_MESSAGE_BYTES } from '../../../electron/contract/wire.ts';
import { Access } from '../../../electron/serve/access.ts';
import { newToken } from '../../../electron/serve/running-hosts.ts';
import { startServer } from '../../../electron/serve/server.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { protocolsFor, TestClient, tokenOf } from './test-client.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let root: string;
let host: TestServer;
let url: URL;
let client: TestClient;

beforeAll(async () => {
  root = temporaryFolder();
  host = await startTestServer(root, {
    hostNames: ['studio.example'],
    rendererFolder: join(root, 'renderer'),
  });
  ({ url, client } = host);
});
afterAll(() => host.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A request with any headers, including those that fetch does not allow. */
async function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<Answer> {
  const request = httpRequest({ host: url.hostname, port: url.port, path, method, headers });
  request.on('error', () => undefined);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

/** @returns the status that refused the socket, or 'open' */
async function connect(
  headers: Record<string, string>,
  protocols: string[] | undefined = undefined,
): Promise<number | 'open'> {
  const socket = new WebSocket(`ws://${url.host}/socket`, protocols ?? (await protocolsFor(url)), {
    headers,
  });
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
    socket.on('error', () => undefined);
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
  });
}

const own = () => ({ origin: url.origin });
const asset = 'a'.repeat(64);
const assetPath = (id: string) => `/assets/${client.assetKey}/${id}`;

describe('the token', () => {
  test('is where browsers do not send it', () => {
    expect(url.search).toBe('');
    expect(tokenOf(url)).toMatch(/^[\w-]{43}$/);
  });

  test('opens the socket by a proof, which is valid for one connection', async () => {
    expect(await connect(own(), [])).toBe(401);
    expect(await connect(own(), await protocolsFor(url, newToken()))).toBe(401);
    const protocols = await protocolsFor(url);
    // Another host's challenge, and a changed one.
    expect(await connect(own(), [protocols[0]!, `${protocols[1]!.slice(0, -1)}x`])).toBe(401);
    expect(await connect(own(), [protocols[0]!, protocols[1]!.replace(/\.[^.]+\./, '.zzzz.')])).toBe(401);
    expect(await connect(own(), protocols)).toBe('open');
    expect(await connect(own(), protocols)).toBe(401);
  });

  test('is requested by a challenge that expires', async () => {
    let nowMs = 1_000_000;
    const token = newToken();
    const access = new Access({ token, nowMs: () => nowMs });
    const answered = () => {
      const { challenge } = access.challenge('page-nonce-of-a-test');
      const proof = createHmac('sha256', token).update(pageProofText(challenge)).digest('base64url');
      return {
        headers: { 'sec-websocket-protocol': proofProtocols({ challenge, proof }).join(', ') },
      } as unknown as IncomingMessage;
    };
    const [early, late] = [answered(), answered()];
    nowMs += 59_000;
    expect(access.checkProof(early)).toBeUndefined();
    expect(access.checkProof(early)?.status).toBe(401);
    nowMs += 2_000;
    expect(access.checkProof(late)?.status).toBe(401);
  });

  test('is not needed for the page’s own files, and its pictures have a key', async () => {
    expect((await ask('/')).status).toBe(503);
    for (const path of [`/assets/${asset}`, `/assets//${asset}`, `/assets/${newToken()}/${asset}`]) {
      expect((await ask(path, { headers: own() })).status).toBeGreaterThanOrEqual(401);
      const put = await ask(path, { method: 'PUT', headers: own(), body: Buffer.from('x') });
      expect(put.status).toBeGreaterThanOrEqual(401);
    }
    expect((await ask(assetPath(asset))).status).toBe(404);
  });

  test('is never in a response, and no cookie is set', async () => {
    const nonce = 'n'.repeat(24);
    for (const path of ['/', assetPath(asset), '/nowhere', `/challenge?page=${nonce}`, '/challenge']) {
      const { text, headers } = await ask(path, { headers: own() });
      expect(text + JSON.stringify(headers)).not.toContain(tokenOf(url));
      expect(headers['set-cookie']).toBeUndefined();
    }
  });
});

describe('the host’s name', () => {
  test.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '127.0.0.1@evil.example',
    '127.0.0.1\\\\evil.example',
    'loc%61lhost',
    'localhost:99999999',
    '1.2.3.4',
  ])('refuses %s, as DNS rebinding would send it', async (host) => {
    for (const path of ['/', assetPath(asset), '/challenge']) {
      expect((await ask(path, { headers: { host } })).status).toBe(421);
    }
    expect(await connect({ ...own(), host })).toBe(421);
  });

  test.each(['localhost:9999', '127.0.0.1', '[::1]:5', 'LOCALHOST', 'studio.example'])(
    'takes %s, so that tunnels work',
    async (host) => {
      expect((await ask('/', { headers: { host } })).status).not.toBe(421);
    },
  );
});

describe('the origin', () => {
  test('of another page is refused for the socket, with whatever credentials', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      `https://${url.host}`,
      `ftp://${url.host}`,
    ]) {
      expect(await connect({ origin })).toBe(403);
    }
    expect(await connect({})).toBe(403);
    // Under a host name given to it, something else may speak TLS.
    expect(await connect({ origin: 'https://studio.example', host: 'studio.example' })).toBe('open');
    expect(await connect({ ...own(), 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  test('of another page is refused for pictures', async () => {
    const path = assetPath(asset);
    expect((await ask(path, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await ask(path, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask(path, { method: 'PUT' })).status).toBe(403);
    expect((await ask(path, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(404);
  });
});

describe('uploads', () => {
  const put = (id: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    ask(assetPath(id), { method: 'PUT', headers: { ...own(), ...headers }, body });

  test('are returned as they came, under a picture’s type', async () => {
    const body = Buffer.from('any bytes');
    const id = createHash('sha256').update(body).digest('hex');
    expect((await put(id, body, { 'content-type': 'image/png' })).status).toBe(201);
    const got = await ask(assetPath(id), { headers: own() });
    expect(got).toMatchObject({ status: 200, text: 'any bytes' });
    expect(got.headers['content-type']).toBe('image/png');
    expect(got.headers['content-security-policy']).toContain('sandbox');
    // No page can be placed at this program's own origin.
    expect((await put(id, body, { 'content-type': 'text/html' })).status).toBe(201);
    expect((await ask(assetPath(id), { headers: own() })).headers['content-type']).toBe(
      'application/octet-stream',
    );
  });

  test('that are not what they claim to be are refused', async () => {
    expect((await put(asset, Buffer.from('something else'))).status).toBe(422);
    expect((await put('no-hash', Buffer.from('x'))).status).toBe(404);
    expect((await put('..%2f..%2fetc', Buffer.from('x'))).status).toBe(404);
  });

  test('that are declared as too large are refused', async () => {
    const announced = await ask(assetPath(asset), {
      method: 'PUT',
      headers: { ...own(), 'content-length': String(UPLOAD_LIMIT_BYTES + 1) },
    });
    expect(announced).toMatchObject({ status: 413, text: expect.stringContaining('304 MiB') });
  });

  test('accept no other methods', async () => {
    expect((await ask(assetPath(asset), { method: 'DELETE', headers: own() })).status).toBe(405);
    expect((await ask('/', { method: 'POST', headers: own() })).status).toBe(405);
  });
});

describe('pages', () => {
  test('explain that the editor has not been built, and are served once it is', async () => {
    const unbuilt = await ask('/', { headers: own() });
    expect(unbuilt).toMatchObject({ status: 503, text: expect.stringContaining('npm run build:renderer') });
    mkdirSync(join(root, 'renderer'));
    writeFileSync(join(root, 'renderer', 'index.html'), '<!doctype html><title>Editor</title>');
    writeFileSync(join(root, 'secret.txt'), 'not for browsers');
    const built = await ask('/', { headers: own() });
    expect(built).toMatchObject({ status: 200, text: expect.stringContaining('Editor') });
    expect(built.headers['content-type']).toContain('text/html');
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt', '//secret.txt', '/%00']) {
      expect((await ask(path, { headers: own() })).text).not.toContain('not for browsers');
    }
  });

  test('may load nothing but the program’s own files', async () => {
    const { headers } = await ask('/', { headers: own() });
    const policy = headers['content-security-policy']!;
    expect(policy).toBe(pagePolicy());
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|\*|http:|https:/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('the socket', () => {
  test('answers anything but a call with an envelope', async () => {
    const client = await TestClient.connect(url);
    const answers: unknown[] = [];
    client.socket.on('message', (data) => answers.push(JSON.parse(String(data))));
    const messages: (string | Buffer)[] = [
      'not JSON',
      '{"id":7}',
      '{"id":8,"command":"app.info","input":{},"more":1}',
      '"text"',
      '[]',
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      `{"id":9,"command":"app.info","input":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      'x'.repeat(MAX_MESSAGE_BYTES + 1),
      Buffer.from([1, 2, 3]),
    ];
    for (const message of messages) client.socket.send(message);
    await client.call('app.info');
    const refused = answers.slice(0, messages.length);
    expect(refused).toHaveLength(messages.length);
    for (const answer of refused) {
      expect(answer).toMatchObject({
        envelope: { ok: false, code: expect.stringMatching(/^COMMAND_INVALID$/) },
      });
    }
    expect(refused[1]).toMatchObject({ id: 7 });
    client.close();
  });

  test('closes a connection that sends too much, and only that one', async () => {
    const [client, other] = [await TestClient.connect(url), await TestClient.connect(url)];
    const closed = once(client.socket, 'close');
    client.socket.send('x'.repeat(5 * MAX_MESSAGE_BYTES));
    await closed;
    expect((await other.call('app.info')).host).toBe('browser');
    other.close();
  });
});

test('an address in use is an error with a sentence', async () => {
  await expect(
    startServer({
      studio: host.studio,
      address: '127.0.0.1',
      token: newToken(),
      port: Number(url.port),
      rendererFolder: root,
    }),
  ).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE', message: expect.stringContaining('--port') });
});
