/** Cancelling between pieces of work that never let the event loop turn: until it does, no message can arrive. */
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';

/**
 * Lets messages arrive that wait, and throws when one of them cancelled the task.
 *
 * @throws PipelineError CANCELLED
 */
export async function hearCancel(signal: CancelSignal | undefined): Promise<void> {
  throwIfCancelled(signal);
  await new Promise((resolve) => setImmediate(resolve));
  throwIfCancelled(signal);
}
