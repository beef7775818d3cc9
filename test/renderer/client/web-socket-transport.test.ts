/**
 * Commands and events over one WebSocket: every call settles, whatever the host sends, and the connection is restored.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocketTransport } from '../../../renderer/client/web-socket-transport.ts';
import { FakeWebSocket } from './fake-web-socket.ts';

const browser = vi.hoisted(() => ({ isStoring: true, doesHostAnswer: true }));
vi.mock('../../../renderer/client/host-key.ts', () => ({
  keptKey: async () => {
    if (!browser.isStoring) throw new DOMException('denied', 'SecurityError');
    return {};
  },
  answerChallenge: async (_key: CryptoKey, _url: URL, signal: AbortSignal) => {
    if (browser.doesHostAnswer) return ['pnp-mix'];
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  },
}));

let reported: unknown[];
beforeEach(() => {
  vi.useFakeTimers();
  reported = [];
  FakeWebSocket.all.length = 0;
  Object.assign(browser, { isStoring: true, doesHostAnswer: true });
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

/** A connected transport. */
async function connected(): Promise<WebSocketTransport> {
  const transport = new WebSocketTransport(new URL('http://127.0.0.1:4310/'));
  await settle();
  FakeWebSocket.last.open();
  await settle();
  return transport;
}

/** How a call ended; undefined while it is pending. */
function outcomeOf(call: Promise<unknown>): () => unknown {
  let outcome: unknown;
  call.then(
    (value) => {
      outcome = value;
    },
    (error: { code: string }) => {
      outcome = error.code;
    },
  );
  return () => outcome;
}

const answer = (value: unknown) => ({ ok: true, value });

