/** A real `serve` process with its own folders, and the tiny pack as its bundled one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeTinyPack, makeTinyScene, tinySceneFile, writeManifest } from '../inference/tiny-pack.ts';

/** Creates the folders in `root` and returns the environment that points there. */
export async function serveEnvironment(root: string): Promise<NodeJS.ProcessEnv> {
  const packs = join(root, 'packs');
  mkdirSync(packs);
  const starter = makeTinyPack(packs, 'starter');
  writeManifest(starter, { id: 'starter' });
  await makeTinyScene(join(starter, 'scenes', 'two-concepts'), { ...tinySceneFile(), name: 'Tiny sample' });
  return {
    ...process.env,
    PNPMIX_PACKS_DIR: packs,
    PNPMIX_PROJECTS_DIR: join(root, 'projects'),
    PNPMIX_SETTINGS_DIR: join(root, 'settings'),
    PNPMIX_CACHE_DIR: join(root, 'cache'),
    PNPMIX_MODELS_DIR: join(root, 'models'),
  };
}

export interface ServeProcess {
  /** With the token. */
  readonly url: URL;
  readonly child: ChildProcess;
  /** Everything it wrote to standard error. */
  readonly errors: () => string;
  /** Ends it as Ctrl+C does. @returns its exit code */
  readonly stop: () => Promise<number | null>;
}

/** @param port 0 takes any free port */
export async function startServe(
  environment: NodeJS.ProcessEnv,
  port = 0,
  ...more: readonly string[]
): Promise<ServeProcess> {
  const child = spawn('node', ['electron/cli/main.ts', 'serve', '--port', String(port), ...more], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = /is at (http:\S+)/.exec(line);
      if (found) resolve(found[1]!);
    });
    void exited.then(() => reject(new Error(`serve ended: ${errors}`)));
  });
  return {
    url: new URL(address),
    child,
    errors: () => errors,
    stop: async () => {
      child.kill('SIGINT');
      const [code] = await exited;
      return code;
    },
  };
}
