/**
 * The memory available to this process. The machine's own numbers ignore a container's limit: on a machine with 256
 * GB, the system ends a container of 8 GB whose cache trusts them.
 */
import { totalmem } from 'node:os';

/** Source of the numbers; tests pass other machines. */
export interface MemoryFigures {
  readonly totalBytes: number;
  /** The container's limit; without one 0, or on some systems a number beyond all memory. */
  readonly constrainedBytes: number;
}

/** Most bytes that this process can use: the machine's memory, or its container's limit. */
export function memoryLimitBytes(
  { totalBytes, constrainedBytes }: MemoryFigures = {
    totalBytes: totalmem(),
    constrainedBytes: process.constrainedMemory(),
  },
): number {
  return constrainedBytes > 0 ? Math.min(totalBytes, constrainedBytes) : totalBytes;
}

/** Bytes still available to this process, within its container's limit. */
export function availableMemoryBytes(): number {
  return process.availableMemory();
}
