/** A tiny pack, a scene for it and a cache of its own, for tests that run commands. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { makeTinyPack, makeTinyScene, temporaryFolder, writeManifest } from '../inference/tiny-pack.ts';
import { type CommandResult, runCommand } from './run-command.ts';

export interface CommandFixture {
  readonly root: string;
  readonly pack: string;
  readonly scenePath: string;
}

/** Registers the hooks that make and remove the fixture; its fields are set from the first test on. */
export function useCommandFixture(): CommandFixture {
  const fixture = { root: '', pack: '', scenePath: '' };
  const cacheBefore = process.env.PNPMIX_CACHE_DIR;
  beforeAll(async () => {
    fixture.root = temporaryFolder();
    process.env.PNPMIX_CACHE_DIR = join(fixture.root, 'cache');
    fixture.pack = makeTinyPack(fixture.root);
    writeManifest(fixture.pack);
    fixture.scenePath = await makeTinyScene(join(fixture.root, 'scene'));
  });
  afterAll(() => {
    if (cacheBefore === undefined) delete process.env.PNPMIX_CACHE_DIR;
    else process.env.PNPMIX_CACHE_DIR = cacheBefore;
    rmSync(fixture.root, { recursive: true });
  });
  return fixture;
}

/** Runs a command with the fixture's pack on the CPU. */
export function runWithPack(
  fixture: CommandFixture,
  command: string,
  ...args: string[]
): Promise<CommandResult> {
  return runCommand([command, '--pack', fixture.pack, '--device', 'cpu', ...args]);
}
