/** Everything sent to the host, and everything accepted from it, conforms to the contract. */
import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../electron/contract/commands.ts';
import { StudioClient } from '../../../renderer/client/studio-client.ts';
import type { Transport } from '../../../renderer/client/transport.ts';

const asset = 'a'.repeat(64);
const projectId = '00000000-0000-4000-8000-000000000000';
const info = { asset, width: 1, height: 1, bytes: 1, mediaType: 'image/png', notes: [] };

/** A host that always gives the same answer. */
function clientOf(envelope: unknown) {
  const sent: unknown[] = [];
  const transport: Transport = {
    call: async (command, input) => {
      sent.push([command, input]);
      return envelope;
    },
    onEvent: () => () => {},
    onConnection: () => () => {},
    upload: async () => {},
    assetUrl: (id) => id,
  };
  return { client: new StudioClient(transport), sent };
}

const input: CommandInput<'assets.import'> = { projectId, upload: asset, name: 'mask.png', kind: 'mask' };

describe('a command', () => {
  it('is sent as it is, and answered', async () => {
    const { client, sent } = clientOf({ ok: true, value: info });
    const fit = { width: 2, height: 3, mode: 'cover' } as const;
    expect(await client.call('assets.import', { ...input, fit })).toEqual(info);
    expect(sent).toEqual([['assets.import', { ...input, fit }]]);
  });

  it('does not leave the page if the host would refuse it: an extra key', async () => {
    const { client, sent } = clientOf({ ok: true, value: info });
    // A size with an extra key, hidden behind a type: TypeScript cannot catch this one.
    const size: { width: number; height: number } = Object.assign({ width: 2, height: 3 }, { of: asset });
    await expect(
      client.call('assets.import', { ...input, fit: { ...size, mode: 'cover' } }),
    ).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
    expect(sent).toEqual([]);
  });

  it('does not leave the page if the host would refuse it: a value out of range', async () => {
    const { client, sent } = clientOf({ ok: true, value: info });
    const fit = { width: 0, height: 3, mode: 'cover' } as const;
    await expect(client.call('assets.import', { ...input, fit })).rejects.toMatchObject({
      code: 'COMMAND_INVALID',
    });
    expect(sent).toEqual([]);
  });

  it('does not compile with an extra key, wherever that comes from', () => {
    const { client } = clientOf({ ok: true, value: info });
    const size = { of: asset, width: 2, height: 3 };
    const call = client.call.bind(client);
    // Only checked by the compiler.
    void (() => {
      // @ts-expect-error `of` is none of the contract's.
      void call('assets.import', { ...input, fit: { ...size, mode: 'cover' } });
      const spread = { projectId, renderId: projectId, isStarred: true, more: 1 };
      // @ts-expect-error nor is `more`.
      void call('renders.star', spread);
      void call('queue.cancel', { what: 'one', renderId: projectId });
      void call('settings.set', { editor: { anything: { at: 'all' } } });
    });
    expect(size.of).toBe(asset);
  });

  it('fails with the host’s error', async () => {
    const { client } = clientOf({ ok: false, code: 'ASSET_INVALID', message: 'Not a picture.' });
    await expect(client.call('assets.import', input)).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: 'Not a picture.',
    });
  });

  it('fails if the answer does not match the contract', async () => {
    for (const wrong of [{ ok: true, value: { ...info, more: 1 } }, { ok: true }, null, 'yes']) {
      const { client } = clientOf(wrong);
      await expect(client.call('assets.import', input)).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  });
});
