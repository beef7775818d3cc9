/** Places a user's file in the models folder: as a hard link, a symbolic link or a copy. */

import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, type FileHandle, link, open, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { notice } from '../contract/notices.ts';
import { makeFolder, moveIntoPlace } from '../foundation/files/atomic-write.ts';
import { errnoOf, throwIfCancelled, writing } from '../foundation/files/file-errors.ts';
import type { InstalledFile } from './install-record.ts';
import { partPath } from './store-layout.ts';
import type { NoticeListener } from './store-progress.ts';

/**
 * hard-link: a second name for the same file on the same disk; either can be removed without harm to the other.
 * link: a symbolic link to the user's file, which has to stay where it is. copy: a separate file. auto: a hard link
 * if the disk allows it, else a link; never an unrequested copy of gigabytes.
 */
export type ImportMode = 'auto' | 'hard-link' | 'link' | 'copy';

export interface PlaceRequest {
  readonly from: string;
  readonly finalPath: string;
  /** The file's state when it was checked. */
  readonly sha256: string;
  readonly mode: ImportMode;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
  readonly onNotice: NoticeListener | undefined;
}

/**
 * Places a file; it gets its final name when it is complete.
 *
 * @returns how it was placed
 * @throws StudioError FOLDER_UNWRITABLE, DISK_FULL, CANCELLED; IMPORT_INVALID when the file changed meanwhile
 */
export async function placeFile(request: PlaceRequest): Promise<InstalledFile['placed']> {
  const { finalPath } = request;
  const temporary = partPath(finalPath);
  await writing(finalPath, async () => {
    await makeFolder(dirname(finalPath));
    await rm(temporary, { force: true });
  });
  try {
    const placed = await placeAt(temporary, request);
    await moveIntoPlace(temporary, finalPath);
    return placed;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Error codes for an impossible hard link. */
const CANNOT_HARD_LINK = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EACCES']);

async function placeAt(to: string, request: PlaceRequest): Promise<InstalledFile['placed']> {
  const { from, mode, onNotice } = request;
  if (mode === 'copy') {
    await writing(to, () => copy(to, request));
    return 'copied';
  }
  if (mode !== 'link') {
    try {
      await link(from, to);
      return 'hard-linked';
    } catch (error) {
      if (!CANNOT_HARD_LINK.has(errnoOf(error) ?? '')) throw error;
      if (mode === 'hard-link') {
        throw new StudioError(
          'FOLDER_UNWRITABLE',
          `${from} cannot be hard-linked to the models folder (${errnoOf(error)}); both must be on one disk. Import with --mode link or copy.`,
          { cause: error },
        );
      }
      onNotice?.(notice('FILE_ELSEWHERE', { path: from }));
    }
  }
  try {
    await symlink(from, to, 'file');
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    throw new StudioError(
      'FOLDER_UNWRITABLE',
      `This system does not let you create links (${to}). Import with --mode copy.`,
      { cause: error },
    );
  }
  return 'linked';
}

async function copy(to: string, request: PlaceRequest): Promise<void> {
  try {
    // A file system with block sharing copies instantly and without extra space.
    await copyFile(request.from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return;
  } catch {
    await rm(to, { force: true });
  }
  const handle = await open(to, 'wx');
  try {
    await copyBytes(handle, request);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function copyBytes(to: FileHandle, { from, sha256, signal, onBytes }: PlaceRequest): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(from, { highWaterMark: 1 << 20 })) {
    throwIfCancelled(signal);
    const block = chunk as Buffer;
    hash.update(block);
    for (let done = 0; done < block.length; ) {
      done += (await to.write(block, done, block.length - done)).bytesWritten;
    }
    bytes += block.length;
    onBytes(bytes);
  }
  if (hash.digest('hex') !== sha256) {
    throw new StudioError('IMPORT_INVALID', `${from} changed while it was copied.`);
  }
}
