/** Scoring renders by command: what the engine is asked for, and where the scores are kept. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RenderScores } from '../../../../electron/contract/picture-scores.ts';
import { rendered } from '../rendered.ts';
import { PuppetStudio } from './puppet-studio.ts';

let host: PuppetStudio;
let projectId: string;
let renderIds: string[];
beforeEach(async () => {
  host = await PuppetStudio.start();
  projectId = (await host.call('project.openSample', {})).projectId;
  const { renders } = await host.call('renders.enqueueVariations', { projectId, count: 2 });
  renderIds = renders.map(({ renderId }) => renderId);
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'blue' } })
    .png()
    .toBuffer();
  for (const renderId of renderIds) {
    (await host.engineAtWork()).finish(rendered(png, 8, { device: 'cpu', name: 'puppet' }));
    await expect.poll(() => host.told(renderId)?.state).toBe('done');
  }
});
afterEach(() => host.close());

const scores = (ring: number): RenderScores => ({
  version: 1,
  instruments: [{ id: 'appearance', name: 'own', fingerprint: 'a' }],
  values: { ring, tclip: null },
  concepts: [{ name: 'cat', values: { appearance: 0.5 } }],
});

async function scored(value: RenderScores): Promise<void> {
  (await host.engineAtWork()).finish({ kind: 'scoreRender', scores: value });
}

test('scores are kept with the render, announced, and given back to the engine the next time', async () => {
  const job = await host.call('renders.score', { projectId, renderIds });
  const engine = await host.engineAtWork();
  const { result, request } = await host.call('renders.get', { projectId, renderId: renderIds[0]! });
  expect(engine.task).toEqual({
    kind: 'scoreRender',
    request,
    result,
    encoders: { clip: null, dinov2: null },
    known: null,
  });
  await scored(scores(1));
  await expect.poll(() => host.told(renderIds[0]!)?.scores).toEqual(scores(1));
  await scored(scores(2));
  expect(await host.ended(job)).toMatchObject({
    state: 'done',
    result: { kind: 'rendersScored', count: 2 },
  });
  const { renders } = await host.call('renders.page', { projectId });
  expect(renders.map((render) => render.scores?.values.ring)).toEqual([2, 1]);
  const again = await host.call('renders.score', { projectId, renderIds: [renderIds[1]!] });
  expect((await host.engineAtWork()).task).toMatchObject({ known: scores(2) });
  await scored(scores(2));
  expect(await host.ended(again)).toMatchObject({ state: 'done' });
});

test('what was scored before cancelling stays', async () => {
  const job = await host.call('renders.score', { projectId, renderIds });
  await scored(scores(1));
  await host.engineAtWork();
  await host.call('jobs.cancel', { jobId: job.jobId });
  expect(await host.ended(job)).toMatchObject({ state: 'cancelled' });
  const { renders } = await host.call('renders.page', { projectId });
  expect(renders.map((render) => render.scores?.values.ring)).toEqual([undefined, 1]);
});

test('a project that is saved under another name meanwhile gets its scores there', async () => {
  const job = await host.call('renders.score', { projectId, renderIds });
  const engine = await host.engineAtWork();
  const path = join(host.root, 'elsewhere.pnpmix');
  await host.call('project.saveAs', { projectId, path });
  engine.finish({ kind: 'scoreRender', scores: scores(1) });
  await scored(scores(2));
  expect(await host.ended(job)).toMatchObject({ state: 'done' });
  const { renders } = await host.call('renders.page', { projectId });
  expect(renders.map((render) => render.scores?.values.ring)).toEqual([2, 1]);
});

test('a failure of an instrument is the job’s', async () => {
  const job = await host.call('renders.score', { projectId, renderIds });
  (await host.engineAtWork()).fail('MODEL_INVALID');
  expect(await host.ended(job)).toMatchObject({ state: 'failed', error: { code: 'MODEL_INVALID' } });
});

test('unknown renders, and ones without a picture, are refused at once', async () => {
  const refused = (id: string) => host.call('renders.score', { projectId, renderIds: [id] });
  await expect(refused(randomUUID())).rejects.toMatchObject({ code: 'RENDER_UNKNOWN' });
  const { renderId } = await host.call('renders.enqueue', { projectId });
  (await host.engineAtWork()).fail('NON_FINITE');
  await expect.poll(() => host.told(renderId)?.state).toBe('failed');
  await expect(refused(renderId)).rejects.toMatchObject({ code: 'RENDER_UNKNOWN' });
});
