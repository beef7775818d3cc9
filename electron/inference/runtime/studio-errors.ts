/** Translates errors of lower layers into the contract's. */

import { GraphError, type GraphErrorCode } from '../../../native-models/graph/index.ts';
import { errorCodes, StudioError } from '../../contract/errors.ts';
import { isOutOfMemory, MEMORY_ADVICE } from '../../foundation/out-of-memory.ts';
import { PipelineError } from '../../pipeline/errors.ts';

/** Missing and invalid files get different codes: they need different actions of the user. */
const INCOMPLETE_CODES: readonly GraphErrorCode[] = ['CHECKPOINT_INCOMPLETE', 'FILE_UNREADABLE'];

/** The error as a {@link StudioError}, with the original as its cause; a StudioError is returned unchanged. */
export function asStudioError(error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  if (error instanceof GraphError) {
    const code = INCOMPLETE_CODES.includes(error.code) ? 'PACK_INCOMPLETE' : 'MODEL_INVALID';
    return new StudioError(code, error.message, { cause: error });
  }
  if (error instanceof PipelineError) {
    const code = error.code in errorCodes ? (error.code as keyof typeof errorCodes) : 'MODEL_INVALID';
    return new StudioError(code, error.message, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) {
    return new StudioError('OUT_OF_MEMORY', `There is too little memory (${message}). ${MEMORY_ADVICE}`, {
      cause: error,
    });
  }
  return new StudioError('INTERNAL', message, { cause: error });
}

/** Runs a step and converts its errors to {@link StudioError}. */
export async function inStudioTerms<Result>(step: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw asStudioError(error);
  }
}
