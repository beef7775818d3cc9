/** The engine's process, as its host sees it. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ChildLauncher,
  forkChild,
  forkChildAhead,
  type HostedChild,
} from '../../foundation/processes/child-process.ts';

export type { ChildExit } from '../../foundation/processes/child-process.ts';

export type EngineChild = HostedChild;

/** Starts an engine process. */
export type EngineLauncher = ChildLauncher;

/** The same relative path for TypeScript and for the bundles. */
const ENGINE_FILE = fileURLToPath(
  new URL(`../../inference/engine/engine-process${extname(import.meta.url)}`, import.meta.url),
);

/**
 * glibc keeps freed memory of up to 32 MB a piece for itself, between pieces that are in use: after a model's weights
 * have been prepared, and after it is released, gigabytes. Pieces of a megabyte and more go back to the system at once.
 * Other C libraries ignore the variable.
 */
export const ENGINE_ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: String(1 << 20) } as const;

/** Starts the engine by child_process.fork. */
export function forkEngine(file = ENGINE_FILE): EngineChild {
  return forkChild(file, ENGINE_ENVIRONMENT);
}

let next: EngineLauncher | undefined;

/**
 * Starts an engine process for the next {@link takeEngine}, so that it loads its code while this process loads its own.
 * If nobody takes it, it ends with this process.
 */
export function startEngineAhead(): void {
  next ??= forkChildAhead(ENGINE_FILE, ENGINE_ENVIRONMENT);
}

/**
 * What the next {@link takeEngine} launches, unless an engine was started ahead: another kind than a process.
 *
 * @returns withdraws the offer, if nobody has taken it
 */
export function offerEngine(launch: EngineLauncher): () => void {
  next ??= launch;
  return () => {
    if (next === launch) next = undefined;
  };
}

/** The engine that was started ahead or offered, or another process. */
export function takeEngine(): EngineChild {
  const launch = next ?? forkEngine;
  next = undefined;
  return launch();
}
