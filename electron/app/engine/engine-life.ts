/** A process that a supervisor has started, and what it knows about it. */
import { isDeepStrictEqual } from 'node:util';
import type { EngineConfig, EngineTask } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import type { EngineModel, EngineSession, OpenedEngine } from './engine-session.ts';

/** A running process that is opening its pack or has opened it. */
export interface EngineLife {
  readonly session: EngineSession;
  readonly config: EngineConfig;
  readonly isRestart: boolean;
  opened: OpenedEngine | undefined;
  /** Number of tasks that it runs. */
  tasks: number;
  /** The one that others wait for. */
  mainTask: EngineTask['kind'] | null;
  /** To be replaced, because the settings changed. */
  isReplaced: boolean;
  /** A caller has given up waiting for it to open the pack. */
  isAbandoned: boolean;
}

/** What decides which models an engine has open. */
export function modelOf({ packFolder, vae, loras = [] }: EngineConfig) {
  return { packFolder, vae, loras };
}

/** The error of a process that the system could not start. */
export function notStarted(cause: unknown): StudioError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StudioError(
    'ENGINE_UNAVAILABLE',
    `The process that runs the models could not be started: ${detail}`,
    { cause },
  );
}

/**
 * Whether a process renders, and an interactive task may run between its steps (docs/decisions/0215).
 *
 * @param wanted the models of that task
 * @param used those of the render
 */
export function hasRoomBeside(life: EngineLife | undefined, wanted: EngineModel, used: EngineModel): boolean {
  if (life === undefined || life.mainTask !== 'render' || life.isReplaced) return false;
  // With low memory, opening a model closes those of the render.
  return !life.config.lowMemory && isDeepStrictEqual(wanted, used);
}
