/** `start`: opens the program in its own window if Electron is installed, otherwise in a browser tab. */
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
  summary: 'Opens the program in its own window, or in a browser tab.',
  usage: '[PROJECT...] [options] [-- ELECTRON-SWITCH...]',
  details:
    'Without Electron’s binary or a display, the program opens in a browser; the options\n' +
    'apply only to that.',
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
        `There is no window to open ${positionals.join(' ')} in, because ${electron.reason}. Start the program without it, ` +
          'and open the project in the browser.',
      );
    }
    print(`The program opens in a browser, because ${electron.reason}.`);
    await serve(context);
    return;
  }
  runScript('build:host');
  const { status, signal, error } = spawnSync(electron.path, [applicationFolder, ...positionals], {
    // With --json, standard output contains only the result.
    stdio: ['inherit', context.options.has('json') ? process.stderr : 'inherit', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`Electron ended with ${signal ?? status}.`);
  result({ window: 'closed' });
}

/** Runs one of the package's scripts; its output goes to standard error. */
function runScript(name: string): void {
  const { status, error } = spawnSync('npm', ['run', '--silent', name], {
    cwd: applicationFolder,
    stdio: ['inherit', process.stderr, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm run ${name} ended with ${status}.`);
}
