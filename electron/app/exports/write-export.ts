/** Exported files appear whole or not at all; what lay there before stays until then. */
import { writeFileAtomically } from '../../foundation/files/atomic-write.ts';

/** @throws StudioError DISK_FULL, OUTPUT_UNWRITABLE */
export async function writeExport(path: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomically(path, bytes, { unwritable: 'OUTPUT_UNWRITABLE' });
}
