/** What leaves the page, and what is taken from the host: neither is anything but what the contract says. */
import { describe, expect, it } from 'vitest';
import type { CommandInput } from '../../../electron/contract/commands.ts';
import { StudioClient } from '../../../renderer/client/studio-client.ts';
import type { Transport } from '../../../renderer/client/transport.ts';

const asset = 'a'.repeat(64);
const projectId = '00000000-0000-4000-8000-000000000000';
const info = { asset, width: 1, height: 1, bytes: 1, mediaType: 'image/png', notes: [] };

/** A host that gives the same answer to everything. */
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

  it('does not leave the page when the host would refuse it: a key too many', async () => {
    const { client, sent } = clientOf({ ok: true, value: info });
    // A size with a key of its own, behind a type that does not show it: TypeScript cannot see this one.
    const size: { width: number; height: number } = Object.assign({ width: 2, height: 3 }, { of: asset });
    await expect(
      client.call('assets.import', { ...input, fit: { ...size, mode: 'cover' } }),
    ).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
    expect(sent).toEqual([]);
  });

  it('does not leave the page when the host would refuse it: a value out of range', async () => {
    const { client, sent } = clientOf({ ok: true, value: info });
    const fit = { width: 0, height: 3, mode: 'cover' } as const;
    await expect(client.call('assets.import', { ...input, fit })).rejects.toMatchObject({
      code: 'COMMAND_INVALID',
    });
    expect(sent).toEqual([]);
  });

  it('does not compile with a key too many, wherever that comes from', () => {
    const { client } = clientOf({ ok: true, value: info });
    const size = { of: asset, width: 2, height: 3 };
    const call = client.call.bind(client);
    // Only looked at by the type checker.
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

  it('fails with what the host says', async () => {
    const { client } = clientOf({ ok: false, code: 'ASSET_INVALID', message: 'Not a picture.' });
    await expect(client.call('assets.import', input)).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: 'Not a picture.',
    });
  });

  it('fails when the answer is not what was agreed', async () => {
    for (const wrong of [{ ok: true, value: { ...info, more: 1 } }, { ok: true }, null, 'yes']) {
      const { client } = clientOf(wrong);
      await expect(client.call('assets.import', input)).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  });
});
