/** The engine's process, seen from its host. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildLauncher, forkChild, type HostedChild } from '../../foundation/processes/child-process.ts';

export type { ChildExit } from '../../foundation/processes/child-process.ts';

export type EngineChild = HostedChild;

/** Starts an engine process. */
export type EngineLauncher = ChildLauncher;

/** The same place whether both are TypeScript, or have been compiled for packaging. */
const ENGINE_FILE = fileURLToPath(
  new URL(`../../inference/engine/engine-process${extname(import.meta.url)}`, import.meta.url),
);

/** Starts the engine by child_process.fork. */
export function forkEngine(file = ENGINE_FILE): EngineChild {
  return forkChild(file);
}
