/** Translates errors of lower layers into the contract's. */

import { GraphError, type GraphErrorCode } from '../../../native-models/graph/index.ts';
import { errorCodes, StudioError } from '../../contract/errors.ts';
import { PipelineError } from '../../pipeline/errors.ts';
import { isOutOfMemory, MEMORY_ADVICE } from './out-of-memory.ts';

/** A file that is missing is another trouble for the user than a file that is wrong. */
const INCOMPLETE_CODES: readonly GraphErrorCode[] = ['CHECKPOINT_INCOMPLETE', 'FILE_UNREADABLE'];

/** The same error as a {@link StudioError}, the original as its cause; one that is a StudioError already stays. */
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

/** Runs a step; what it throws comes out as a {@link StudioError}. */
export async function inStudioTerms<Result>(step: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw asStudioError(error);
  }
}
