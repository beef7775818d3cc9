/** Checks that a chosen folder can be written, so that nothing fails later. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { makeFolder } from '../foundation/files/atomic-write.ts';
import { writing } from '../foundation/files/file-errors.ts';

/**
 * Makes a missing folder, and checks that it is writable.
 *
 * @param folder absolute
 * @throws StudioError PARAMETER_INVALID for a relative path, FOLDER_UNWRITABLE, DISK_FULL
 */
export async function ensureWritable(folder: string): Promise<void> {
  if (!isAbsolute(folder)) {
    throw new StudioError('PARAMETER_INVALID', `"${folder}" is not an absolute path.`);
  }
  await writing(folder, async () => {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  });
}
