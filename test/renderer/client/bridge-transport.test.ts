/** The preload bridge as a transport. */
import { describe, expect, test } from 'vitest';
import { MAX_PART_BYTES, type StudioBridge } from '../../../electron/contract/bridge.ts';
import { BridgeTransport } from '../../../renderer/client/bridge-transport.ts';

const id = 'a'.repeat(64);

/** A transport over a bridge that answers uploads as given. */
function over(bridge: Partial<StudioBridge>): BridgeTransport {
  return new BridgeTransport({
    commands: {},
    onEvent: () => () => undefined,
    upload: async () => ({ ok: true, value: id }),
    ...bridge,
  });
}

describe('a call', () => {
  test('passes the input and the envelope on unchanged', async () => {
    const inputs: unknown[] = [];
    const transport = over({
      commands: {
        'app.info': async (input) => {
          inputs.push(input);
          return { ok: true, value: 1 };
        },
      },
    });
    expect(await transport.call('app.info', { x: 1 })).toEqual({ ok: true, value: 1 });
    expect(inputs).toEqual([{ x: 1 }]);
  });

  test('is refused if the host does not have the command', async () => {
    await expect(over({}).call('app.fly', {})).rejects.toMatchObject({ code: 'COMMAND_UNKNOWN' });
  });
});

test('events come from the bridge until the listener is removed', () => {
  const heard: unknown[] = [];
  let isListening = true;
  const transport = over({
    onEvent: (listener) => {
      listener('queue.changed', 1);
      return () => {
        isListening = false;
      };
    },
  });
  transport.onEvent((event, payload) => heard.push([event, payload]))();
  expect(heard).toEqual([['queue.changed', 1]]);
  expect(isListening).toBe(false);
});

test('the host is connected as long as the page exists', () => {
  const states: unknown[] = [];
  over({}).onConnection((state) => states.push(state))();
  expect(states).toEqual(['connected']);
});

describe('an upload', () => {
  const bytes = new Uint8Array([1]);

  test('is complete when the host has the same bytes', async () => {
    await expect(over({}).upload(id, bytes, 'image/png')).resolves.toBeUndefined();
    expect(over({}).assetUrl(id)).toContain(id);
  });

  test('of a large file is sent in parts, each with its offset', async () => {
    const large = new Uint8Array(MAX_PART_BYTES + 3);
    const sent: unknown[] = [];
    const transport = over({
      upload: async ({ upload, bytes: { length, buffer }, isLast }) => {
        sent.push([upload, length, buffer.byteLength, isLast]);
        return { ok: true, value: isLast ? id : 'the same upload' };
      },
    });
    await transport.upload(id, large, 'image/png');
    expect(sent).toEqual([
      [null, MAX_PART_BYTES, MAX_PART_BYTES, false],
      ['the same upload', 3, 3, true],
    ]);
  });

  test.each([
    [{ ok: true, value: 'b'.repeat(64) }, 'ASSET_INVALID'],
    [{ ok: false, code: 'ASSET_TOO_LARGE', message: 'too large' }, 'ASSET_TOO_LARGE'],
  ])('that ends with %j is an error', async (envelope, code) => {
    const transport = over({ upload: async () => envelope });
    await expect(transport.upload(id, bytes, 'image/png')).rejects.toMatchObject({ code });
  });
});
