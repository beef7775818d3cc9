/** Writes exported files atomically: an existing file stays until the new one is complete. */
import { basename, dirname } from 'node:path';
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';
import { removeStaleTemporaryFiles } from '../../foundation/files/temporary-files.ts';
import type { UnfinishedExports } from './unfinished-exports.ts';

/**
 * Writes an exported file, and removes what a killed process left of it.
 *
 * @throws StudioError DISK_FULL, OUTPUT_UNWRITABLE
 */
export async function writeExport(
  path: string,
  bytes: Uint8Array,
  unfinished: UnfinishedExports,
): Promise<void> {
  await unfinished.writing(path, (temporary) =>
    writeFileAtomically(path, bytes, { temporary, unwritable: 'OUTPUT_UNWRITABLE' }),
  );
  await removeStaleTemporaryFiles(dirname(path), (name) => name === basename(path));
}
