/**
 * A Chromium for the tests: the configured or installed one, else Debian's from its archive (as root), else
 * Playwright's own. If none can be found, the error says so; tests are never skipped. The headless shell is preferred:
 * it has no browser interface of its own, which the whole browser draws for every context even when it shows no window
 * (a quarter of the processor time of the tests in a browser).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/**
 * Device pixel ratio for tests of behaviour: the layout in CSS pixels is the same, with a quarter of the pixels to draw,
 * which saves a fifth of their processor time. Screenshots, and tests of what can be seen and read, use 1.
 */
export const LOW_PIXEL_RATIO = 0.5;

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

/** By device pixel ratio. */
const shared = new Map<number, Promise<Browser>>();

/**
 * The browser for all files that this process runs, one after the other; it closes with the process. Pages in different
 * contexts share nothing that a page can see.
 *
 * @param devicePixelRatio device pixels per CSS pixel of its screen; a page with another ratio is drawn and then scaled
 */
export async function sharedChromium(devicePixelRatio = 1): Promise<Browser> {
  const running = await shared.get(devicePixelRatio)?.catch(() => undefined);
  if (running?.isConnected()) return running;
  const launched = launch(devicePixelRatio);
  shared.set(devicePixelRatio, launched);
  return launched;
}

/** For a program that would otherwise go on with the browsers as its children; tests' processes are ended. */
export async function closeSharedChromium(): Promise<void> {
  for (const browser of shared.values()) await (await browser).close();
}

function launch(devicePixelRatio: number): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      `--force-device-scale-factor=${devicePixelRatio}`,
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
