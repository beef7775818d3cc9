/** One engine on a tiny pack for all tests of a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { makeTinyPack, temporaryFolder, writeManifest } from '../tiny-pack.ts';

/**
 * Opens an engine with an empty cache before the file's first test; releases it and removes its files after the last.
 *
 * @returns the engine; callable from the first test on
 */
export function tinyEngine(): () => Engine {
  let folder: string;
  let cacheFolder: string;
  let engine: Engine | undefined;
  beforeAll(async () => {
    folder = temporaryFolder();
    const packFolder = makeTinyPack(folder);
    writeManifest(packFolder);
    cacheFolder = await mkdtemp(join(tmpdir(), 'tiny-engine-'));
    engine = await Engine.open({ packFolder, device: 'cpu', cacheFolder });
  });
  afterAll(async () => {
    await engine?.release();
    await rm(folder, { recursive: true, force: true });
    await rm(cacheFolder, { recursive: true, force: true });
  });
  return () => {
    if (engine === undefined) throw new Error('The engine is opened by a hook: use it in a test.');
    return engine;
  };
}
