/** Renders of a real host on a farm, while workers, the host and Redis are killed: each is in the history once. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { ProjectFile } from '../../electron/projects/project-file.ts';
import { type ServeProcess, serveEnvironment, startServe } from '../electron/serve/serve-process.ts';
import { TestClient } from '../electron/serve/test-client.ts';
import { FarmProcesses } from './farm-processes.ts';

const WORKERS = ['a', 'b', 'c'];

/** @returns whether every job is done exactly once in the history, and none that was reported as done is missing */
export async function soakKills(
  parent: string,
  { jobs, kills, seed }: { readonly jobs: number; readonly kills: number; readonly seed: number },
): Promise<boolean> {
  const root = join(parent, 'kills');
  mkdirSync(root);
  const environment = await serveEnvironment(root);
  const pack = join(root, 'packs', 'starter');
  const farm = await FarmProcesses.start(root);
  const settings = join(root, 'settings');
  mkdirSync(settings, { recursive: true });
  writeFileSync(
    join(settings, 'farms.json'),
    JSON.stringify({ version: 1, farms: [{ name: 'farm', url: farm.url, keyFile: farm.keyFile }] }),
  );
  let host: ServeProcess | undefined;
  const random = xoroshiro128plus(seed);
  const below = (count: number) => uniformInt(random, 0, count - 1);
  const counts = { worker: 0, redis: 0, host: 0 };
  let path: string | undefined;
  let page: { client: TestClient; projectId: string };

  /** Opens the project; the host asks for its noted renders by itself; queues those that nobody knows. */
  const begin = async () => {
    host = await startServe(environment);
    const client = await TestClient.connect(host.url);
    // It ends with its host, which is expected here.
    client.socket.on('error', () => undefined);
    const state =
      path === undefined
        ? await client.call('project.openSample')
        : await client.call('project.open', { path });
    path = state.path;
    const { projectId } = state;
    page = { client, projectId };
    const { document } = await client.call('project.state', { projectId });
    const known = new Set([...seedsInHistory(path), ...seedsInJournal(settings)]);
    for (let job = 0; job < jobs; job++) {
      if (known.has(job)) continue;
      // Long enough that most kills hit one.
      const parameters = { ...document.parameters, seed: job, steps: 30 };
      await client.call('renders.enqueue', {
        projectId,
        document: { ...document, parameters },
        renderOn: 'farm',
      });
    }
  };
  /** A dead host sends no more answers; what it reported before counts. */
  const note = () => {
    for (const { event, payload } of page.client.events) {
      if (event === 'render.changed' && payload.render.state === 'done')
        acknowledgedIds.add(payload.render.renderId);
    }
  };
  const acknowledgedIds = new Set<string>();

  const startMs = performance.now();
  try {
    for (const name of WORKERS) farm.startWorker(name, pack);
    await farm.worker('a').heard('worker.ready');
    await begin();
    for (let kill = 0; kill < kills; kill++) {
      await delay(50 + below(1500));
      const dice = below(10);
      if (dice < 6) {
        const name = WORKERS[below(WORKERS.length)]!;
        await farm.killWorker(name);
        farm.startWorker(name, pack);
        counts.worker++;
      } else if (dice < 8) {
        await farm.restartRedis();
        counts.redis++;
      } else {
        note();
        const exited = once(host!.child, 'exit');
        host!.child.kill('SIGKILL');
        await exited;
        if (host!.errors() !== '') throw new Error(host!.errors());
        note();
        await begin();
        counts.host++;
      }
      if (kill % 10 === 9) {
        const stored = seedsInHistory(path!).length;
        console.log(`kills: ${kill + 1} kills, ${stored} of ${jobs} renders stored`);
      }
    }
    while (new Set(seedsInHistory(path!)).size < jobs) await delay(500);
    note();
    page!.client.close();
    await host!.stop();
  } finally {
    host?.child.kill('SIGKILL');
    await farm.end();
  }
  const stored = seedsInHistory(path!);
  const ids = idsInHistory(path!);
  const lost = [...acknowledgedIds].filter((id) => !ids.has(id));
  const isOnce = stored.length === jobs && new Set(stored).size === jobs;
  console.log(
    `kills: ${kills} (${counts.worker} of workers, ${counts.redis} of Redis, ${counts.host} of the host) in ` +
      `${Math.round((performance.now() - startMs) / 1000)} s; ${stored.length} renders of ${jobs} jobs stored, ` +
      `${new Set(stored).size} different; ${acknowledgedIds.size} acknowledged, ${lost.length} of them lost`,
  );
  return isOnce && lost.length === 0;
}

/** Seeds of the renders that are done. */
function seedsInHistory(path: string): number[] {
  return withProject(path, (file) =>
    file
      .renders({ limit: 100_000 })
      .filter(({ failure }) => failure === null)
      .map(({ id }) => file.render(id).request!.parameters.seed),
  );
}

function idsInHistory(path: string): Set<string> {
  return withProject(path, (file) => new Set(file.renders({ limit: 100_000 }).map(({ id }) => id)));
}

function withProject<Value>(path: string, read: (file: ProjectFile) => Value): Value {
  const file = ProjectFile.open(path, { readOnly: true });
  try {
    return read(file);
  } finally {
    file.close();
  }
}

function seedsInJournal(settings: string): number[] {
  const folder = join(settings, 'farm-renders');
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => {
        const entry = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
          request: { parameters: { seed: number } };
        };
        return entry.request.parameters.seed;
      });
  } catch {
    return [];
  }
}
