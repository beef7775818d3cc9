/** Recognises out-of-memory errors: neither ONNX Runtime nor Node has an error code for them. */

/**
 * Messages of allocators, threads, memory maps and GPU providers; the numbers are ENOMEM and Windows' commit limit.
 */
const MESSAGES =
  /bad_alloc|bad allocation|out of memory|out_of_memory|failed to allocate memory|cannot allocate memory|not enough memory|allocation failed|paging file is too small|\bENOMEM\b|pthread_create failed|CUDA failure 2\b|CUBLAS_STATUS_ALLOC_FAILED|E_OUTOFMEMORY|8007000E/i;

/** What to do about it, for the end of an error's sentence. */
export const MEMORY_ADVICE = 'Close other programs, or use a smaller model or picture.';

/** Whether an error means out of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return MESSAGES.test(error instanceof Error ? error.message : String(error));
}
