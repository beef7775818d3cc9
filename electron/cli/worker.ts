/** `worker`: renders a farm's jobs on this machine until it is stopped. */
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import manifest from '../../package.json' with { type: 'json' };
import { publishAssetStore } from '../farm/assets/open-asset-store.ts';
import { connectFarm } from '../farm/farm-connection.ts';
import { waitingListKey } from '../farm/farm-names.ts';
import { FarmWorker, type WorkerEvent } from '../farm/worker/farm-worker.ts';
import { WorkerMetrics } from '../farm/worker/worker-metrics.ts';
import type { Command, CommandContext } from '../foundation/command-line/command.ts';
import { withoutQuotes } from '../foundation/log/fault-facts.ts';
import { metricsOptions, readMetricsPlace, serveMetrics } from '../foundation/metrics-server.ts';
import { openCommandEngine } from './command-engine.ts';
import { engineOptions, readEngineChoice } from './engine-options.ts';
import { farmOptions, requireFarm } from './farm-options.ts';

export const workerCommand: Command = {
  name: 'worker',
  summary: 'Renders jobs of a farm on this machine.',
  usage: '--queue redis://HOST:PORT --key FILE [options]',
  details:
    'A worker has one engine, on one device, with one model; start another worker for another device or model.\n' +
    'It logs one line of JSON per event. SIGTERM or Ctrl-C: it finishes its job, then ends; a second one ends it at\n' +
    'once, and another worker takes the job over. See docs/farm.md.',
  operands: [],
  options: {
    ...farmOptions,
    ...engineOptions,
    name: { value: 'NAME', description: 'Name of this machine for people; its host name by default.' },
    ...metricsOptions,
    'lock-seconds': {
      value: 'NUMBER',
      description: 'After so long without a sign of life, a job is given to another worker; 30 by default.',
    },
  },
  run: runWorker,
};

async function runWorker(context: CommandContext): Promise<void> {
  const { options, progress, result, print } = context;
  const address = await requireFarm(options, process.env);
  const lockSeconds = options.number('lock-seconds', { minimum: 1, maximum: 3600, isWhole: false }) ?? 30;
  const metricsPlace = readMetricsPlace(options);
  const { device: deviceChoice } = await readEngineChoice(options);
  const stop = stopSignals();
  const log: Logger = pino(
    { base: { pid: process.pid }, formatters: { level: (level) => ({ level }) } },
    pino.destination({ dest: 2, sync: true }),
  );
  const connection = await connectFarm(address);
  const give = (error: unknown): never => {
    connection.disconnect();
    throw error;
  };
  const assets = await publishAssetStore(connection, address.assets).catch(give);
  const engine = await openCommandEngine(options, stop.now, progress).catch(give);
  progress.end();
  const metrics = new WorkerMetrics();
  const machine = options.text('name') ?? hostname();
  let metricsServer: Awaited<ReturnType<typeof serveMetrics>> | undefined;
  let worker: FarmWorker | undefined;
  try {
    worker = new FarmWorker({
      connection,
      assets,
      engine,
      pack: engine.pack,
      device: { deviceChoice, device: engine.device },
      machine,
      version: manifest.version,
      limits: { lockMs: lockSeconds * 1000, takeOverEveryMs: (lockSeconds * 1000) / 2 },
      onEvent: (event) => {
        metrics.count(event);
        logEvent(log, event);
      },
    });
    await worker.ready();
    if (metricsPlace !== undefined) {
      metrics.watchQueue(connection, worker.model);
      metricsServer = await serveMetrics(metrics.registry, metricsPlace);
    }
    const facts = {
      queue: connection.server,
      machine,
      pack: engine.pack.identity.id,
      device: engine.device.device,
      waitingList: waitingListKey(connection.key, worker.model),
      metrics: metricsServer?.url ?? null,
    };
    log.info({ event: 'worker.ready', ...facts });
    result(facts);
    print(`Rendering jobs of ${facts.queue} for ${engine.pack.name} on ${engine.device.name}.`);
    await stop.drain;
    log.info({ event: 'worker.draining' });
    await worker.drain();
    log.info({ event: 'worker.ended' });
  } finally {
    stop.forget();
    await metricsServer?.close();
    await engine.close();
    connection.disconnect();
  }
}

/** The first signal drains; the second ends the process at once, with its engine. */
function stopSignals() {
  const { promise: drain, resolve } = Promise.withResolvers<void>();
  const now = new AbortController();
  const names = ['SIGINT', 'SIGTERM'] as const;
  let isDraining = false;
  const listen = (name: NodeJS.Signals) => {
    if (isDraining) {
      forget();
      // The engine's own handler, which this adds, hears the signal: it ends the engine first.
      now.abort();
      process.kill(process.pid, name);
      return;
    }
    isDraining = true;
    resolve();
  };
  const forget = () => {
    for (const name of names) process.off(name, listen);
  };
  for (const name of names) process.on(name, listen);
  return { drain, now: now.signal, forget };
}

/** Logs jobs by their ids; no prompts, names or pictures. */
function logEvent(log: Logger, { kind, ...facts }: WorkerEvent): void {
  const entry = {
    event: `job.${kind}`,
    ...facts,
    ...('message' in facts && { message: withoutQuotes(facts.message) }),
  };
  if (kind === 'failed' || kind === 'lockLost' || kind === 'connectionLost') log.warn(entry);
  else log.info(entry);
}
