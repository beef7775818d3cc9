/** Waits for a promise or an abort signal. */
import { StudioError } from '../../contract/errors.ts';

/** Waits for a promise. @throws StudioError CANCELLED as soon as the signal is aborted; what the promise rejects with */
export async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(cancelled());
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The error of a cancelled run. */
export function cancelled(): StudioError {
  return new StudioError('CANCELLED', 'The run was cancelled.');
}
