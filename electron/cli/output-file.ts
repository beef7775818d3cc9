/** Writes results atomically; reports an unwritable path before the work starts. */
import { rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { makeFolder, writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { writing } from '../foundation/files/file-errors.ts';
import { removeStaleTemporaryFiles, temporaryName } from '../foundation/files/temporary-files.ts';

const UNWRITABLE = 'OUTPUT_UNWRITABLE';

/**
 * Requires the extension of its format, so that a picture never overwrites a project or a scene file.
 *
 * @throws StudioError USAGE
 */
export function assertEnding(option: string, path: string, ending: string): void {
  if (extname(path).toLowerCase() === ending) return;
  throw new StudioError('USAGE', `${option} needs a name that ends in ${ending}, not "${path}".`);
}

/**
 * Makes the folder of an output file, checks that it can be written, and removes leftovers of killed runs.
 *
 * @throws StudioError OUTPUT_UNWRITABLE, DISK_FULL
 */
export async function prepareOutput(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory())
    throw new StudioError('OUTPUT_UNWRITABLE', `${path} is a folder; name a file in it.`);
  if (found !== undefined && !found.isFile()) {
    throw new StudioError('OUTPUT_UNWRITABLE', `${path} is not a file; choose another name.`);
  }
  const probe = temporaryName(path);
  const step = async () => {
    await makeFolder(dirname(path));
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
    await removeStaleTemporaryFiles(dirname(path), (name) => name === basename(path));
  };
  await writing(path, step, UNWRITABLE);
}

/**
 * Writes a file atomically.
 *
 * @throws StudioError OUTPUT_UNWRITABLE, DISK_FULL
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await writeFileAtomically(path, content, { unwritable: UNWRITABLE });
}
