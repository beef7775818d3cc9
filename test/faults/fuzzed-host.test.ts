/**
 * A browser host in a process of its own receives what none of our clients sends: messages, HTTP requests, pictures and
 * project files that are truncated, garbled or nearly valid. It survives, answers each with a code, never with an
 * internal error, and its memory stays small.
 *
 * A failure names the seed; set SOAK_SEED to it to repeat the run. `npm run soak -- fuzz` sends thousands.
 */
import { on, once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import { emptySceneDocument } from '../../electron/contract/scene-document.ts';
import { serverMessageSchema } from '../../electron/contract/wire.ts';
import { assetIdOf } from '../../electron/projects/asset-id.ts';
import { ProjectFile } from '../../electron/projects/project-file.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { pictureBytes, renderOf } from '../electron/projects/sample-render.ts';
import { type ServeProcess, serveEnvironment, startServe } from '../electron/serve/serve-process.ts';
import { TestClient } from '../electron/serve/test-client.ts';
import { amount, recordFigures, seed, timeLimitMs } from './amount.ts';
import { callArbitrary, expectEnvelope, knownValues } from './arbitrary-calls.ts';
import { garbled, garbledText } from './garbled-bytes.ts';

const RUNS = amount(100, 0.2);
const settings = { numRuns: RUNS, seed, endOnFailure: true };
const options = { timeout: timeLimitMs(RUNS) };
/** The host's memory limit. */
const MEMORY_LIMIT_BYTES = 600e6;

let root: string;
let serve: ServeProcess;
let client: TestClient;
let project: ProjectState;

beforeAll(async () => {
  console.log(`SOAK_SEED=${seed}`);
  root = temporaryFolder();
  serve = await startServe(await serveEnvironment(root));
  client = await TestClient.connect(serve.url);
  project = await client.call('project.openSample');
});
afterAll(async () => {
  client.close();
  expect(await serve.stop()).toBe(0);
  rmSync(root, { recursive: true });
});
afterEach(async ({ task }) => {
  expect((await client.call('app.info')).host).toBe('browser');
  // GLib, below the decoder, complains about some pictures in a line of its own.
  expect(
    serve
      .errors()
      .replaceAll(/^\(process:\d+\): GLib.*$/gm, '')
      .trim(),
  ).toBe('');
  if (process.platform !== 'linux') return;
  const peakBytes = peakBytesOf(serve.child.pid!);
  expect(peakBytes).toBeLessThan(MEMORY_LIMIT_BYTES);
  recordFigures(task.name.replace(/^\d+ /, ''), {
    attempts: RUNS,
    peakMegabytes: Math.round(peakBytes / 1e6),
  });
});

/** The next answer; events go to every page and are no answers. */
async function nextEnvelope(socket: WebSocket, signal: AbortSignal): Promise<unknown> {
  for await (const [data] of on(socket, 'message', { signal })) {
    const told = serverMessageSchema.parse(JSON.parse(String(data)));
    if ('envelope' in told) return told.envelope;
  }
  throw new Error('the socket says nothing more');
}

/** Peak memory of a process. */
function peakBytesOf(pid: number): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found![1]) * 1024;
}

test(`${RUNS} malformed messages are each answered with a code`, options, async () => {
  const call = callArbitrary(fc.jsonValue({ maxDepth: 4 }), knownValues(project, root)).map((made) =>
    JSON.stringify({ id: 7, ...made }),
  );
  const nested = fc
    .record({ depth: fc.nat(100_000), ends: fc.constantFrom(['[', ']'], ['{"a":', '}']) })
    .map(({ depth, ends: [open, close] }) => `${open!.repeat(depth)}1${close!.repeat(depth)}`);
  const message = fc.oneof(
    { weight: 4, arbitrary: call.chain(garbledText) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1000 }) },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1000 }) },
  );
  let page = await TestClient.connect(serve.url);
  await fc.assert(
    fc.asyncProperty(message, async (data) => {
      if (page.socket.readyState !== page.socket.OPEN) page = await TestClient.connect(serve.url);
      const { socket } = page;
      const ended = new AbortController();
      const answered = Promise.race([
        nextEnvelope(socket, ended.signal),
        once(socket, 'close', ended).then(() => Promise.reject(new Error('the connection was ended'))),
      ]);
      socket.send(data);
      expectEnvelope(await answered);
      ended.abort();
    }),
    settings,
  );
  page.close();
});

test(`${RUNS} malformed requests never cause a server error`, options, async () => {
  const key = client.assetKey;
  const asset = project.document.background!;
  const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'CONNECT', 'get', 'FOO');
  const path = fc.oneof(
    fc.constantFrom(
      '/',
      '/socket',
      '/challenge',
      '/challenge?page=',
      '/assets/',
      '*',
      '//',
      '/../../etc/passwd',
    ),
    fc.constantFrom(
      `/assets/${key}/${asset}`,
      `/assets/${key}/${'0'.repeat(64)}`,
      `/assets/${key}/..%2f..%2fx`,
    ),
    fc.webPath(),
    fc.string({ maxLength: 200 }),
  );
  const origin = client.origin;
  const header = fc.oneof(
    fc.constantFrom(
      `Host: ${serve.url.host}`,
      `Origin: ${origin}`,
      'Host: evil.example',
      'Range: bytes=5-2',
      'Range: bytes=-0',
      'Range: bytes=0-999999999999999999999',
      'Content-Length: 5',
      'Content-Length: -1',
      'Content-Length: 99999999999999',
      'Transfer-Encoding: chunked',
      'Content-Type: image/png',
      'Content-Type: ;;;',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: x',
      'Expect: 100-continue',
      'Cookie: a=b',
    ),
    fc.string({ maxLength: 300 }),
    fc
      .tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 2000 }))
      .map(([name, value]) => `${name}: ${value}`),
  );
  const request = fc
    .record({
      line: fc.tuple(method, path, fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', '')),
      headers: fc.array(header, { maxLength: 12 }),
      isToHost: fc.boolean(),
      body: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ line, headers, isToHost, body }) => {
      const own = isToHost ? [`Host: ${serve.url.host}`, `Origin: ${origin}`] : [];
      const head = [line.join(' '), ...own, ...headers, '', ''].join('\r\n');
      return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
    });
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 2, arbitrary: request }, request.chain(garbled)), async (bytes) => {
      const answer = await exchange(bytes);
      // An unfinished request is closed without an answer; a page that is not built gets 503.
      if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 ([1-4]\d\d|503) /);
    }),
    settings,
  );
});

