/**
 * A Chromium for the tests: the configured or installed one, else Debian's from its archive (as root), else
 * Playwright's own. If none can be found, the error says so; tests are never skipped. The headless shell is preferred:
 * it has no browser interface of its own, which the whole browser draws for every context even when it shows no window
 * (a quarter of the processor time of the tests in a browser).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];

function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}.`);
}

/** Path of a Chromium; installs one if there is none. */
export function findChromium(): string {
  const named = process.env.PNPMIX_CHROMIUM;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`PNPMIX_CHROMIUM names ${named}, which does not exist.`);
  }
  const installed = [...usualPlaces, chromium.executablePath()].find((path) => existsSync(path));
  if (installed !== undefined) return installed;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    run('apt-get', 'update');
    run('apt-get', 'install', '--yes', '--no-install-recommends', 'chromium-headless-shell');
    return '/usr/bin/chromium-headless-shell';
  }
  run(process.execPath, 'node_modules/playwright-core/cli.js', 'install', 'chromium');
  return chromium.executablePath();
}

let shared: Promise<Browser> | undefined;

/**
 * The browser for all files that this process runs, one after the other; it closes with the process. Pages in different
 * contexts share nothing that a page can see.
 */
export async function sharedChromium(): Promise<Browser> {
  if (!(await shared?.catch(() => undefined))?.isConnected()) shared = launch();
  return shared!;
}

/** For a program that would otherwise go on with the browser as its child; tests' processes are ended. */
export async function closeSharedChromium(): Promise<void> {
  await (await shared)?.close();
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      // Chromium's sandbox does not work as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      // Containers have a small /dev/shm.
      '--disable-dev-shm-usage',
      // No page here has a GPU; software emulation of one is slower than plain software drawing.
      '--disable-gpu',
      // Pages live too briefly for optimised code to pay, and the threads of V8 only take turns with the tests (together
      // about 8 % of the browser's processor time).
      '--js-flags=--no-opt,--single-threaded',
    ],
  });
}
