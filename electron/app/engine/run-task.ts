/** Runs one task on a process that was claimed for it. */
import type { EngineResultOf, EngineTask } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import { asStudioError } from '../studio-error.ts';
import type { EngineLife } from './engine-life.ts';
import type { EngineLog } from './engine-log.ts';
import type { RunControls } from './engine-session.ts';

/** Tasks of a fraction of a second, which the user waits for while pointing at the picture. */
export const INTERACTIVE: readonly EngineTask['kind'][] = ['selectMask', 'findMask'];

export interface TaskRun {
  readonly controls: RunControls;
  /** How long it may take to stop once it is cancelled, before its process is killed; Infinity: as long as it takes. */
  readonly graceMs: number;
  readonly log: EngineLog;
  /** Called when the process is no longer claimed. */
  readonly onEnd: (failure: StudioError | null) => void;
}

/**
 * @param life with this task counted
 * @throws StudioError what {@link EngineSession.run} throws
 */
export async function runTask<Kind extends EngineTask['kind']>(
  life: EngineLife,
  task: Extract<EngineTask, { kind: Kind }>,
  { controls, graceMs, log, onEnd }: TaskRun,
): Promise<EngineResultOf<Kind>> {
  const startMs = performance.now();
  let failure: StudioError | null = null;
  try {
    const result = await life.session.run(task, controls, graceMs);
    if (result.kind !== task.kind) {
      throw new StudioError('INTERNAL', `The engine returned ${result.kind} for ${task.kind}.`);
    }
    return result as EngineResultOf<Kind>;
  } catch (error) {
    failure = asStudioError(error);
    throw failure;
  } finally {
    life.tasks--;
    const { pid, memoryBytes } = life.session;
    const durationMs = performance.now() - startMs;
    log({ kind: 'taskEnded', pid, task: task.kind, failure, durationMs, memoryBytes });
    onEnd(failure);
  }
}
