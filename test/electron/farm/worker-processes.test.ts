/** Workers as separate processes with the tiny pack, and a sweep of the command line that they share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { ProtocolReport } from '../../../electron/evaluation/report/summary.ts';
import { isAlive } from '../app/engine/tiny-engine.ts';
import { runWithPack, useCommandFixture } from '../cli/command-fixture.ts';
import { runCommand } from '../cli/run-command.ts';
import { writeJson } from '../inference/tiny-pack.ts';
import { children } from '../serve/process-tree.ts';
import { hasRedis, useFarm } from './farm-fixture.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

const fixture = useCommandFixture();
const farm = useFarm();
const processes: WorkerProcess[] = [];
afterAll(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
});

function startNamed(name: string): WorkerProcess {
  const { url, keyFile } = farm.address;
  const started = startWorker(
    [
      ...['--queue', url, '--key', keyFile, '--pack', fixture.pack, '--device', 'cpu', '--name', name],
      ...['--lock-seconds', '1', '--metrics-port', '0'],
    ],
    { PNPMIX_CACHE_DIR: join(fixture.root, `cache-${name}`) },
  );
  processes.push(started);
  return started;
}

function composeOnFarm(out: string, ...args: string[]) {
  const { url, keyFile } = farm.address;
  return runCommand(['compose', fixture.scenePath, '--out', out, '--queue', url, '--key', keyFile, ...args]);
}

/** A protocol on the farm, cancelled in the middle and continued, against the same on this machine alone. */
async function evaluateOnBoth(workers: readonly WorkerProcess[]): Promise<void> {
  const protocol = join(fixture.root, 'protocol.json');
  const base = { version: 1, name: 'p', seeds: [0, 1, 2], rows: ['a', 'e'], recommended: false };
  writeJson(protocol, { ...base, baselines: [], sets: [{ id: 'one', scene: fixture.scenePath }] });
  const { url, keyFile } = farm.address;
  const evaluate = (out: string, args: string[] = [], signal?: AbortSignal) =>
    runCommand(
      [
        ...['evaluate', '--protocol', protocol, '--pack', fixture.pack, '--device', 'cpu'],
        ...['--out', join(fixture.root, out), ...args],
      ],
      signal,
    );
  expect((await evaluate('protocol-local')).exitCode).toBe(0);
  const onFarm = ['--queue', url, '--key', keyFile];
  const stop = new AbortController();
  const cancelled = evaluate('protocol-farm', onFarm, stop.signal);
  await Promise.race(workers.map((worker) => worker.heard('job.done')));
  stop.abort();
  expect([0, 130]).toContain((await cancelled).exitCode);
  const { exitCode, err } = await evaluate('protocol-farm', onFarm);
  expect([exitCode, err]).toEqual([0, '']);
  const pictures = (out: string) => {
    const folder = join(fixture.root, out);
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as ProtocolReport;
    return report.pictures.map(({ file, set, seed, method, scores, request }) => {
      const bytes = readFileSync(join(folder, file)).toString('base64');
      return { set, seed, method, scores, request, bytes };
    });
  };
  expect(pictures('protocol-farm')).toHaveLength(6);
  expect(pictures('protocol-farm')).toEqual(pictures('protocol-local'));
  const done = workers.flatMap(({ log }) => log.filter(({ event }) => event === 'job.done'));
  expect(done.length).toBeGreaterThanOrEqual(6);
  const refused = await evaluate('protocol-refused', [...onFarm, '--only', 'total-time']);
  expect(refused.err).toContain('without --queue');
}

