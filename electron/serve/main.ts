/** `npm run serve`: the program in a browser tab, on this machine or at the other end of a tunnel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineEventLine, isEngineTrouble } from '../app/engine/engine-log.ts';
import { createStudio } from '../app/studio.ts';
import { exitCodeOf, StudioError } from '../contract/errors.ts';
import { parseOptions } from '../foundation/command-line/parse-options.ts';
import { type StudioFolders, studioFolders, thisMachine } from '../foundation/folders.ts';
import { type StudioLog, studioLog } from '../foundation/log/studio-log.ts';
import { type KnownHost, newToken, type PortClaim, RunningHosts } from './running-hosts.ts';
import { addressFor, type RunningServer, type ServerOptions, startServer } from './server.ts';

const DEFAULT_PORT = 4310;

const HELP = `Serves PnP-MIX Studio to a browser.

Usage: npm run serve -- [options]

Options:
  --port NUMBER      Port; ${DEFAULT_PORT} by default, 0 takes any that is free. Without it, a second start prints the
                     address of the program that runs already.
  --address ADDRESS  Address to listen on; 127.0.0.1 by default, which only this machine reaches. From another
                     machine, use a tunnel: ssh -L ${DEFAULT_PORT}:localhost:${DEFAULT_PORT} HOST
  --host-name NAME   A further name that browsers may call this host by; may be given more than once.
  --help             Show this help.`;

/** Runs until the process is asked to end. @returns the exit code */
export async function serve(args: readonly string[]): Promise<number> {
  try {
    const { values } = parse(args);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    await start({
      port: values.port === undefined ? undefined : portOf(values.port),
      address: values.address,
      hostNames: values['host-name'],
    });
    return 0;
  } catch (error) {
    const code = error instanceof StudioError ? error.code : 'INTERNAL';
    console.error(`error ${code}: ${error instanceof Error ? error.message : String(error)}`);
    return exitCodeOf(code);
  }
}

interface Place {
  /** undefined when it was not chosen. */
  readonly port: number | undefined;
  readonly address: string;
  readonly hostNames: readonly string[];
}

/** A second start is for the program that runs already, unless it is to listen elsewhere. */
async function start(place: Place): Promise<void> {
  const facts = thisMachine();
  const folders = studioFolders(facts);
  const hosts = new RunningHosts(folders.settings);
  const running = (await hosts.list()).filter(({ port }) => place.port === undefined || port === place.port);
  const log = studioLog(folders);
  if (running[0]) tellOf(running[0]);
  else await runUntilStopped(place, { facts, folders, hosts, log });
}

function tellOf({ address, port, token }: KnownHost): void {
  console.log(`PnP-MIX Studio runs already and is at ${addressFor(address, port, token)}`);
  console.log('Another one beside it: npm run serve -- --port 0');
}

interface Surroundings {
  readonly facts: ReturnType<typeof thisMachine>;
  readonly folders: StudioFolders;
  readonly hosts: RunningHosts;
  readonly log: StudioLog;
}

async function runUntilStopped(place: Place, { facts, folders, hosts, log }: Surroundings): Promise<void> {
  const onFault = (error: unknown, what: string) => {
    log.fault(error, what);
    console.error(`fault in ${what}:`, error);
  };
  // As in Electron: what is saved is safe, what runs goes on, and the log says what happened.
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
  try {
    const server = await listen(place, hosts, {
      studio,
      address: place.address,
      hostNames: [...place.hostNames, place.address],
      rendererFolder: join(folders.application, 'dist', 'renderer'),
      onFault,
    });
    // On standard output and nowhere else: it admits its reader.
    console.log(`PnP-MIX Studio is at ${server.url}`);
    console.log('Press Ctrl+C to end it; everything is saved.');
    await stopped;
    await server.close();
  } finally {
    await studio.close();
  }
}

/** Listens on the port that was asked for; on any other only where none was. */
async function listen(
  { port, address }: Place,
  hosts: RunningHosts,
  options: Omit<ServerOptions, 'port' | 'token'>,
): Promise<RunningServer> {
  try {
    return await listenOn(port ?? DEFAULT_PORT, hosts, options);
  } catch (error) {
    if (port !== undefined || !(error instanceof StudioError) || error.code !== 'ADDRESS_UNAVAILABLE')
      throw error;
    console.log(`Port ${DEFAULT_PORT} on ${address} is taken by another program; another is used.`);
    return listenOn(0, hosts, options);
  }
}

async function listenOn(
  wanted: number,
  hosts: RunningHosts,
  options: Omit<ServerOptions, 'port' | 'token'>,
): Promise<RunningServer> {
  // Which port is free is known once it is taken.
  if (wanted === 0) {
    const token = newToken();
    const server = await startServer({ ...options, port: 0, token });
    return untilClosed(server, await hosts.claim(server.port, options.address, token));
  }
  const claim = await hosts.claim(wanted, options.address);
  if (claim === undefined) {
    throw new StudioError(
      'ADDRESS_UNAVAILABLE',
      `PnP-MIX Studio is being started on port ${wanted} already. Wait a moment, then start it again.`,
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

function parse(args: readonly string[]) {
  const { values, positionals } = parseOptions(args, {
    port: { type: 'string' },
    address: { type: 'string', default: '127.0.0.1' },
    'host-name': { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  });
  if (positionals.length === 0) return { values };
  throw new StudioError('USAGE', `serve does not understand "${positionals.join(' ')}".`);
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

if (import.meta.main) process.exitCode = await serve(process.argv.slice(2));
