/**
 * The host is killed (SIGKILL) at random moments while it renders, exports, downloads and imports models. What it
 * reported as done is there and complete when the next host starts; anything else is complete or absent, and can be
 * repeated.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unzipSync } from 'fflate';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { JobState } from '../../electron/contract/jobs.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { ModelServer, modelBytes } from '../electron/models/model-server.ts';
import { catalogOf, known, LICENCE } from '../electron/models/store-fixture.ts';
import { serveEnvironment } from '../electron/serve/serve-process.ts';
import type { TestClient } from '../electron/serve/test-client.ts';
import { amount, recordFigures, seed, timeLimitMs } from './amount.ts';
import { KilledHost, UsualTimes, withCompiledCode } from './killed-host.ts';

const KILLS = amount(6, 0.12);

const packId = 'test';
const weights = { 'a.bin': modelBytes(3_000_000, 1), 'deep/b.bin': modelBytes(1_000_000, 2) };

const works = ['render', 'png', 'same png', 'layered', 'pull', 'import'] as const;
type Work = (typeof works)[number];

test(`${KILLS} kills during renders, exports, downloads and imports lose nothing that was reported as done`, {
  timeout: timeLimitMs(KILLS),
}, async () => {
  console.log(`SOAK_SEED=${seed}`);
  const root = temporaryFolder();
  const server = await ModelServer.start();
  const source = [{ kind: 'http', url: `${server.origin}/` }];
  const files = Object.entries(weights).map(([path, body]) => known(path, body));
  const served = await serveEnvironment(root);
  const catalog = join(root, 'packs', packId, 'catalog.json');
  writeFile(catalog, Buffer.from(JSON.stringify(catalogOf({ id: 'one', sources: source, files }))));
  const mine = join(root, 'mine');
  for (const [path, body] of Object.entries(weights)) {
    server.files.set(`/${path}`, { body, etag: '"v1"' });
    writeFile(join(mine, path), body);
  }
  const exports = join(root, 'exports');
  mkdirSync(exports);
  const environment = await withCompiledCode(served, join(root, 'compiled'));

  const generator = xoroshiro128plus(seed);
  const chance = () => (generator.next() >>> 0) / 2 ** 32;
  const times = new UsualTimes();
  const host = new KilledHost(environment);
  /** Finished renders and exported files, as the host reported them. */
  const [rendered, exported] = [new Set<string>(), new Set<string>()];
  let [isInstalled, hits] = [false, 0];
  let acknowledged = 0;
  try {
    let client = await host.start();
    const first = await client.call('project.openSample');
    const { path } = first;
    let { projectId } = first;
    rendered.add(await render(client, projectId));
    for (let kill = 0; kill < KILLS; kill++) {
      // Kinds take turns: each is covered, however few kills there are.
      const work = works[kill % works.length]!;
      let isDone = false;
      const began = performance.now();
      const target = join(
        exports,
        work === 'same png' ? 'same.png' : `${kill}.${work === 'layered' ? 'ora' : 'png'}`,
      );
      const [renderId] = rendered;
      const done = start(work, client, { projectId, renderId: renderId!, target, mine }).then(
        (renderOfWork) => {
          isDone = true;
          acknowledged++;
          times.took(work, performance.now() - began);
          if (renderOfWork !== undefined) rendered.add(renderOfWork);
          else if (work === 'pull' || work === 'import') isInstalled = true;
          else exported.add(target);
        },
      );
      // The connection ends with the host: pending requests are never answered.
      done.catch(() => undefined);
      // Some right after the report that it is done, however long that took; the others at any moment before.
      if (chance() < 1 / 3) await done;
      else await delay(chance() * times.of(work));
      await host.kill();
      if (!isDone) hits++;

      client = await host.start();
      ({ projectId } = await client.call('project.open', { path }));
      for (const id of rendered) await expectRender(client, projectId, id);
      for (const file of exported) expect([file, existsSync(file)]).toEqual([file, true]);
      for (const name of readdirSync(exports)) {
        // Complete or absent under its name, whether reported or not.
        if (/\.(png|ora)$/.test(name)) await expectWhole(join(exports, name));
      }
      if (work === 'pull' || work === 'import') {
        // What was not reported as done can be repeated; the next round starts from nothing.
        if (!isInstalled) await start(work, client, { projectId, renderId: renderId!, target, mine });
        await expectInstalled(client, root);
        await job(client, await client.call('models.remove', { packId }));
        isInstalled = false;
      }
    }
    await host.close();
    // Each start after a kill has removed the killed host's unfinished exports.
    expect(readdirSync(exports).filter((name) => !/\.(png|ora)$/.test(name))).toEqual([]);
  } finally {
    host.abandon();
    await server.stop();
  }
  recordFigures('kills of the host while rendering, exporting, downloading, importing', {
    attempts: KILLS,
    acknowledged,
    hits,
    renders: rendered.size,
    exports: exported.size,
  });
  rmSync(root, { recursive: true });
});

interface Materials {
  readonly projectId: string;
  /** The picture to export. */
  readonly renderId: string;
  readonly target: string;
  /** The models as the user has them. */
  readonly mine: string;
}

/** Does a piece of work. @returns once the host has reported that it is done; the render, if it was one */
async function start(
  work: Work,
  client: TestClient,
  { projectId, renderId, target, mine }: Materials,
): Promise<string | undefined> {
  switch (work) {
    case 'render':
      return render(client, projectId);
    case 'png':
    case 'same png':
      await client.call('export.picture', { projectId, renderId, path: target });
      return undefined;
    case 'layered':
      await client.call('export.picture', { format: 'ora', projectId, renderId, path: target });
      return undefined;
    case 'pull':
      await job(client, await client.call('models.pull', { packId, acceptedLicences: [LICENCE] }));
      return undefined;
    case 'import':
      await job(client, await client.call('models.import', { packId, folder: mine, mode: 'copy' }));
      return undefined;
  }
}

async function render(client: TestClient, projectId: string): Promise<string> {
  const { renderId } = await client.call('renders.enqueue', { projectId });
  const { render: ended } = await client.until(
    'render.changed',
    (told) => told.render.renderId === renderId && !['queued', 'running'].includes(told.render.state),
  );
  expect(ended).toMatchObject({ state: 'done', error: null });
  return renderId;
}

async function job(client: TestClient, { jobId }: JobState): Promise<void> {
  const ended = await client.until(
    'job.changed',
    (told) => told.jobId === jobId && !['waiting', 'running'].includes(told.state),
  );
  expect(ended).toMatchObject({ state: 'done', error: null });
}

async function expectRender(client: TestClient, projectId: string, renderId: string): Promise<void> {
  const { result } = (await client.call('renders.get', { projectId, renderId })) as { result: string };
  const { info } = await sharp(await client.download(result))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.width).toBeGreaterThan(0);
}

async function expectInstalled(client: TestClient, root: string): Promise<void> {
  const { packs } = await client.call('models.list');
  expect(packs.find(({ id }) => id === packId)!.components.map(({ state }) => state)).toEqual(['installed']);
  for (const [path, body] of Object.entries(weights)) {
    expect(readFileSync(join(root, 'models', packId, 'one', path)).equals(body)).toBe(true);
  }
}

async function expectWhole(path: string): Promise<void> {
  if (path.endsWith('.ora')) {
    expect(Object.keys(unzipSync(readFileSync(path)))).toContain('mergedimage.png');
  } else {
    await sharp(path).raw().toBuffer();
  }
}

function writeFile(path: string, body: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}
