/** `npm run serve`: the program in a browser tab, on this machine or at the other end of a tunnel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineEventLine, isEngineTrouble } from '../app/engine/engine-log.ts';
import { createStudio } from '../app/studio.ts';
import { studioFolders, thisMachine } from '../app/studio-folders.ts';
import { exitCodeOf, StudioError } from '../contract/errors.ts';
import { parseOptions } from '../foundation/command-line/parse-options.ts';
import { startServer } from './server.ts';

const DEFAULT_PORT = 4310;

const HELP = `Serves PnP-MIX Studio to a browser.

Usage: npm run serve -- [options]

Options:
  --port NUMBER      Port; ${DEFAULT_PORT} by default, 0 takes any that is free.
  --address ADDRESS  Address to listen on; 127.0.0.1 by default, which only this machine reaches. From another
                     machine, use a tunnel: ssh -L ${DEFAULT_PORT}:localhost:${DEFAULT_PORT} HOST
  --host-name NAME   A further name that browsers may call this host by; may be given more than once.
  --help             Show this help.`;

/** Runs until the process is told to end. @returns the exit code */
export async function serve(args: readonly string[]): Promise<number> {
  try {
    const { values } = parse(args);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    await runUntilStopped(portOf(values.port), values.address, values['host-name']);
    return 0;
  } catch (error) {
    const code = error instanceof StudioError ? error.code : 'INTERNAL';
    console.error(`error ${code}: ${error instanceof Error ? error.message : String(error)}`);
    return exitCodeOf(code);
  }
}

async function runUntilStopped(port: number, address: string, hostNames: readonly string[]): Promise<void> {
  const facts = thisMachine();
  const folders = studioFolders(facts);
  const studio = await createStudio({
    host: { kind: 'browser', version: versionIn(folders.application), dialogs: null },
    facts,
    folders,
    engineLog: (event) => {
      if (isEngineTrouble(event)) console.error(engineEventLine(event));
    },
  });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  try {
    const server = await startServer({
      studio,
      address,
      port,
      hostNames: [...hostNames, address],
      rendererFolder: join(folders.application, 'dist', 'renderer'),
      onFault: (error, what) => console.error(`fault in ${what}:`, error),
    });
    // On standard output and nowhere else: whoever reads it is let in.
    console.log(`PnP-MIX Studio is at ${server.url}`);
    console.log('Press Ctrl+C to end it; everything is saved.');
    await stopped;
    await server.close();
  } finally {
    await studio.close();
  }
}

function parse(args: readonly string[]) {
  const { values, positionals } = parseOptions(args, {
    port: { type: 'string', default: String(DEFAULT_PORT) },
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
