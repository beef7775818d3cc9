/**
 * The host on real disks: one that is full, and one that is read-only. They are small file systems in memory, which
 * only root on Linux may mount; elsewhere these tests are skipped.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Studio } from '../../../../electron/app/studio.ts';
import type { CommandInput, CommandName } from '../../../../electron/contract/commands.ts';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import type { JobState } from '../../../../electron/contract/jobs.ts';
import type { ProjectId } from '../../../../electron/contract/project-state.ts';
import type { RenderSummary } from '../../../../electron/contract/render-record.ts';
import { memoryDisk, remount } from '../../foundation/files/memory-disk.ts';
import { temporaryFolder } from '../../inference/tiny-pack.ts';
import { serveEnvironment } from '../../serve/serve-process.ts';
import { playedEngine } from '../played-engine.ts';
import { callStudio, testStudio } from '../studio-fixture.ts';

/** Noise does not compress: the result is larger than the small disk. */
const SIDE_PX = 1024;

let root: string;
let environment: NodeJS.ProcessEnv;
let studio: Studio;
let events: StudioEvent[];
let png: Uint8Array;

beforeEach(async () => {
  root = temporaryFolder();
  environment = await serveEnvironment(root);
  events = [];
  png = await sharp(randomBytes(3 * SIDE_PX * SIDE_PX), {
    raw: { width: SIDE_PX, height: SIDE_PX, channels: 3 },
  })
    .png()
    .toBuffer();
});
afterEach(async () => {
  await studio?.close();
  rmSync(root, { recursive: true });
});

async function start(projectsFolder = join(root, 'projects')): Promise<void> {
  studio = await testStudio(
    root,
    { launchEngine: playedEngine(png) },
    { ...environment, PNPMIX_PROJECTS_DIR: projectsFolder },
  );
  studio.listen((event) => events.push(event));
}

const call = <Name extends CommandName>(name: Name, input: CommandInput<Name>) =>
  callStudio(studio, name, input);

/** Renders and waits for the end. */
async function render(projectId: string): Promise<RenderSummary> {
  const { renderId } = await call('renders.enqueue', { projectId });
  const last = () =>
    events.flatMap(({ event, payload }) =>
      event === 'render.changed' && payload.render.renderId === renderId ? [payload.render] : [],
    );
  await expect.poll(() => last().at(-1)?.state).toMatch(/done|failed/);
  return last().at(-1)!;
}

/** Requests four candidates and waits for the end of the job. */
async function candidates(projectId: ProjectId): Promise<JobState> {
  const { jobId } = await call('prepare.generateBackgrounds', {
    projectId,
    prompt: 'a beach',
    count: 4,
    seed: 7,
  });
  const job = () => call('jobs.get', { jobId });
  await expect.poll(async () => (await job()).state).toMatch(/done|failed|cancelled/);
  return job();
}

/** The candidates' pictures, read from the project: the engine's bytes followed by a few of their own. */
function expectKept({ result }: JobState, seeds: readonly number[]): void {
  const kept = result?.kind === 'backgrounds' ? result.candidates : [];
  expect(kept.map(({ seed }) => seed)).toEqual(seeds);
  for (const { image, seed } of kept) {
    const bytes = Buffer.from(studio.readAsset(image)!.bytes);
    expect(bytes.equals(Buffer.concat([png, Buffer.from(String(seed - 7))]))).toBe(true);
  }
}

describe('a full disk', () => {
  test('costs no render: it is reported, the picture is still available, and the next one is kept', async (context) => {
    const small = await memoryDisk('size=1500k');
    if (small === undefined) return context.skip();
    await start(small);
    const { projectId, path } = await call('project.openSample', {});
    const lost = await render(projectId);
    expect(lost).toMatchObject({ state: 'failed', sequence: null, error: { code: 'DISK_FULL' } });
    expect(Buffer.from(studio.readAsset(lost.result!)!.bytes).equals(png)).toBe(true);
    const notices = events.flatMap(({ event, payload }) => (event === 'notice' ? [payload] : []));
    expect(notices).toMatchObject([
      {
        level: 'error',
        notice: { code: 'RENDER_NOT_STORED', parameters: { failure: { code: 'DISK_FULL' } } },
      },
    ]);
    expect((await call('renders.page', { projectId })).total).toBe(0);
    // There is room again.
    remount(small, 'size=32m');
    expect(await render(projectId)).toMatchObject({ state: 'done', sequence: 1 });
    await call('project.close', { projectId });
    expect(readdirSync(small)).toEqual([path.slice(small.length + 1)]);
  });

  test('gets no partial exports, and existing files stay', async (context) => {
    const small = await memoryDisk('size=600k');
    if (small === undefined) return context.skip();
    await start();
    const { projectId } = await call('project.openSample', {});
    const { renderId } = await render(projectId);
    const path = join(small, 'result.png');
    writeFileSync(path, 'what was there');
    await expect(call('export.picture', { projectId, renderId, path })).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining(path),
    });
    expect(readdirSync(small)).toEqual(['result.png']);
    expect(readFileSync(path, 'utf8')).toBe('what was there');
    // There is room elsewhere.
    const elsewhere = join(root, 'result.png');
    expect(await call('export.picture', { projectId, renderId, path: elsewhere })).toMatchObject({
      path: elsewhere,
    });
  });
});

