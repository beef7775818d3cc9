/**
 * `npm run package`: makes installers for the current platform in dist/packages. `-- --stage` only does what is
 * possible without Electron's binary: stages the program, reports its size, and starts its files once.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StudioError } from '../electron/contract/errors.ts';
import { ROOT } from './build-host.ts';
import { homepageOf } from './builder-config.ts';
import { makeInstallers } from './make-installers.ts';
import { smokeApp } from './smoke-app.ts';
import { STAGED, stageApp } from './stage-app.ts';

const { values } = parseArgs({ options: { stage: { type: 'boolean', default: false } } });

/** @throws Error with what went wrong */
function run(failure: string, command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(failure);
}

// Neither of the builds checks types.
run('the host has wrong types', 'tsc', '-p', 'build/tsconfig.host.json');
run('the page could not be built', 'vite', 'build', '--config', 'build/vite.renderer.ts');

const parts = await stageApp(process, join(ROOT, 'dist', 'renderer'));
const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
for (const { part, bytes } of parts.filter((each) => each.bytes > 1e6)) {
  console.log(`${(bytes / 1e6).toFixed(1).padStart(8)} MB  ${part}`);
}
console.log(`${(total / 1e6).toFixed(1).padStart(8)} MB  in all, without Electron itself`);
await mkdir(join(ROOT, 'dist', 'packages'), { recursive: true });
await writeFile(
  join(ROOT, 'dist', 'packages', 'sizes.json'),
  `${JSON.stringify({ total, parts }, null, 2)}\n`,
);

const { version } = await smokeApp(STAGED);
console.log(`The staged program ${version} starts, creates a project, and loads its engine.`);

if (process.platform === 'linux' && homepageOf(process.env) === undefined) {
  console.log('No deb was made, because it needs a home page. Set PNPMIX_HOMEPAGE=https://…');
}
if (values.stage) console.log('Stopped before Electron, as requested.');
else {
  try {
    console.log((await makeInstallers()).join('\n'));
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    console.error(`error ${error.code}: ${error.message}`);
    process.exitCode = 1;
  }
}
