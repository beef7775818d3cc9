/**
 * Exports that are being written, by a note for each in the settings folder: an exported file may go anywhere, and of
 * one whose program was killed nobody else would know where its unfinished part lies.
 *
 * The notes of programs that are gone are read when the next one starts, which removes those parts.
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
   * Writes a file under a temporary name that is noted meanwhile.
   *
   * @param write brings the file to its place, by way of the temporary name
   * @throws what `write` throws
   */
  async writing(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = temporaryName(resolve(path));
    const note = temporaryName(join(this.#folder, NOTE));
    // An export does not fail for want of its note.
    const isNoted = await this.#note(note, temporary);
    await write(temporary);
    if (isNoted) await rm(note, { force: true });
  }

  /** Removes what programs that are gone left of their exports. What cannot be removed stays for the next time. */
  async removeStale(): Promise<void> {
    for (const name of (await ifPresent(readdir(this.#folder))) ?? []) {
      if (!isLeftBehind(name)) continue;
      const note = join(this.#folder, name);
      const temporary = await readFile(note, 'utf8');
      // A note can be half written; and nothing else than an unfinished file is ever removed.
      if (isLeftBehind(temporary)) {
        try {
          await rm(temporary, { force: true });
        } catch (error) {
          // Its disk may be there the next time.
          if (errnoOf(error) !== undefined) continue;
          throw error;
        }
      }
      await rm(note, { force: true });
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
