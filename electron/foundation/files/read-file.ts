/**
 * Reads untrusted files: regular files only, up to a size, under any Unicode spelling of their names.
 *
 * A path in a file from elsewhere may lead to a device, an endless pipe, a file of any size, or a circle of links.
 * All of these are errors here, before anything is kept in memory.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './file-errors.ts';

/** Largest picture file that is read from a disk: 100 megapixels of 3 bytes, and a margin. */
export const MAX_PICTURE_FILE_BYTES: number = 304 * 2 ** 20;

/** Bytes per read. */
const CHUNK_BYTES = 2 ** 20;

/** Why a file could not be read. */
export type FileReadReason = 'missing' | 'ambiguous' | 'not-a-file' | 'too-large' | 'unreadable';

/** A file that could not be read; the message continues a sentence that begins with the file's name. */
export class FileReadError extends Error {
  override readonly name = 'FileReadError';
  readonly reason: FileReadReason;

  constructor(reason: FileReadReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Reads a whole regular file.
 *
 * @throws FileReadError for any error of the file system, and for a file larger than `maxBytes`
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const handle = await openFile(path);
  try {
    return await readOpened(handle, maxBytes);
  } catch (cause) {
    throw readError(cause);
  } finally {
    await handle.close();
  }
}

/**
 * The path that the file system knows: the given one, or a canonically equivalent one.
 * Macs and their archives decompose letters such as ü and Hangul's syllables; keyboards elsewhere type them composed.
 *
 * @returns the path itself when neither spelling exists
 * @throws FileReadError 'ambiguous' when several files have such a name
 */
export async function findFile(path: string): Promise<string> {
  if (await exists(path)) return path;
  const parent = dirname(path);
  if (parent === path) return path;
  const folder = await findFile(parent);
  const wanted = basename(path);
  const names = await readdir(folder).catch(() => []);
  const alike = names.filter((name) => name.normalize('NFC') === wanted.normalize('NFC'));
  if (alike.length > 1) {
    throw new FileReadError(
      'ambiguous',
      `could be any of ${alike.length} files in ${folder}, whose names look the same and are written in different ` +
        'Unicode forms; rename all but one',
    );
  }
  return join(folder, alike[0] ?? wanted);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => errnoOf(error) !== 'ENOENT',
  );
}

async function openFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  try {
    return await open(path, flags);
  } catch (error) {
    const found = errnoOf(error) === 'ENOENT' ? await findFile(path) : path;
    if (found === path) throw readError(error);
    return open(found, flags).catch((cause: unknown) => {
      throw readError(cause);
    });
  }
}

async function readOpened(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const found = await handle.stat();
  if (!found.isFile()) {
    const kind = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : 'a device';
    throw new FileReadError('not-a-file', `is ${kind}, not a file`);
  }
  if (found.size > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let total = 0;
  // Read to the end rather than to the size: files in /proc report 0, and a file may grow meanwhile.
  for (;;) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, found.size - total + 1)));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks, total);
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
    if (total > maxBytes) throw tooLarge(maxBytes);
  }
}

function tooLarge(maxBytes: number): FileReadError {
  const megabytes = maxBytes / 2 ** 20;
  return new FileReadError('too-large', `is larger than ${megabytes} MiB, the most that is read`);
}

function readError(cause: unknown): FileReadError {
  if (cause instanceof FileReadError) return cause;
  const code = errnoOf(cause);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileReadError('missing', 'is not there', { cause });
    case 'EISDIR':
      return new FileReadError('not-a-file', 'is a folder, not a file', { cause });
    case 'ENXIO':
      return new FileReadError('not-a-file', 'is a socket or a device, not a file', { cause });
    case 'ELOOP':
      return new FileReadError('unreadable', 'is a link that leads back to itself', { cause });
    default:
      return new FileReadError('unreadable', `cannot be read (${code ?? String(cause)})`, { cause });
  }
}
