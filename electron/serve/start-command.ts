/** `start`: the program in a window of its own where Electron is installed, and in a browser tab otherwise. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StudioError } from '../contract/errors.ts';
import type { Command, CommandContext } from '../foundation/command-line/command.ts';
import { findElectron } from './electron-binary.ts';
import { serve, serveOptions } from './serve-command.ts';

const applicationFolder = fileURLToPath(new URL('../..', import.meta.url));

export const startCommand: Command = {
  name: 'start',
  summary: 'Opens the program: in a window of its own, or in a browser tab.',
  usage: '[PROJECT...] [options] [-- ELECTRON-SWITCH...]',
  details:
    'The window is Electron’s. Without Electron’s binary or a display the program is served to a browser; the options\n' +
    'are for that alone.',
  options: serveOptions,
  run: start,
};

async function start(context: CommandContext): Promise<void> {
  const { positionals, print, result } = context;
  if (!existsSync(join(applicationFolder, 'dist', 'renderer', 'index.html'))) runScript('build:renderer');
  const electron = findElectron({
    packageFolder: join(applicationFolder, 'node_modules', 'electron'),
    environment: process.env,
  });
  if ('reason' in electron) {
    if (positionals.length > 0) {
      throw new StudioError(
        'USAGE',
        `There is no window to open ${positionals.join(' ')} in, since ${electron.reason}. Start the program alone, ` +
          'and open the project in the browser.',
      );
    }
    print(`No window of its own, since ${electron.reason}; the program opens in a browser instead.`);
    await serve(context);
    return;
  }
  runScript('build:host');
  const { status, signal, error } = spawnSync(electron.path, [applicationFolder, ...positionals], {
    // With --json, standard output holds the result alone.
    stdio: ['inherit', context.options.has('json') ? process.stderr : 'inherit', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`Electron ended with ${signal ?? status}.`);
  result({ window: 'closed' });
}

/** Runs one of the package's scripts; what it prints goes to standard error. */
function runScript(name: string): void {
  const { status, error } = spawnSync('npm', ['run', '--silent', name], {
    cwd: applicationFolder,
    stdio: ['inherit', process.stderr, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm run ${name} ended with ${status}.`);
}
