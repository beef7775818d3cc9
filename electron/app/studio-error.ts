/** Translates any error into the contract's. */
import type { Failure } from '../contract/command.ts';
import { StudioError } from '../contract/errors.ts';

/** The same error as a {@link StudioError}, the original as its cause; one that is a StudioError already stays. */
export function asStudioError(error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  return new StudioError('INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

/** How an error crosses to a window. */
export function asFailure(error: unknown): Failure {
  const { code, message } = asStudioError(error);
  return { ok: false, code, message };
}
