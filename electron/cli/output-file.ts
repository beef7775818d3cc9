/** Results appear whole or not at all, and a place that cannot be written is found out before the work. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { temporaryName, writeWholeFile } from '../foundation/files/whole-file.ts';

/**
 * Makes the folder of an output file and checks that it can be written.
 *
 * @throws StudioError OUTPUT_UNWRITABLE
 */
export async function prepareOutput(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new StudioError('OUTPUT_UNWRITABLE', `${path} is a folder.`);
  const probe = temporaryName(path);
  await writing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
  });
}

/**
 * Writes a file whole or not at all.
 *
 * @throws StudioError OUTPUT_UNWRITABLE
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await writing(path, () => writeWholeFile(path, content));
}

async function writing(path: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (cause) {
    const detail = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new StudioError('OUTPUT_UNWRITABLE', `${path} cannot be written (${detail}).`, { cause });
  }
}
