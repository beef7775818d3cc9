/** `serve`: the program in a browser tab, on this machine or at the other end of a tunnel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineEventLine, isEngineTrouble } from '../app/engine/engine-log.ts';
import { createStudio, type Studio } from '../app/studio.ts';
import { StudioError } from '../contract/errors.ts';
import type { Command, CommandContext, CommandOption } from '../foundation/command-line/command.ts';
import { type StudioFolders, studioFolders, thisMachine } from '../foundation/folders.ts';
import { type StudioLog, studioLog } from '../foundation/log/studio-log.ts';
import { metricsOptions, readMetricsPlace, serveMetrics } from '../foundation/metrics-server.ts';
import { type KnownHost, newToken, type PortClaim, RunningHosts } from './running-hosts.ts';
import { addressFor, type RunningServer, type ServerOptions, startServer } from './server.ts';

const DEFAULT_PORT = 4310;

export const serveOptions = {
  port: {
    value: 'NUMBER',
    description: `Port; ${DEFAULT_PORT} by default, 0 picks a free one.`,
  },
  address: {
    value: 'ADDRESS',
    description: 'Address to listen on; 127.0.0.1 by default, which only this machine can reach.',
  },
  'host-name': {
    value: 'NAME',
    multiple: true,
    description: 'A further host name that browsers may use.',
  },
  ...metricsOptions,
} as const satisfies Record<string, CommandOption>;

const SERVE_DETAILS =
  `From another machine, use a tunnel: ssh -L ${DEFAULT_PORT}:localhost:${DEFAULT_PORT} HOST\n` +
  'A second start without --port prints the address of the running program.';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serves the program to a browser.',
  usage: '[options]',
  details: SERVE_DETAILS,
  operands: [],
  options: serveOptions,
  run: serve,
};

/** Runs until the process receives a termination signal. */
export async function serve(context: CommandContext): Promise<void> {
  const { options } = context;
  const port = options.text('port');
  const place = {
    port: port === undefined ? undefined : portOf(port),
    address: options.text('address') ?? '127.0.0.1',
    hostNames: options.texts('host-name'),
    metrics: readMetricsPlace(options),
  };
  await start(place, context);
}

interface Place {
  /** undefined if not chosen. */
  readonly port: number | undefined;
  readonly address: string;
  readonly hostNames: readonly string[];
  readonly metrics: ReturnType<typeof readMetricsPlace>;
}

/** A second start refers to the running program, unless it should listen elsewhere. */
async function start(place: Place, context: CommandContext): Promise<void> {
  const facts = thisMachine();
  const folders = studioFolders(facts);
  const hosts = new RunningHosts(folders.settings);
  const running = (await hosts.list()).filter(({ port }) => place.port === undefined || port === place.port);
  const log = studioLog(folders);
  if (running[0]) printRunningHost(running[0], context);
  else await runUntilStopped(place, { facts, folders, hosts, log, context });
}

function printRunningHost({ address, port, token }: KnownHost, { print, result }: CommandContext): void {
  const url = addressFor(address, port, token);
  result({ url, ranAlready: true });
  print(`PnP-MIX Studio is already running at ${url}`);
  print('To start another one: npx pnpmix serve --port 0');
}

interface Surroundings {
  readonly facts: ReturnType<typeof thisMachine>;
  readonly folders: StudioFolders;
  readonly hosts: RunningHosts;
  readonly log: StudioLog;
  readonly context: CommandContext;
}

async function runUntilStopped(
  place: Place,
  { facts, folders, hosts, log, context }: Surroundings,
): Promise<void> {
  const onFault = (error: unknown, what: string) => {
    log.fault(error, what);
    console.error(`fault in ${what}:`, error);
  };
  // As in Electron: saved work is safe, running work continues, and the log records the fault.
  process.on('uncaughtException', (error) => onFault(error, 'the host'));
  process.on('unhandledRejection', (error) => onFault(error, 'the host'));
  const studio = await createStudio({
    host: { kind: 'browser', version: versionIn(folders.application), dialogs: null },
    facts,
    folders,
    log,
    engineLog: (event) => {
      if (isEngineTrouble(event)) console.error(engineEventLine(event));
    },
  });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  let metrics: Awaited<ReturnType<typeof serveMetrics>> | undefined;
  try {
    if (place.metrics !== undefined) metrics = await startMetrics(studio, place.metrics);
    const server = await listen(place, hosts, context, {
      studio,
      address: place.address,
      hostNames: [...place.hostNames, place.address],
      rendererFolder: join(folders.application, 'dist', 'renderer'),
      onFault,
    });
    // Only on standard output: the address admits its reader.
    context.result({ url: server.url, ranAlready: false, metrics: metrics?.url ?? null });
    context.print(`PnP-MIX Studio is at ${server.url}`);
    if (metrics !== undefined) context.print(`Metrics are at ${metrics.url}`);
    context.print('Press Ctrl-C to end it; everything is saved.');
    await stopped;
    await server.close();
  } finally {
    await metrics?.close();
    await studio.close();
  }
}

async function startMetrics(studio: Studio, place: { readonly port: number; readonly address: string }) {
  // Loaded only by those who ask for it.
  const { HostMetrics } = await import('../app/host-metrics.ts');
  const metrics = new HostMetrics(async (projectId, renderId) => {
    const asked = studio.handlers['renders.get']({ projectId, renderId }, { clientId: 'metrics' });
    return (await asked).metrics.unetRows;
  });
  studio.listen((event) => metrics.count(event));
  return serveMetrics(metrics.registry, place);
}

/** Listens on the requested port; on any other only if none was requested. */
async function listen(
  { port, address }: Place,
  hosts: RunningHosts,
  { print }: CommandContext,
  options: Omit<ServerOptions, 'port' | 'token'>,
): Promise<RunningServer> {
  try {
    return await listenOn(port ?? DEFAULT_PORT, hosts, options);
  } catch (error) {
    if (port !== undefined || !(error instanceof StudioError) || error.code !== 'ADDRESS_UNAVAILABLE')
      throw error;
    print(`Another program uses port ${DEFAULT_PORT} on ${address}; choosing another port.`);
    return listenOn(0, hosts, options);
  }
}

async function listenOn(
  wanted: number,
  hosts: RunningHosts,
  options: Omit<ServerOptions, 'port' | 'token'>,
): Promise<RunningServer> {
  // Whether a port is free shows only when it is taken.
  if (wanted === 0) {
    const token = newToken();
    const server = await startServer({ ...options, port: 0, token });
    try {
      return untilClosed(server, await hosts.claim(server.port, options.address, token));
    } catch (error) {
      // A server that listens keeps the process from ending.
      await server.close();
      throw error;
    }
  }
  const claim = await hosts.claim(wanted, options.address);
  if (claim === undefined) {
    throw new StudioError(
      'ADDRESS_UNAVAILABLE',
      `PnP-MIX Studio is already starting on port ${wanted}. Wait a moment, then start it again.`,
    );
  }
  try {
    return untilClosed(await startServer({ ...options, port: wanted, token: claim.token }), claim);
  } catch (error) {
    claim.release();
    throw error;
  }
}

function untilClosed(server: RunningServer, claim: PortClaim | undefined): RunningServer {
  return { ...server, close: () => server.close().finally(() => claim?.release()) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new StudioError('USAGE', `--port takes a number from 0 to 65535, not "${text}".`);
}

function versionIn(applicationFolder: string): string {
  const { version } = JSON.parse(readFileSync(join(applicationFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
