/** Finds Electron's binary, and fetches it once if it is missing: its npm package does not include it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Time limit for fetching the binary (some 120 MB). */
const FETCH_TIMEOUT_MS = 600_000;

export type ElectronBinary = { readonly path: string } | { readonly reason: string };

export interface BinarySearch {
  /** The npm package's folder. */
  readonly packageFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Fetches the binary by the package's own script. @returns what went wrong, or undefined */
  readonly fetchBinary?: (script: string) => string | undefined;
}

/** Finds the binary, fetching it if needed; or gives a short reason why there is none. */
export function findElectron({
  packageFolder,
  environment,
  fetchBinary = runFetchScript,
}: BinarySearch): ElectronBinary {
  const fetchScript = join(packageFolder, 'install.js');
  if (!existsSync(fetchScript)) return { reason: 'its package is not installed' };
  if (isHeadless(environment)) return { reason: 'there is no display' };
  const present = installedPath(packageFolder, environment);
  if (present !== undefined) return { path: present };
  const failure = fetchBinary(fetchScript);
  if (failure !== undefined) return { reason: `its binary cannot be fetched: ${failure}` };
  const fetched = installedPath(packageFolder, environment);
  return fetched === undefined ? { reason: 'its binary was fetched, but is not there' } : { path: fetched };
}

/** Without a display Electron ends at once; with X11 or Wayland one of these is set. */
function isHeadless({ DISPLAY: x11, WAYLAND_DISPLAY: wayland }: BinarySearch['environment']): boolean {
  return process.platform === 'linux' && !x11 && !wayland;
}

function installedPath(
  packageFolder: string,
  { ELECTRON_OVERRIDE_DIST_PATH: distFolder }: BinarySearch['environment'],
): string | undefined {
  const pathFile = join(packageFolder, 'path.txt');
  const executable = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : undefined;
  if (distFolder) return join(distFolder, executable ?? 'electron');
  if (executable === undefined) return undefined;
  const path = join(packageFolder, 'dist', executable);
  return existsSync(path) ? path : undefined;
}

function runFetchScript(script: string): string | undefined {
  console.error('Fetching Electron, once...');
  const { status, error, stderr } = spawnSync(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: FETCH_TIMEOUT_MS,
  });
  if (error) return error.message;
  if (status === 0) return undefined;
  const reason = /^\s*(?:\w*Error|error):?\s*(.+)$/im.exec(stderr)?.[1];
  return reason?.trim().slice(0, 200) ?? `the script ended with ${status}`;
}
