/** Recognises out-of-memory errors: neither ONNX Runtime, libvips, V8 nor Node has an error code for them. */

/**
 * Messages of allocators, threads, memory maps, engines and GPU providers; the numbers are ENOMEM and Windows' commit
 * limit. A thread whose stack cannot be mapped is GLib's "Error creating thread", with EAGAIN.
 */
const MESSAGES =
  /bad_alloc|bad allocation|out of memory|out_of_memory|(cannot|failed to|could not) allocate|not enough memory|insufficient memory|allocation failed|paging file is too small|\bENOMEM\b|pthread_create failed|error creating thread|OOMErrorHandler|CUDA failure 2\b|CUBLAS_STATUS_ALLOC_FAILED|E_OUTOFMEMORY|8007000E/i;

/** What to do about it, for the end of an error's sentence. */
export const MEMORY_ADVICE = 'Close other programs, or use a smaller model or picture.';

/** Whether an error, or a process's last lines of output, mean out of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return MESSAGES.test(error instanceof Error ? error.message : String(error));
}
