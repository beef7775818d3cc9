/** `npm start`: the program in a window of its own where Electron is installed, and in a browser tab otherwise. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findElectron } from './electron-binary.ts';
import { serve } from './main.ts';

const applicationFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs one of the package's scripts. @returns whether it went well */
function runScript(name: string): boolean {
  const { status } = spawnSync('npm', ['run', '--silent', name], {
    cwd: applicationFolder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status === 0;
}

async function start(args: readonly string[]): Promise<number> {
  if (!existsSync(join(applicationFolder, 'dist', 'renderer', 'index.html'))) runScript('build:renderer');
  const electron = findElectron({
    packageFolder: join(applicationFolder, 'node_modules', 'electron'),
    environment: process.env,
  });
  if ('reason' in electron) {
    console.log(`No window of its own, since ${electron.reason}; the program opens in a browser instead.`);
    return serve(args);
  }
  if (!runScript('build:host')) return 1;
  return spawnSync(electron.path, [applicationFolder, ...args], { stdio: 'inherit' }).status ?? 1;
}

process.exitCode = await start(process.argv.slice(2));
