/** `--trace`: writes tensors as .npy files, in folders by the name's path. The folder appears when it is complete. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { errnoOf } from '../foundation/files/file-errors.ts';
import { removeStaleTemporaryFiles, temporaryName } from '../foundation/files/temporary-files.ts';
import type { Tensor } from '../pipeline/tensor/tensor.ts';
import { encodeNpy } from './npy.ts';

export interface TraceFolder {
  readonly write: (name: string, value: Tensor) => void;
  /** Moves the folder into place. */
  readonly finish: () => Promise<void>;
  /** Removes the written files; does nothing after `finish`. */
  readonly discard: () => Promise<void>;
}

/**
 * Opens a trace, and removes leftovers of killed runs.
 *
 * @param folder must not exist, or be empty
 * @throws StudioError OUTPUT_UNWRITABLE
 */
export async function openTraceFolder(folder: string): Promise<TraceFolder> {
  const target = resolve(folder);
  const temporary = temporaryName(target);
  const unwritable = (cause: unknown) =>
    new StudioError('OUTPUT_UNWRITABLE', `The folder ${folder} cannot be written.`, { cause });
  const present = await readdir(target).catch((cause: unknown) => {
    if (errnoOf(cause) === 'ENOENT') return [];
    // A file of this name, for one: it is somebody's.
    throw unwritable(cause);
  });
  if (present.length > 0) {
    throw new StudioError('OUTPUT_UNWRITABLE', `The folder ${folder} for the trace is not empty.`);
  }
  await mkdir(temporary, { recursive: true }).catch((cause: unknown) => {
    throw unwritable(cause);
  });
  await removeStaleTemporaryFiles(dirname(target), (name) => name === basename(target));
  return {
    write: (name, value) => {
      const path = join(temporary, `${name}.npy`);
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, encodeNpy(value));
      } catch (cause) {
        throw unwritable(cause);
      }
    },
    finish: async () => {
      try {
        // An empty folder may exist, and not every platform replaces it. One that has been used meanwhile stays.
        await rmdir(target).catch((cause: unknown) => {
          if (errnoOf(cause) !== 'ENOENT') throw cause;
        });
        await rename(temporary, target);
      } catch (cause) {
        throw unwritable(cause);
      }
    },
    discard: () => rm(temporary, { recursive: true, force: true }),
  };
}
