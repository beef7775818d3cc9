/** When the supervisor ends engine processes. */
import { DEFAULT_WATCHDOG_LIMITS, type WatchdogLimits } from './watchdog.ts';

/** When to end an idle or unresponsive process. */
export interface SupervisorLimits {
  /**
   * How long a cancelled task may take to stop, or a cancelled opening may be silent, before its process is killed.
   */
  readonly cancelGraceMs: number;
  /** How long an engine may be idle before its memory is released; Infinity keeps it. */
  readonly idleMs: number;
  /** An idle engine is ended when less memory than this is available. */
  readonly lowMemoryBytes: number;
  /** How often memory is checked. */
  readonly memoryCheckMs: number;
  /** How long a busy engine may be silent before it counts as hung and is killed. */
  readonly watchdog: WatchdogLimits;
}

export const DEFAULT_LIMITS: SupervisorLimits = {
  cancelGraceMs: 20_000,
  idleMs: 600_000,
  lowMemoryBytes: 256 << 20,
  memoryCheckMs: 15_000,
  watchdog: DEFAULT_WATCHDOG_LIMITS,
};
