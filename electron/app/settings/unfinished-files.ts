/** What is left of settings files that a process was writing when it was killed. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, ifPresent } from '../../foundation/files/file-errors.ts';

/** The names that whoever writes a settings file gives to what is not yet whole; the number is the process's. */
const unfinished = /^[\w-]+\.json\.(\d+)(?:-[0-9a-f]{8})?\.tmp$/;

/** Removes the files in the settings folder that a process began which has ended. */
export async function removeUnfinishedFiles(folder: string): Promise<void> {
  for (const name of (await ifPresent(readdir(folder))) ?? []) {
    const pid = unfinished.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else's may not be signalled, but is there.
    return errnoOf(error) !== 'ESRCH';
  }
}
