/** One engine on a tiny pack for all tests of a file, and engines on other packs for single tests. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { makeTinyPack, temporaryFolder, writeManifest } from '../tiny-pack.ts';

/** Usable from the first test on. */
export interface TinyEngine {
  readonly engine: Engine;
  /** The folder of everything here; a test may put its own files there. */
  readonly root: string;
  readonly packFolder: string;
  readonly cacheFolder: string;
}

/**
 * Opens an engine with an empty cache before the file's first test; releases it and removes its files after the last.
 *
 * @param prepare changes the pack before it is opened; by default, writes its manifest
 */
export function tinyEngine(
  prepare: (packFolder: string) => void | Promise<void> = (packFolder) => writeManifest(packFolder),
): TinyEngine {
  let made: TinyEngine | undefined;
  beforeAll(async () => {
    const root = temporaryFolder();
    const packFolder = makeTinyPack(root);
    await prepare(packFolder);
    const cacheFolder = join(root, 'cache');
    made = { root, packFolder, cacheFolder, engine: await openEngine(packFolder, cacheFolder) };
  });
  afterAll(async () => {
    await made?.engine.release();
    if (made !== undefined) rmSync(made.root, { recursive: true, force: true });
  });
  const get = (): TinyEngine => {
    if (made === undefined) throw new Error('The engine is opened by a hook: use it in a test.');
    return made;
  };
  return {
    get engine() {
      return get().engine;
    },
    get root() {
      return get().root;
    },
    get packFolder() {
      return get().packFolder;
    },
    get cacheFolder() {
      return get().cacheFolder;
    },
  };
}

export function openEngine(packFolder: string, cacheFolder: string): Promise<Engine> {
  return Engine.open({ packFolder, device: 'cpu', cacheFolder });
}

/** Releases the engine also if `run` fails. */
export async function withEngine<T>(
  packFolder: string,
  cacheFolder: string,
  run: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await openEngine(packFolder, cacheFolder);
  try {
    return await run(engine);
  } finally {
    await engine.release();
  }
}
