/** OpenCV, compiled to WebAssembly: loaded on first use, its memory released after every use. */
import { createRequire } from 'node:module';
import type OpenCv from '@techstark/opencv-js';
import { StudioError } from '../../contract/errors.ts';
import { isOutOfMemory } from '../../foundation/out-of-memory.ts';

export type Cv = typeof OpenCv;

/** A value in OpenCV's memory. */
interface Deletable {
  delete(): void;
}

/** Registers values to delete at the end. */
export type Keep = <Value extends Deletable>(value: Value) => Value;

let loading: Promise<{ cv: Cv }> | undefined;

// The module has a `then` that never resolves when awaited: load it by `require`, wait for its callback, and pass it
// only inside an object.
function loadOpenCv(): Promise<{ cv: Cv }> {
  loading ??= new Promise((resolve) => {
    const cv = createRequire(import.meta.url)('@techstark/opencv-js') as Cv & { Mat?: unknown };
    if (cv.Mat !== undefined) resolve({ cv });
    else (cv as { onRuntimeInitialized: () => void }).onRuntimeInitialized = () => resolve({ cv });
  });
  // Retry after a failure.
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/**
 * Runs a step with OpenCV. Registered values are deleted afterwards in any case.
 *
 * @throws StudioError OUT_OF_MEMORY, INTERNAL with OpenCV's message, and what the step throws
 */
export async function withOpenCv<Result>(
  step: (cv: Cv, keep: Keep) => Result | Promise<Result>,
): Promise<Result> {
  const { cv } = await loadOpenCv();
  const kept: Deletable[] = [];
  try {
    return await step(cv, (value) => {
      kept.push(value);
      return value;
    });
  } catch (cause) {
    // Exceptions of C++ arrive as numbers, their memory addresses.
    if (typeof cause !== 'number') throw cause;
    const { msg } = (cv as unknown as { exceptionFromPtr: (at: number) => { msg: string } }).exceptionFromPtr(
      cause,
    );
    throw new StudioError(isOutOfMemory(msg) ? 'OUT_OF_MEMORY' : 'INTERNAL', `OpenCV failed: ${msg.trim()}`, {
      cause,
    });
  } finally {
    for (const value of kept) value.delete();
  }
}
