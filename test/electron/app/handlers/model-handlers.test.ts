/** Model packs and the engine by commands: jobs of the store, and an engine that is notified of their changes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modelHandlers } from '../../../../electron/app/handlers/model-handlers.ts';
import { JobRunner } from '../../../../electron/app/jobs/job-runner.ts';
import type { Services } from '../../../../electron/app/services.ts';
import { StudioEvents } from '../../../../electron/app/studio-events.ts';
import type { JobState } from '../../../../electron/contract/jobs.ts';
import { PromptCounters } from '../../../../electron/models/prompt-counters.ts';
import { PuppetStudio } from './puppet-studio.ts';

describe('the engine', () => {
  let host: PuppetStudio;
  beforeEach(async () => {
    host = await PuppetStudio.start();
  });
  afterEach(() => host.close());

  test('is started, releases its memory, and is started again', async () => {
    expect(await host.call('engine.status', {})).toMatchObject({ state: 'stopped', pack: null });
    for (const count of [1, 2]) {
      const starting = host.call('engine.start', {});
      await expect.poll(() => host.puppets.length).toBe(count);
      host.puppets.at(-1)!.open();
      expect(await starting).toMatchObject({ state: 'ready', holdsModels: true });
      const released = await host.call('engine.release', {});
      expect(released).toMatchObject({ state: 'stopped', holdsModels: false, pack: { downscale: 4 } });
    }
  });

  test('is not needed to count a prompt’s tokens', async () => {
    const text = 'a cat BREAK a dog';
    const counted = await host.call('prompt.tokens', { text });
    // Every letter is a token of the tiny pack.
    expect(counted).toMatchObject({ count: 8, limit: 14, ignored: 0, ignoredFrom: null });
    expect(counted.chunks.map(({ start, end }) => text.slice(start, end))).toEqual(['a cat', 'a dog']);
    expect(host.puppets).toEqual([]);
  });

  test('a changed setting shows at once which device is requested', async () => {
    await host.call('settings.set', { device: 'cpu' });
    expect(await host.call('engine.status', {})).toMatchObject({ deviceChoice: 'cpu', device: null });
  });
});

describe('the packs', () => {
  test('are listed, including the bundled one', async () => {
    const host = await PuppetStudio.start();
    const { packs } = await host.call('models.list', {});
    expect(packs).toContainEqual(expect.objectContaining({ id: 'starter', isBundled: true, isUsable: true }));
    await expect(host.call('models.licences', { packId: 'nothing' })).rejects.toMatchObject({
      code: 'PACK_UNKNOWN',
    });
    const job = await host.call('models.verify', { packId: 'nothing', quick: true, repair: false });
    expect(await host.ended(job)).toMatchObject({ state: 'failed', error: { code: 'PACK_UNKNOWN' } });
    await host.close();
  });

  /** The handlers with a scripted store. */
  function onStore(store: object) {
    const events = new StudioEvents();
    const heard: string[] = [];
    const ended = new Promise<JobState>((resolve) => {
      events.listen(({ event, payload }) => {
        if (event === 'job.changed' && ['done', 'failed'].includes(payload.state)) resolve(payload);
      });
    });
    const services = {
      store: { modelsFolder: '/models', ...store },
      jobs: new JobRunner(events),
      settings: { current: { pack: 'chosen' } },
      promptCounters: new PromptCounters(),
      applySettings: async () => heard.push('settings'),
      engine: { reopen: () => heard.push('reopen'), release: () => heard.push('release') },
    } as unknown as Services;
    return { handlers: modelHandlers(services), heard, ended };
  }

  const from = { clientId: 'test' };
  const file = { component: 'unet', path: 'unet/model.bin', state: 'missing' as const };

  test.each([
    ['chosen', ['settings', 'reopen']],
    ['other', ['settings']],
  ])(
    'an engine looks again at the pack that it uses when that was downloaded: %s',
    async (packId, expected) => {
      const pulled = { downloadedFiles: 1, downloadedBytes: 2, keptFiles: 3 };
      const { handlers, heard, ended } = onStore({ pull: async () => pulled });
      await handlers['models.pull']({ packId, acceptedLicences: [] }, from);
      expect(await ended).toMatchObject({ state: 'done', result: { kind: 'modelsPulled', ...pulled } });
      expect(heard).toEqual(expected);
    },
  );

  test('an import and a removal of a part change the pack, which the engine releases first', async () => {
    const imported = onStore({ import: async () => ({ files: [file], ownFiles: ['own.bin'] }) });
    await imported.handlers['models.import'](
      { packId: 'chosen', components: ['unet'], folder: '/mine', mode: 'copy' },
      from,
    );
    expect(await imported.ended).toMatchObject({ result: { files: 1, ownFiles: ['own.bin'] } });
    expect(imported.heard).toEqual(['settings', 'reopen']);
    const removed = onStore({ remove: async () => ({ removedFiles: 1, freedBytes: 2, kept: [] }) });
    await removed.handlers['models.remove']({ packId: 'chosen' }, from);
    expect(await removed.ended).toMatchObject({ result: { kind: 'modelsRemoved', removedFiles: 1 } });
    expect(removed.heard).toEqual(['release', 'settings', 'reopen']);
  });

  test('damaged files are repaired only on request, and then verified again', async () => {
    for (const repair of [false, true]) {
      let isMended = false;
      const { handlers, heard, ended } = onStore({
        verify: async () => [{ ...file, state: isMended ? 'ok' : 'missing', size: 1 }],
        repair: async () => {
          isMended = true;
        },
      });
      await handlers['models.verify']({ packId: 'chosen', quick: true, repair }, from);
      expect(await ended).toMatchObject({
        result: { files: [{ ...file, state: repair ? 'ok' : 'missing' }] },
      });
      expect(heard).toEqual(repair ? ['settings', 'reopen'] : []);
    }
  });

  test('the store’s reports become a job’s progress, in bytes', async () => {
    const { handlers, ended } = onStore({
      pull: async (_: string, controls: { onProgress: (at: object) => void }) => {
        for (const bytesTotal of [0, 10]) {
          controls.onProgress({
            stage: 'download',
            file: 'a.bin',
            bytesDone: 0,
            bytesTotal,
            secondsLeft: null,
          });
        }
        controls.onProgress({
          stage: 'download',
          file: 'a.bin',
          bytesDone: 5,
          bytesTotal: 10,
          secondsLeft: 2,
        });
        return { downloadedFiles: 1, downloadedBytes: 10, keptFiles: 0 };
      },
    });
    await handlers['models.pull']({ packId: 'chosen', acceptedLicences: [] }, from);
    expect((await ended).progress).toEqual({
      stage: 'download',
      step: 5,
      total: 10,
      timeLeftMs: 2000,
      unit: 'bytes',
      detail: 'a.bin',
    });
  });
});
