/** The engine's process, as its host sees it. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildLauncher, forkChild, type HostedChild } from '../../foundation/processes/child-process.ts';

export type { ChildExit } from '../../foundation/processes/child-process.ts';

export type EngineChild = HostedChild;

/** Starts an engine process. */
export type EngineLauncher = ChildLauncher;

/** The same relative path for TypeScript and for the compiled package. */
const ENGINE_FILE = fileURLToPath(
  new URL(`../../inference/engine/engine-process${extname(import.meta.url)}`, import.meta.url),
);

/** Starts the engine by child_process.fork. */
export function forkEngine(file = ENGINE_FILE): EngineChild {
  return forkChild(file);
}
