/** Reads parts of files, with this folder's errors. */
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { GraphError } from './graph-error.ts';

/** Opens a file, uses it, closes it. @throws GraphError FILE_UNREADABLE, and what `use` throws as a GraphError */
export function withOpenFile<T>(path: string, use: (descriptor: number) => T): T {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    throw new GraphError('FILE_UNREADABLE', `${path} cannot be opened.`, { cause });
  }
  try {
    return use(descriptor);
  } catch (cause) {
    if (cause instanceof GraphError) throw cause;
    throw new GraphError('FILE_UNREADABLE', `${path} cannot be read.`, { cause });
  } finally {
    closeSync(descriptor);
  }
}

/** Reads `length` bytes at `position`. @throws GraphError SAFETENSORS_TRUNCATED when the file ends before */
export function readExactly(
  descriptor: number,
  position: number,
  length: number,
  path: string,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, position + done);
    if (count === 0) {
      const detail = `${length} bytes are expected at byte ${position}, ${done} are there`;
      throw new GraphError('SAFETENSORS_TRUNCATED', `${basename(path)} is cut short: ${detail}.`);
    }
    done += count;
  }
  return bytes;
}
