/** Translates any error into the contract's. */
import type { Failure } from '../contract/command.ts';
import { StudioError } from '../contract/errors.ts';

/** The error as a {@link StudioError}, with the original as its cause; a StudioError is returned unchanged. */
export function asStudioError(error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  return new StudioError('INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

/** An error as it is sent to a window. */
export function asFailure(error: unknown): Failure {
  const { code, message } = asStudioError(error);
  return { ok: false, code, message };
}
