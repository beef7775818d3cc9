/** Errors of the method; their codes are stable and documented in docs/errors.md. */
export type PipelineErrorCode =
  | 'CANCELLED'
  | 'CONCEPT_COUNT'
  | 'MASK_EMPTY'
  | 'NON_FINITE'
  | 'OUT_OF_MEMORY'
  | 'PARAMETER_INVALID'
  | 'SCHEDULER_UNSUPPORTED'
  | 'SIZE_MISMATCH'
  | 'TOKENIZER_INVALID';

/** An error of the method: a stable code, a sentence for the user, and the cause, if any. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