/** Sends bytes, ends its side, and reads until the host has ended its own. */
async function exchange(bytes: Uint8Array): Promise<string> {
  const socket = connect({ port: Number(serve.url.port), host: serve.url.hostname });
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text.slice(0, 1000);
  });
  // A host may refuse before it has read everything.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.end(bytes);
  await closed;
  return answer;
}

test(`${RUNS} malformed pictures are refused or read`, options, async () => {
  const { projectId } = project;
  const raw = sharp({ create: { width: 48, height: 32, channels: 3, background: '#a63' } });
  const formats = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const;
  const wholes = await Promise.all(formats.map((format) => raw.clone().toFormat(format).toBuffer()));
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const picture = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...wholes).chain(garbled) },
    { weight: 1, arbitrary: garbledText(svg).map((text) => Buffer.from(text)) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ minLength: 1, maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    },
  );
  const mediaType = fc.constantFrom(
    'image/png',
    'image/jpeg',
    'image/webp',
    'application/octet-stream',
    'text/html',
  );
  const kind = fc.constantFrom('picture', 'mask');
  const fit = fc.constantFrom(null, { width: 32, height: 32, mode: 'cover' });
  await fc.assert(
    fc.asyncProperty(picture, mediaType, kind, fit, async (bytes, type, as, fitted) => {
      const upload = assetIdOf(bytes);
      const { status } = await client.put(upload, bytes, type);
      expect(status).toBeLessThan(500);
      const input = { projectId, upload, name: 'a.png', kind: as, fit: fitted };
      expectEnvelope(await client.send('assets.import', input));
      expectEnvelope(await client.send('assets.readRequest', { upload }));
    }),
    settings,
  );
});

test(`${RUNS} malformed projects are refused or opened`, options, async () => {
  const whole = join(root, 'whole.pnpmix');
  const made = ProjectFile.create(whole);
  const picture = made.putAsset(pictureBytes());
  made.commit({ ...emptySceneDocument(), background: picture }, 'Background');
  made.addRender(renderOf(picture));
  made.close();
  const bytesOfWhole = readFileSync(whole);
  const path = join(root, 'broken.pnpmix');
  const value = fc.oneof(
    fc.constantFrom(
      `''`,
      `'{}'`,
      'NULL',
      '-1',
      '9e18',
      `'../../etc/passwd'`,
      'zeroblob(100000)',
      `hex(zeroblob(9))`,
    ),
    fc.string({ maxLength: 50 }).map((text) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`),
  );
  const columns = columnsOf(whole);
  const statement = fc
    .tuple(fc.constantFrom(...columns), value)
    .map(([{ table, column }, text]) => `UPDATE "${table}" SET "${column}" = ${text}`);
  const broken = fc.oneof(
    garbled(bytesOfWhole).map((bytes) => ({ bytes, statements: [] as string[] })),
    fc
      .array(statement, { minLength: 1, maxLength: 3 })
      .map((statements) => ({ bytes: bytesOfWhole, statements })),
  );
  await fc.assert(
    fc.asyncProperty(broken, async ({ bytes, statements }) => {
      writeFileSync(path, bytes);
      tamper(path, statements);
      const opened = await client.send('project.open', { path });
      expectEnvelope(opened);
      if (opened.ok) {
        const { projectId } = opened.value as ProjectState;
        for (const command of [
          'project.history',
          'renders.page',
          'renders.find',
          'project.undo',
          'project.close',
        ]) {
          expectEnvelope(await client.send(command, { projectId }));
        }
      }
      for (const ending of ['', '-wal', '-shm', '-lock', '-journal'])
        rmSync(`${path}${ending}`, { force: true });
    }),
    settings,
  );
});

function columnsOf(path: string): { table: string; column: string }[] {
  const database = new SqliteDatabase(path, { readonly: true });
  try {
    return database
      .prepare<[], { table: string; column: string }>(
        `SELECT m.name AS "table", p.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) p
        WHERE m.type = 'table'`,
      )
      .all();
  } finally {
    database.close();
  }
}

/** Changes a file as a stranger would; what SQLite itself refuses is left as it is. */
function tamper(path: string, statements: readonly string[]): void {
  if (statements.length === 0) return;
  const database = new SqliteDatabase(path);
  try {
    database.unsafeMode(true);
    database.pragma('ignore_check_constraints = ON');
    database.pragma('foreign_keys = OFF');
    for (const statement of statements) {
      try {
        database.exec(statement);
      } catch (error) {
        if (!(error instanceof SqliteDatabase.SqliteError)) throw error;
      }
    }
  } finally {
    database.close();
  }
}