describe('calls', () => {
  test('get their own answers, in any order', async () => {
    const transport = await connected();
    const [first, second] = [outcomeOf(transport.call('a', 1)), outcomeOf(transport.call('b', { x: 2 }))];
    await settle();
    const { sent } = FakeWebSocket.last;
    expect(sent).toMatchObject([
      { command: 'a', input: 1 },
      { command: 'b', input: { x: 2 } },
    ]);
    FakeWebSocket.last.tell({ id: sent[1]!.id, envelope: answer('second') });
    FakeWebSocket.last.tell({ id: sent[0]!.id, envelope: answer('first') });
    await settle();
    expect([first(), second()]).toEqual([answer('first'), answer('second')]);
    // An answer without a call changes nothing.
    FakeWebSocket.last.tell({ id: 99, envelope: answer('third') });
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  test('wait until the connection is established', async () => {
    const transport = new WebSocketTransport(new URL('https://workstation/'));
    const call = outcomeOf(transport.call('a', null));
    await settle();
    expect(FakeWebSocket.last.url).toBe('wss://workstation/socket');
    FakeWebSocket.last.open();
    await settle();
    FakeWebSocket.last.tell({ id: FakeWebSocket.last.sent[0]!.id, envelope: answer(1) });
    await settle();
    expect(call()).toEqual(answer(1));
  });

  test('are rejected when the connection closes, and later ones use the next', async () => {
    const transport = await connected();
    const lost = outcomeOf(transport.call('a', null));
    await settle();
    FakeWebSocket.last.drop();
    await settle();
    expect(lost()).toBe('HOST_UNREACHABLE');
    const next = outcomeOf(transport.call('b', null));
    await vi.advanceTimersByTimeAsync(10_000);
    FakeWebSocket.last.open();
    await settle();
    FakeWebSocket.last.tell({ id: FakeWebSocket.last.sent[0]!.id, envelope: answer(2) });
    await settle();
    expect(next()).toEqual(answer(2));
  });
});

test('a host that does not answer the challenge is given up, and asked again', async () => {
  browser.doesHostAnswer = false;
  new WebSocketTransport(new URL('https://workstation/'));
  await vi.advanceTimersByTimeAsync(59_000);
  browser.doesHostAnswer = true;
  expect(FakeWebSocket.all).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(FakeWebSocket.all).toHaveLength(1);
});

test('a browser that stores nothing is said to, until it does', async () => {
  browser.isStoring = false;
  const transport = new WebSocketTransport(new URL('https://workstation/'));
  const states: string[] = [];
  transport.onConnection((state) => states.push(state));
  await vi.advanceTimersByTimeAsync(5_000);
  browser.isStoring = true;
  await vi.advanceTimersByTimeAsync(5_000);
  FakeWebSocket.last.open();
  await settle();
  expect(states).toEqual(['lost', 'storeless', 'connected']);
});

test('a host that accepts the connection and says nothing is given up, and asked again', async () => {
  const transport = new WebSocketTransport(new URL('https://workstation/'));
  const call = outcomeOf(transport.call('a', null));
  await settle();
  const silent = FakeWebSocket.last;
  silent.readyState = 1;
  await vi.advanceTimersByTimeAsync(59_000);
  expect(FakeWebSocket.last).toBe(silent);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(silent.readyState).toBe(3);
  expect(FakeWebSocket.last).not.toBe(silent);
  FakeWebSocket.last.open();
  await vi.advanceTimersByTimeAsync(120_000);
  FakeWebSocket.last.tell({ id: FakeWebSocket.last.sent[0]!.id, envelope: answer(1) });
  await settle();
  expect(call()).toEqual(answer(1));
  expect(FakeWebSocket.all).toHaveLength(2);
});

describe.each([
  ['no JSON', '{"id": 0, "enve'],
  ['no message', '{"hello": 1}'],
  ['an answer that does not match the contract', '{"id": 0, "envelope": {"ok": "perhaps"}}'],
  [
    'a report that it could not read a message of ours',
    JSON.stringify({ id: null, envelope: { ok: false, code: 'COMMAND_INVALID', message: 'no' } }),
  ],
  ['nothing', ''],
])('a host that sends %s', (_, text) => {
  test('ends the connection: pending calls are rejected with a code, and it reconnects', async () => {
    const transport = await connected();
    const states: string[] = [];
    transport.onConnection((state) => states.push(state));
    const calls = [outcomeOf(transport.call('a', null)), outcomeOf(transport.call('b', null))];
    await settle();
    const broken = FakeWebSocket.last;
    broken.tellText(text);
    await settle();
    expect(calls.map((call) => call())).toEqual(['INTERNAL', 'INTERNAL']);
    expect(broken.readyState).toBe(3);
    // Whatever still arrives over it is ignored.
    broken.tell({ event: 'late', payload: null });
    await vi.advanceTimersByTimeAsync(10_000);
    FakeWebSocket.last.open();
    await settle();
    expect(states).toEqual(['connected', 'lost', 'connected']);
    const next = outcomeOf(transport.call('c', null));
    await settle();
    FakeWebSocket.last.tell({ id: FakeWebSocket.last.sent[0]!.id, envelope: answer(3) });
    await settle();
    expect(next()).toEqual(answer(3));
  });

  test('is retried if that happens before its welcome', async () => {
    const transport = new WebSocketTransport(new URL('http://127.0.0.1:4310/'));
    const call = outcomeOf(transport.call('a', null));
    await settle();
    FakeWebSocket.last.readyState = 1;
    FakeWebSocket.last.tellText(text);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeWebSocket.all).toHaveLength(2);
    FakeWebSocket.last.open();
    await settle();
    FakeWebSocket.last.tell({ id: FakeWebSocket.last.sent[0]!.id, envelope: answer(4) });
    await settle();
    expect(call()).toEqual(answer(4));
  });
});

describe('listeners', () => {
  test('receive events and the connection state until they are removed, even if another throws', async () => {
    const transport = await connected();
    const heard: unknown[] = [];
    const fault = new Error('a panel is broken');
    transport.onEvent(() => {
      throw fault;
    });
    const stop = transport.onEvent((event, payload) => heard.push([event, payload]));
    FakeWebSocket.last.tell({ event: 'queue.changed', payload: { entries: [] } });
    stop();
    FakeWebSocket.last.tell({ event: 'queue.changed', payload: { entries: [] } });
    expect(heard).toEqual([['queue.changed', { entries: [] }]]);
    expect(reported).toEqual([fault, fault]);
    expect(FakeWebSocket.all).toHaveLength(1);
  });
});

describe('pictures', () => {
  const bytes = new Uint8Array([1, 2, 3]);

  test('are uploaded by content, and read from a URL with the host’s key', async () => {
    const transport = await connected();
    const fetched = vi.fn(async () => new Response(null, { status: 201 }));
    vi.stubGlobal('fetch', fetched);
    await transport.upload('a'.repeat(64), bytes, 'image/png');
    expect(fetched).toHaveBeenCalledWith(
      transport.assetUrl('a'.repeat(64)),
      expect.objectContaining({ method: 'PUT', body: bytes, headers: { 'content-type': 'image/png' } }),
    );
  });

  test.each([
    ['is not reached', () => Promise.reject(new TypeError('no network')), 'HOST_UNREACHABLE'],
    ['refuses with a sentence', async () => new Response('too large', { status: 413 }), 'ASSET_INVALID'],
    ['refuses without one', async () => new Response('', { status: 400 }), 'ASSET_INVALID'],
  ])('are refused with a code if the host %s', async (_, fetchIt, code) => {
    const transport = await connected();
    vi.stubGlobal('fetch', fetchIt);
    await expect(transport.upload('a'.repeat(64), bytes, 'image/png')).rejects.toMatchObject({ code });
  });
});
