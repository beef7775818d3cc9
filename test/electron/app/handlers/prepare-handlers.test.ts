/** Preparing a scene by commands: the engine's tasks, where their results go, and how jobs end. */

import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineResult } from '../../../../electron/contract/engine-messages.ts';
import { notice } from '../../../../electron/contract/notices.ts';
import { PuppetStudio } from './puppet-studio.ts';

let png: Uint8Array;
beforeAll(async () => {
  png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
});

let host: PuppetStudio;
let projectId: string;
let image: string;
beforeEach(async () => {
  host = await PuppetStudio.start();
  const project = await host.call('project.openSample', {});
  projectId = project.projectId;
  image = project.document.background!;
});
afterEach(() => host.close());

const simpler = notice('AS_WRITTEN', { text: 'simpler' });

const candidates = () => [{ png, score: 0.9, box: { left: 0, top: 0, right: 4, bottom: 4 } }];

describe.each([
  [
    'prepare.findMask',
    { phrase: 'a cat', boxThreshold: 0.3, textThreshold: 0.2 },
    { kind: 'findMask', phrase: 'a cat', boxThreshold: 0.3, textThreshold: 0.2 },
    (): EngineResult => ({
      kind: 'findMask',
      model: 'Played',
      notices: [simpler],
      candidates: candidates(),
    }),
  ],
  [
    'prepare.selectMask',
    { points: [{ x: 1, y: 1, isInside: true }], box: null },
    { kind: 'selectMask', points: [{ x: 1, y: 1, isInside: true }], box: null },
    (): EngineResult => ({
      kind: 'selectMask',
      model: 'Played',
      notices: [simpler],
      candidates: candidates(),
    }),
  ],
  [
    'prepare.removeObjects',
    { masks: ['e'.repeat(64)], growPx: 3, method: 'auto' },
    { kind: 'removeObjects', masks: ['e'.repeat(64)], growPx: 3, method: 'auto' },
    (): EngineResult => ({
      kind: 'removeObjects',
      model: 'Played',
      notices: [simpler],
      png,
      method: 'telea',
    }),
  ],
] as const)('%s', (command, input, task, result) => {
  const start = () => host.call(command, { projectId, image, ...input } as never);

  test('asks the engine, and adds the result to the project', async () => {
    const job = await start();
    const engine = await host.engineAtWork();
    expect(engine.task).toMatchObject({ ...task, image });
    engine.finish(result());
    const ended = await host.ended(job);
    expect(ended).toMatchObject({ state: 'done', projectId, notices: [simpler], error: null });
    const asset =
      ended.result?.kind === 'masks'
        ? ended.result.candidates[0]!.mask
        : ended.result?.kind === 'inpainted'
          ? ended.result.image
          : undefined;
    expect(await host.call('assets.info', { projectId, asset: asset! })).toMatchObject({
      width: 4,
      height: 4,
    });
  });

  test('fails with the engine’s own code, and can be cancelled while waiting and while running', async () => {
    const failing = await start();
    (await host.engineAtWork()).fail('OUT_OF_MEMORY');
    expect(await host.ended(failing)).toMatchObject({ state: 'failed', error: { code: 'OUT_OF_MEMORY' } });
    const [running, waiting] = [await start(), await start()];
    await host.engineAtWork();
    for (const { jobId } of [waiting, running]) {
      await host.call('jobs.cancel', { jobId });
      expect(await host.ended({ ...running, jobId })).toMatchObject({ state: 'cancelled', result: null });
    }
  });

  test('is refused at once for a project that is not open', async () => {
    const closed = host.call(command, { projectId: randomUUID(), image, ...input } as never);
    await expect(closed).rejects.toMatchObject({ code: 'PROJECT_UNKNOWN' });
    expect(host.puppets).toEqual([]);
  });
});

test('removal tells the engine what the scene shows without the objects', async () => {
  const { document } = await host.call('project.state', { projectId });
  const inpaintPrompt = 'an empty room';
  await host.call('project.commit', { projectId, document: { ...document, inpaintPrompt }, label: 'Prompt' });
  const job = await host.call('prepare.removeObjects', {
    projectId,
    image,
    masks: ['e'.repeat(64)],
    growPx: 0,
    method: 'telea',
  });
  const engine = await host.engineAtWork();
  expect(engine.task).toMatchObject({ prompt: inpaintPrompt });
  await host.call('jobs.cancel', { jobId: job.jobId });
  await host.ended(job);
});

test('backgrounds come one by one, and finished ones stay when the rest is cancelled', async () => {
  const job = await host.call('prepare.generateBackgrounds', {
    projectId,
    prompt: 'a meadow',
    negativePrompt: '',
    count: 3,
    seed: 7,
  });
  const engine = await host.engineAtWork();
  expect(engine.task).toMatchObject({ kind: 'generateBackgrounds', count: 3, seed: 7 });
  const [runId] = engine.runIds;
  engine.say({ type: 'candidate', runId: runId!, candidate: { png, seed: 7 } });
  await expect
    .poll(async () => (await host.call('jobs.get', { jobId: job.jobId })).result)
    .toMatchObject({ kind: 'backgrounds', candidates: [{ seed: 7 }] });
  await host.call('jobs.cancel', { jobId: job.jobId });
  expect(await host.ended(job)).toMatchObject({
    state: 'cancelled',
    result: { kind: 'backgrounds', candidates: [{ seed: 7 }] },
  });
});

test('jobs are listed, and one that never existed is unknown', async () => {
  const job = await host.call('prepare.selectMask', {
    projectId,
    image,
    points: [{ x: 1, y: 1, isInside: true }],
    box: null,
  });
  expect(await host.call('jobs.list', {})).toMatchObject([{ jobId: job.jobId, kind: 'selectMask' }]);
  for (const command of ['jobs.get', 'jobs.cancel'] as const) {
    await expect(host.call(command, { jobId: randomUUID() })).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  }
  (await host.engineAtWork()).finish();
  await host.ended(job);
});
