/**
 * Memory as this process may use it. The machine's own numbers know nothing of a container's limit: on a machine of
 * 256 GB, a container with 8 GB is ended by the system when a cache trusts them.
 */
import { totalmem } from 'node:os';

/** Where the numbers come from; tests put other machines here. */
export interface MemoryFigures {
  readonly totalBytes: number;
  /** The container's limit; 0 where there is none, and on some systems a number beyond all memory. */
  readonly constrainedBytes: number;
}

/** Most bytes that this process may ever hold: the machine's memory, or its container's limit. */
export function memoryLimitBytes(
  { totalBytes, constrainedBytes }: MemoryFigures = {
    totalBytes: totalmem(),
    constrainedBytes: process.constrainedMemory(),
  },
): number {
  return constrainedBytes > 0 ? Math.min(totalBytes, constrainedBytes) : totalBytes;
}

/** Bytes that this process can still get, within its container's limit. */
export function availableMemoryBytes(): number {
  return process.availableMemory();
}
