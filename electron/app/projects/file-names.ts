/** Chooses and checks file names. */
import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, normalize } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import { safeFileName } from '../../projects/export/file-name.ts';

/** A path that this process writes a new file to. */
interface NewPath {
  readonly path: string;
  /** What distinguishes it from files of the same name, such as " 2"; '' for nothing. */
  readonly ending: string;
  /** Called when the file is there, or will not be. */
  readonly release: () => void;
}

/** A free path in a folder: the name, or the name with a number. */
export function freePath(folder: string, name: string, extension: string): string {
  return new NewPaths().take(folder, name, extension).path;
}

/** Free paths for files that take a while to write: until they are there, the disk does not show that they are taken. */
export class NewPaths {
  readonly #taken = new Set<string>();

  /** As {@link freePath}, and no other's until it is released. */
  take(folder: string, name: string, extension: string): NewPath {
    const fileName = safeFileName(name, 'Untitled');
    for (let number = 1; ; number++) {
      const ending = number === 1 ? '' : ` ${number}`;
      const path = join(folder, `${fileName}${ending}${extension}`);
      if (this.#taken.has(path) || existsSync(path)) continue;
      this.#taken.add(path);
      return { path, ending, release: () => this.#taken.delete(path) };
    }
  }
}

/**
 * Checks a path from a window, of a file to write or open.
 *
 * @param extensions with their dots
 * @throws StudioError PARAMETER_INVALID
 */
export function checkedPath(path: string, extensions: readonly string[]): string {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new StudioError(
      'PARAMETER_INVALID',
      `An absolute path is needed, starting at the root of the disk: ${path}`,
    );
  }
  const plain = normalize(path);
  if (!extensions.includes(extname(plain).toLowerCase())) {
    throw new StudioError(
      'PARAMETER_INVALID',
      `The file’s name must end in ${extensions.join(' or ')}: ${path}`,
    );
  }
  return plain;
}
