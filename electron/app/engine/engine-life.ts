/** A process that a supervisor has started, and what it knows about it. */
import type { EngineConfig } from '../../contract/engine-messages.ts';
import type { EngineSession, OpenedEngine } from './engine-session.ts';

/** A running process that is opening its pack or has opened it. */
export interface EngineLife {
  readonly session: EngineSession;
  readonly config: EngineConfig;
  readonly isRestart: boolean;
  opened: OpenedEngine | undefined;
  isRunning: boolean;
  /** To be replaced, because the settings changed. */
  isReplaced: boolean;
  /** A caller has given up waiting for it to open the pack. */
  isAbandoned: boolean;
}
