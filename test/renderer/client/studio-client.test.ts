/** The typed client on a fake transport: what the host sends is validated before anyone receives it. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { StudioClient } from '../../../renderer/client/studio-client.ts';
import type { Transport } from '../../../renderer/client/transport.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A client, and what its transport was given. */
function clientOn(changes: Partial<Transport>) {
  const calls: unknown[] = [];
  const uploads: unknown[] = [];
  let tell: (event: string, payload: unknown) => void = () => undefined;
  const client = new StudioClient({
    call: async (...call) => {
      calls.push(call);
      return { ok: true, value: { entries: [] } };
    },
    onEvent: (listener) => {
      tell = listener;
      return () => {
        tell = () => undefined;
      };
    },
    onConnection: (listener) => {
      listener('connected');
      return () => undefined;
    },
    upload: async (...upload) => {
      uploads.push(upload);
    },
    assetUrl: (id) => `/somewhere/${id}`,
    ...changes,
  });
  return { client, calls, uploads, tell: (event: string, payload: unknown) => tell(event, payload) };
}

describe('a call', () => {
  test('returns the value that the contract declares', async () => {
    const { client, calls } = clientOn({});
    expect(await client.call('queue.state', {})).toEqual({ entries: [] });
    expect(calls).toEqual([['queue.state', {}]]);
  });

  test.each([
    ['a failure of the host', { ok: false, code: 'RENDER_UNKNOWN', message: 'gone' }, 'RENDER_UNKNOWN'],
    ['no envelope', 17, 'INTERNAL'],
    ['a code of another version', { ok: false, code: 'NEW_CODE', message: '?' }, 'INTERNAL'],
    ['a value of another shape', { ok: true, value: { entries: 'none' } }, 'INTERNAL'],
    ['nothing', undefined, 'INTERNAL'],
  ])('that gets %s is rejected with a code', async (_, envelope, code) => {
    const { client } = clientOn({ call: async () => envelope });
    await expect(client.call('queue.state', {})).rejects.toMatchObject({ name: 'StudioError', code });
  });

  test('is rejected with the transport’s error', async () => {
    const lost = new StudioError('HOST_UNREACHABLE', 'gone');
    const { client } = clientOn({ call: () => Promise.reject(lost) });
    await expect(client.call('queue.state', {})).rejects.toBe(lost);
  });
});

describe('events', () => {
  test('reach their listeners, and nobody else', () => {
    const { client, tell } = clientOn({});
    const heard: unknown[] = [];
    const stop = client.on('queue.changed', (queue) => heard.push(queue));
    tell('queue.changed', { entries: [] });
    tell('engine.changed', { anything: 1 });
    tell('no.event', null);
    stop();
    tell('queue.changed', { entries: [] });
    expect(heard).toEqual([{ entries: [] }]);
  });

  test('that do not match the contract are reported as a fault', () => {
    const { client, tell } = clientOn({});
    client.on('queue.changed', () => expect.unreachable());
    expect(() => tell('queue.changed', { entries: 1 })).toThrow(StudioError);
  });

  test('the connection state is reported immediately', () => {
    const states: unknown[] = [];
    clientOn({}).client.onConnection((state) => states.push(state));
    expect(states).toEqual(['connected']);
  });
});

describe('pictures', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const id = createHash('sha256').update(bytes).digest('hex');

  test('are named by their SHA-256', async () => {
    const { client, uploads } = clientOn({});
    expect(await client.upload(bytes, 'image/png')).toBe(id);
    expect(uploads).toEqual([[id, bytes, 'image/png']]);
    expect(client.assetUrl(id)).toBe(`/somewhere/${id}`);
  });

  test('are read from their URL', async () => {
    vi.stubGlobal('fetch', async (url: string) => new Response(url === `/somewhere/${id}` ? bytes : null));
    expect(await clientOn({}).client.readAsset(id)).toEqual(bytes);
  });

  test.each([
    ['missing', async () => new Response(null, { status: 404 }), 'ASSET_MISSING'],
    ['out of reach', () => Promise.reject(new TypeError('no network')), 'HOST_UNREACHABLE'],
  ])('that are %s are an error with a code', async (_, fetchIt, code) => {
    vi.stubGlobal('fetch', fetchIt);
    await expect(clientOn({}).client.readAsset(id)).rejects.toMatchObject({ code });
  });
});
