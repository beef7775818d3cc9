/**
 * Names of unfinished files, and the removal of those whose writer is gone.
 *
 * `settings.json.1234-0a1b2c3d.tmp` is being written by process 1234. The random part keeps two writes of one file
 * in one process apart.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { cutToBytes } from './cut-to-bytes.ts';
import { errnoOf } from './file-errors.ts';

/** The random part was missing in versions before 1.0. */
const TEMPORARY = /^(?<name>.+)\.(?<pid>\d+)(?:-[0-9a-f]{8})?\.tmp$/;

/** Longest name that file systems accept, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255;

/** A path next to `path` that no other write uses; a name too long for a suffix is shortened. */
export function temporaryName(path: string): string {
  const ending = `.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  const name = basename(path);
  const room = MAX_NAME_BYTES - Buffer.byteLength(ending);
  const extension = extname(name);
  // Of a name with a long last part, such as "1.a whole sentence", that is no extension to keep.
  const kept = Buffer.byteLength(extension) < room ? extension : '';
  const stem = cutToBytes(name.slice(0, name.length - kept.length), room - Buffer.byteLength(kept));
  return join(dirname(path), `${stem}${kept}${ending}`);
}

/**
 * Removes the temporary files and folders in a folder whose process has ended. What cannot be removed stays for the next time.
 *
 * @param isOurs whether this program writes files of that name; all names by default
 */
export async function removeStaleTemporaryFiles(
  folder: string,
  isOurs: (name: string) => boolean = () => true,
): Promise<void> {
  // Files can be written into some folders that cannot be listed.
  for (const entry of await readdir(folder).catch(() => [])) {
    const { name, pid } = TEMPORARY.exec(entry)?.groups ?? {};
    if (name === undefined || !isOurs(name) || isRunning(Number(pid))) continue;
    await rm(join(folder, entry), { force: true, recursive: true }).catch(() => undefined);
  }
}

/** Whether a path was made by {@link temporaryName} in a process that has ended. */
export function isLeftBehind(path: string): boolean {
  const pid = TEMPORARY.exec(basename(path))?.groups?.pid;
  return pid !== undefined && !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it exists.
    return errnoOf(error) !== 'ESRCH';
  }
}
