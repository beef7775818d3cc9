/** Exported files appear whole or not at all; what lay there before stays until then. */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { StudioError } from '../../contract/errors.ts';
import { errnoOf } from '../../foundation/files/file-errors.ts';

/** @throws StudioError DISK_FULL, OUTPUT_UNWRITABLE */
export async function writeExport(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const code = errnoOf(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new StudioError('DISK_FULL', `The disk is full: ${path} could not be written.`, { cause });
    }
    throw new StudioError('OUTPUT_UNWRITABLE', `${path} cannot be written (${code ?? String(cause)}).`, {
      cause,
    });
  }
}
