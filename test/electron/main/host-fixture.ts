/** The real main.ts with a fake of `electron`, folders of its own and the tiny pack. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { serveEnvironment } from '../serve/serve-process.ts';
import { StandInElectron, type StandInWindow } from './electron-stand-in.ts';

export interface RunningHost {
  readonly electron: StandInElectron;
  readonly root: string;
  readonly settings: string;
  readonly projects: string;
  /** The program's folder, which contains dist/renderer. */
  readonly application: string;
  readonly window: StandInWindow;
  /** Quits it and removes all its files. */
  readonly stop: () => Promise<void>;
}

export interface HostOptions {
  readonly isPackaged?: boolean;
  readonly hasLock?: boolean;
  /** The page's files, by their path in dist/renderer. */
  readonly page?: Readonly<Record<string, string>>;
  /** Runs before the system reports that the program may begin. */
  readonly beforeReady?: (electron: StandInElectron, root: string) => void | Promise<void>;
  /** Arguments after the program's name on the command line. */
  readonly args?: (root: string) => readonly string[];
}

const INDEX = '<!doctype html><title>PnP-MIX Studio</title>';

/** Runs main.ts from its first line until the test is finished. */
export async function startHost(options: HostOptions = {}): Promise<RunningHost> {
  const host = await launchHost(options);
  onTestFinished(host.stop);
  return host;
}

/** Runs main.ts from its first line until it is stopped. */
export async function launchHost(options: HostOptions = {}): Promise<RunningHost> {
  const root = await mkdtemp(join(tmpdir(), 'electron-host-'));
  const application = join(root, 'app');
  const environment = await serveEnvironment(root);
  for (const [name, value] of Object.entries(environment))
    if (name.startsWith('PNPMIX_')) vi.stubEnv(name, value);
  for (const [path, text] of Object.entries({ 'index.html': INDEX, ...options.page })) {
    const file = join(application, 'dist', 'renderer', path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  }
  await copyFile('package.json', join(application, 'package.json'));
  const electron = new StandInElectron({ application, isPackaged: options.isPackaged ?? false });
  electron.hasLock = options.hasLock ?? true;
  const argv = process.argv;
  process.argv = [...argv.slice(0, 1), ...(options.args?.(root) ?? [])];
  const listeners = {
    exception: process.listeners('uncaughtException'),
    rejection: process.listeners('unhandledRejection'),
  };
  const stop = async () => {
    process.argv = argv;
    vi.unstubAllEnvs();
    await quit(electron);
    for (const child of electron.children) child.kill();
    for (const listener of process.listeners('uncaughtException')) {
      if (!listeners.exception.includes(listener)) process.off('uncaughtException', listener);
    }
    for (const listener of process.listeners('unhandledRejection')) {
      if (!listeners.rejection.includes(listener)) process.off('unhandledRejection', listener);
    }
    await rm(root, { recursive: true, force: true });
  };

  vi.resetModules();
  vi.doMock('electron', () => electron.module);
  // As in Electron: ready comes after the file has run to its end.
  await import('../../../electron/main/main.ts');
  await options.beforeReady?.(electron, root);
  electron.ready();
  await vi.waitUntil(() => electron.windows.length > 0 || electron.hasQuit, { timeout: 300_000 });
  return {
    electron,
    root,
    application,
    settings: join(root, 'settings'),
    projects: join(root, 'projects'),
    get window() {
      return electron.windows[0]!;
    },
    stop,
  };
}

/** Quits and waits until everything is closed. */
export async function quit(electron: StandInElectron): Promise<void> {
  electron.quit();
  await vi.waitUntil(() => electron.hasQuit, { timeout: 300_000 });
}

/** The value of a successful envelope. */
export function resultOf<Value = Record<string, unknown>>(envelope: unknown): Value {
  const { ok, value, ...rest } = envelope as { ok: boolean; value: Value };
  if (!ok) throw new Error(`the command failed: ${JSON.stringify(rest)}`);
  return value;
}
