/** Cancellation between pieces of synchronous work: no message can arrive until the event loop turns. */
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';

/**
 * Lets pending messages arrive, and throws if one of them cancelled the task.
 *
 * @throws PipelineError CANCELLED
 */
export async function hearCancel(signal: CancelSignal | undefined): Promise<void> {
  throwIfCancelled(signal);
  await new Promise((resolve) => setImmediate(resolve));
  throwIfCancelled(signal);
}
