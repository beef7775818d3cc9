/** A tiny pack, a scene for it and a cache of its own, for tests that run commands. */
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { folderWithCache } from '../inference/folder-with-cache.ts';
import { makeTinyPack, makeTinyScene, writeManifest } from '../inference/tiny-pack.ts';
import { type CommandResult, runCommand } from './run-command.ts';

export interface CommandFixture {
  readonly root: string;
  readonly pack: string;
  readonly scenePath: string;
}

/** Registers the hooks that make and remove the fixture; its fields are set from the first test on. */
export function useCommandFixture(): CommandFixture {
  const fixture = { root: '', pack: '', scenePath: '' };
  const root = folderWithCache();
  beforeAll(async () => {
    fixture.root = root();
    fixture.pack = makeTinyPack(fixture.root);
    writeManifest(fixture.pack);
    fixture.scenePath = await makeTinyScene(join(fixture.root, 'scene'));
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