describe.skipIf(!hasRedis)('two workers', () => {
  test.skipIf(process.platform !== 'linux')(
    'share a sweep; one is ended in the middle of a job, the other takes it over; the bytes equal those of one machine',
    async () => {
      const [killed, kept] = [startNamed('killed'), startNamed('kept')];
      const sweep = ['--sweep', 'alpha=0,0.3', 'beta=0.4,0.8', '--steps', '16'];
      const [local, onFarm] = [join(fixture.root, 'local.png'), join(fixture.root, 'farm.png')];
      const rendered = await runWithPack(fixture, 'compose', fixture.scenePath, '--out', local, ...sweep);
      expect(rendered.err).not.toContain('error');
      await Promise.all([killed.heard('worker.ready'), kept.heard('worker.ready')]);
      await evaluateOnBoth([killed, kept]);
      const jobs = ({ log }: WorkerProcess, event: string) => log.filter((entry) => entry.event === event);
      const before = { claimed: jobs(killed, 'job.claimed').length, done: jobs(kept, 'job.done').length };

      // Its engine stands still, as in a native call of minutes, and hears nothing. The second signal ends both at once.
      const [engine] = children(killed.child.pid!);
      process.kill(engine!, 'SIGSTOP');
      const composing = composeOnFarm(onFarm, ...sweep);
      await expect.poll(() => jobs(killed, 'job.claimed')[before.claimed]).toBeDefined();
      const { jobId } = jobs(killed, 'job.claimed')[before.claimed]!;
      killed.child.kill('SIGTERM');
      await killed.heard('worker.draining');
      killed.child.kill('SIGTERM');
      expect(await killed.ended).toEqual([null, 'SIGTERM']);
      await expect.poll(() => isAlive(engine!)).toBe(false);
      expect((await composing).exitCode).toBe(0);
      expect(readFileSync(onFarm).equals(readFileSync(local))).toBe(true);
      const done = jobs(kept, 'job.done').map((entry) => entry.jobId);
      expect(done.slice(before.done)).toHaveLength(4);
      expect(done).toContain(jobId);

      const { metrics } = await kept.heard('worker.ready');
      const figures = await (await fetch(String(metrics))).text();
      expect(figures).toContain(`pnpmix_jobs_total{outcome="done"} ${done.length}`);
      expect(figures).toMatch(/pnpmix_queue_jobs\{model="[0-9a-f]+",state="waiting"\} 0/);
      expect(figures).toContain(`pnpmix_job_overhead_seconds_count ${done.length}`);

      const status = () =>
        runCommand(['farm', 'status', '--queue', farm.address.url, '--key', farm.address.keyFile]);
      await expect
        .poll(async () => (await status()).out)
        .toMatch(
          new RegExp(
            `kept \\(.+\\): idle, ${done.length} job\\(s\\) done, Tiny[^]+Tiny \\(tiny\\): 0 waiting, 0 running, \\d failed`,
          ),
        );

      // SIGTERM: the running job is finished first.
      const [lastEngine] = children(kept.child.pid!);
      process.kill(lastEngine!, 'SIGSTOP');
      const claims = () => jobs(kept, 'job.claimed').length;
      const claimed = claims();
      const last = composeOnFarm(join(fixture.root, 'last.png'), '--steps', '16');
      await expect.poll(claims, { interval: 5 }).toBe(claimed + 1);
      kept.child.kill('SIGTERM');
      await kept.heard('worker.draining');
      process.kill(lastEngine!, 'SIGCONT');
      expect((await last).exitCode).toBe(0);
      expect(await kept.ended).toEqual([0, null]);
      expect(kept.log.map(({ event }) => event).slice(-3)).toEqual([
        'worker.draining',
        'job.done',
        'worker.ended',
      ]);
    },
  );

  test('a farm accepts complete scenes and no engine options, and says what it has', async () => {
    const out = join(fixture.root, 'refused.png');
    for (const args of [
      ['--device', 'cpu'],
      ['--lora', 'a.safetensors'],
      ['--trace', join(fixture.root, 't')],
    ]) {
      const refused = await composeOnFarm(out, ...args);
      expect(refused.exitCode).toBe(2);
    }
    const unknown = await composeOnFarm(out, '--pack', 'sd21');
    expect(unknown.err).toContain('FARM_MODEL_UNKNOWN');
    expect(unknown.err).toContain('tiny 1.0.0');
    const keyless = await runCommand([
      'compose',
      fixture.scenePath,
      '--out',
      out,
      '--queue',
      farm.address.url,
    ]);
    expect(keyless.err).toContain('pnpmix farm key');
  });

  test('a farm can be added under a name, which replaces its address', async () => {
    vi.stubEnv('PNPMIX_SETTINGS_DIR', join(fixture.root, 'settings'));
    const { url, keyFile } = farm.address;
    expect((await runCommand(['farm', 'add', 'studio', '--queue', url, '--key', keyFile])).exitCode).toBe(0);
    expect((await runCommand(['farm', 'list'])).out).toBe(`studio: ${url}, key ${keyFile}\n`);
    expect((await runCommand(['farm', 'status', '--queue', 'studio'])).out).toContain(url);
    expect((await runCommand(['farm', 'status', '--queue', 'another'])).err).toContain('FARM_UNKNOWN');
    await runCommand(['farm', 'remove', 'studio']);
    expect((await runCommand(['farm', 'list'])).out).toContain('farm add');
    const gone = await runCommand([
      'farm',
      'add',
      'gone',
      '--queue',
      'redis://127.0.0.1:1',
      '--key',
      keyFile,
    ]);
    expect(gone.err).toContain('FARM_UNREACHABLE');
  });
});
