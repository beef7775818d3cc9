/**
 * `bench farm-throughput`: a farm of real processes on the starter pack: two workers of one thread each against one of
 * them, the time of a job beside the engine, and what a job costs Redis.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadScene } from '../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../electron/app/scenes/scene-request.ts';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { FarmClient } from '../../electron/farm/client/farm-client.ts';
import { connectFarm } from '../../electron/farm/farm-connection.ts';
import type { CommandContext } from '../../electron/foundation/command-line/command.ts';
import { FarmProcesses } from '../soak/farm-processes.ts';

const JOBS = 12;
const STEPS = 4;
const IDLE_S = 10;

export interface ThroughputReport {
  readonly cores: number;
  readonly jobs: number;
  readonly oneWorkerPerS: number;
  readonly twoWorkersPerS: number;
  readonly ratio: number;
  /** Mean number of the two engines at work; unlike the ratio, it does not depend on what else the machine does. */
  readonly enginesAtWork: number;
  /** From claim to result, beside the engine: the worker's own measure. */
  readonly workerOverheadMs: number;
  /** From the client's call to its result, beside the engine, for one job after another. */
  readonly clientOverheadMs: number;
  readonly engineMs: number;
  readonly commandsPerJob: number;
  readonly bytesPerJob: number;
  readonly redisCpuMsPerJob: number;
  readonly commandsPerWorkerS: number;
  readonly redisCpuMsPerWorkerS: number;
}

export async function benchFarmThroughput({ print }: CommandContext): Promise<ThroughputReport> {
  const root = mkdtempSync(join(tmpdir(), 'pnpmix-farm-bench-'));
  const pack = await packFolder('starter');
  const farm = await FarmProcesses.start(root);
  let client: FarmClient | undefined;
  try {
    const cores = availableParallelism();
    const connection = await connectFarm({ url: farm.url, keyFile: farm.keyFile });
    // What Redis does without anyone, to tell it from what workers cost.
    const unused = await redisFigures(connection.redis);
    await delay(IDLE_S * 1000);
    const empty = await redisFigures(connection.redis);
    const workers = ['one', 'two'].map((name, core) => farm.startWorker(name, pack, 30, core % cores));
    await Promise.all(workers.map((worker) => worker.heard('worker.ready')));
    client = await FarmClient.connect({ url: farm.url, keyFile: farm.keyFile });
    const scene = await loadScene(join(pack, 'scenes', 'two-concepts', 'scene.json'));
    const [offered] = await client.models();
    const render = (beta: number, outputId: string) =>
      client!.render(makeRequest(scene, offered!.pack, { parameters: { steps: STEPS, beta } }), {
        outputId,
        signal: new AbortController().signal,
        readAsset: assetReader(scene),
      });
    let count = 0;
    const many = async (jobs: number) => {
      const run = `${count++}`;
      const startMs = performance.now();
      const results = await Promise.all(
        Array.from({ length: jobs }, (_, job) => render(job / jobs, `${run} ${job}`)),
      );
      const wallMs = performance.now() - startMs;
      const engineMs = results.reduce((sum, { totalMs }) => sum + totalMs, 0);
      return { perS: (jobs * 1000) / wallMs, atWork: engineMs / wallMs };
    };
    // Both workers load the models and have the scene's inversions before anything is measured.
    const warm = async () => {
      for (const { log } of workers) {
        while (!log.some(({ event }) => event === 'job.done')) await many(2);
      }
    };
    await warm();
    const before = await redisFigures(connection.redis);
    const two = await many(2 * JOBS);
    const after = await redisFigures(connection.redis);
    await delay(IDLE_S * 1000);
    const idle = await redisFigures(connection.redis);

    // The other one drains; the first keeps its models.
    workers[1]!.child.kill('SIGTERM');
    await workers[1]!.ended;
    const ones = [await many(JOBS), await many(JOBS)];
    const alone: { totalMs: number; engineMs: number }[] = [];
    for (let job = 0; job < JOBS; job++) {
      const startMs = performance.now();
      const { totalMs } = await render(job / JOBS, `alone ${job}`);
      alone.push({ totalMs: performance.now() - startMs, engineMs: totalMs });
    }
    connection.disconnect();
    const idlePerS = (read: (figures: RedisFigures) => number) =>
      (read(idle) - read(after) - (read(empty) - read(unused))) / IDLE_S;
    const perJob = (read: (figures: RedisFigures) => number) => (read(after) - read(before)) / (2 * JOBS);
    const overheads = workers.flatMap(({ log }) =>
      log.filter(({ event }) => event === 'job.done').map(({ overheadMs }) => Number(overheadMs)),
    );
    const oneWorkerPerS = (ones[0]!.perS + ones[1]!.perS) / 2;
    const report: ThroughputReport = {
      cores,
      jobs: JOBS,
      oneWorkerPerS,
      twoWorkersPerS: two.perS,
      ratio: two.perS / oneWorkerPerS,
      enginesAtWork: two.atWork,
      workerOverheadMs: median(overheads),
      clientOverheadMs: median(alone.map(({ totalMs, engineMs }) => totalMs - engineMs)),
      engineMs: median(alone.map(({ engineMs }) => engineMs)),
      commandsPerJob: perJob(({ commands }) => commands),
      bytesPerJob: perJob(({ bytes }) => bytes),
      redisCpuMsPerJob: perJob(({ cpuMs }) => cpuMs),
      commandsPerWorkerS: idlePerS(({ commands }) => commands) / workers.length,
      redisCpuMsPerWorkerS: idlePerS(({ cpuMs }) => cpuMs) / workers.length,
    };
    for (const [name, value] of Object.entries(report))
      print(`${name.padEnd(22)} ${Number(value).toPrecision(4)}`);
    return report;
  } finally {
    await client?.close();
    await farm.end();
    rmSync(root, { recursive: true, force: true });
  }
}

interface RedisFigures {
  readonly commands: number;
  readonly bytes: number;
  readonly cpuMs: number;
}

async function redisFigures(redis: { info(): Promise<string> }): Promise<RedisFigures> {
  const info = await redis.info();
  const number = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)![1]);
  return {
    commands: number('total_commands_processed'),
    bytes: number('total_net_input_bytes') + number('total_net_output_bytes'),
    cpuMs: 1000 * (number('used_cpu_user') + number('used_cpu_sys')),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