describe('background candidates', () => {
  test('that only partly fit on a full disk: those stay, the next is reported, and the queue continues', async (context) => {
    const small = await memoryDisk('size=11m');
    if (small === undefined) return context.skip();
    await start(small);
    const { projectId, path, document } = await call('project.openSample', {});
    const cut = await candidates(projectId);
    expect(cut).toMatchObject({
      state: 'failed',
      error: { code: 'DISK_FULL', message: expect.stringContaining(path) },
    });
    const kept = cut.result?.kind === 'backgrounds' ? cut.result.candidates.length : 0;
    expect(kept).toBeGreaterThanOrEqual(1);
    expect(kept).toBeLessThan(4);
    const seeds = [7, 8, 9, 10];
    expectKept(cut, seeds.slice(0, kept));
    expect((await call('project.state', { projectId })).document).toEqual(document);
    // There is room again: the same project takes all four, and a render.
    remount(small, 'size=64m');
    const whole = await candidates(projectId);
    expect(whole).toMatchObject({ state: 'done', error: null });
    expectKept(whole, seeds);
    expect(await render(projectId)).toMatchObject({ state: 'done', sequence: 1 });
    await call('project.close', { projectId });
    expect(readdirSync(small)).toEqual([path.slice(small.length + 1)]);
  });

  test('of which the last does not fit: the job fails, although the engine had finished', async (context) => {
    const small = await memoryDisk('size=1500k');
    if (small === undefined) return context.skip();
    await start(small);
    const { projectId } = await call('project.openSample', {});
    const { jobId } = await call('prepare.generateBackgrounds', {
      projectId,
      prompt: 'a beach',
      count: 1,
      seed: 7,
    });
    await expect.poll(async () => (await call('jobs.get', { jobId })).state).toMatch(/done|failed/);
    expect(await call('jobs.get', { jobId })).toMatchObject({
      state: 'failed',
      result: null,
      error: { code: 'DISK_FULL' },
    });
    // A project cannot be closed if there is no room for its log.
    remount(small, 'size=32m');
  });

  test('for a project on a read-only disk: reported, nothing written, and other projects continue', async (context) => {
    const readOnly = await memoryDisk('size=32m');
    if (readOnly === undefined) return context.skip();
    await start();
    const sample = await call('project.openSample', {});
    const copy = join(readOnly, 'copy.pnpmix');
    const saved = await call('project.saveAs', { projectId: sample.projectId, path: copy });
    await call('project.close', { projectId: saved.projectId });
    const before = readFileSync(copy);
    remount(readOnly, 'ro');
    const { projectId } = await call('project.open', { path: copy, readOnly: true });
    expect(await candidates(projectId)).toMatchObject({
      state: 'failed',
      result: null,
      error: { code: 'PROJECT_READ_ONLY' },
    });
    const other = await call('project.openSample', {});
    const whole = await candidates(other.projectId);
    expect(whole.state).toBe('done');
    expectKept(whole, [7, 8, 9, 10]);
    await call('project.close', { projectId });
    expect(readdirSync(readOnly)).toEqual(['copy.pnpmix']);
    expect(readFileSync(copy).equals(before)).toBe(true);
  });
});

describe('a read-only disk', () => {
  test('takes no export and no project, and says so', async (context) => {
    const readOnly = await memoryDisk('size=1m,ro');
    if (readOnly === undefined) return context.skip();
    await start();
    const { projectId } = await call('project.openSample', {});
    const { renderId } = await render(projectId);
    await expect(
      call('export.picture', { projectId, renderId, path: join(readOnly, 'result.png') }),
    ).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining('EROFS') });
    await expect(
      call('project.saveAs', { projectId, path: join(readOnly, 'a.pnpmix') }),
    ).rejects.toMatchObject({ code: 'PROJECT_UNWRITABLE' });
    // The project continues in its own file.
    expect((await call('renders.page', { projectId })).total).toBe(1);
  });
});
