/// <reference path="../types/fs-native-extensions.d.ts" />
/**
 * Lets one process at a time change a pack. The lock is the operating system's own, on an open file: it ends with the
 * process that holds it, so a crash leaves nothing to clean up (docs/decisions/0007).
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { StudioError } from '../contract/errors.ts';
import { makeFolder, NO_FOLLOW } from '../foundation/files/atomic-write.ts';
import { writing } from '../foundation/files/file-errors.ts';
import { lockPath } from './store-layout.ts';

/**
 * Runs an action while no other process, and no other action in this one, changes the pack.
 *
 * @throws StudioError STORE_BUSY at once when another does
 */
export async function withPackLock<Result>(
  modelsFolder: string,
  packId: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const path = lockPath(modelsFolder, packId);
  const handle = await writing(path, async () => {
    await makeFolder(dirname(path));
    return open(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW);
  });
  try {
    if (!(await writing(path, async () => tryLock(handle.fd)))) {
      throw new StudioError(
        'STORE_BUSY',
        `Another process is working on the pack ${packId} in ${modelsFolder}. Wait for it, or stop it first.`,
      );
    }
    return await action();
  } finally {
    await handle.close();
  }
}
