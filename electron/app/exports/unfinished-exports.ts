/**
 * Notes each running export in the settings folder: an exported file may go anywhere, and after a crash nothing else
 * would tell where its unfinished part is.
 *
 * At the next start, the notes of dead processes are read and those parts removed.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errnoOf, ifPresent } from '../../foundation/files/file-errors.ts';
import { isLeftBehind, temporaryName } from '../../foundation/files/temporary-files.ts';

const NOTE = 'export';

export class UnfinishedExports {
  readonly #folder: string;

  constructor(settingsFolder: string) {
    this.#folder = join(settingsFolder, 'unfinished-exports');
  }

  /**
   * Writes a file under a temporary name, which is noted meanwhile.
   *
   * @param write writes the file by way of the temporary name
   * @throws what `write` throws
   */
  async writing(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = temporaryName(resolve(path));
    const note = temporaryName(join(this.#folder, NOTE));
    // An export does not fail when its note cannot be written.
    const isNoted = await this.#note(note, temporary);
    await write(temporary);
    if (isNoted) await rm(note, { force: true });
  }

  /** Removes the unfinished exports of dead processes. What cannot be removed stays for the next time. */
  async removeStale(): Promise<void> {
    for (const name of (await ifPresent(readdir(this.#folder))) ?? []) {
      if (!isLeftBehind(name)) continue;
      const note = join(this.#folder, name);
      try {
        // Another host that starts right now may have removed it.
        const temporary = (await ifPresent(readFile(note, 'utf8'))) ?? '';
        // A note can be incomplete; only an unfinished file is ever removed.
        if (isLeftBehind(temporary)) await rm(temporary, { force: true });
        await rm(note, { force: true });
      } catch (error) {
        // Its disk may be connected the next time.
        if (errnoOf(error) === undefined) throw error;
      }
    }
  }

  async #note(note: string, temporary: string): Promise<boolean> {
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(note, temporary);
      return true;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return false;
    }
  }
}
