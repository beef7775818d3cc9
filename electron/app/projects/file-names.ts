/** Chooses and checks file names. */
import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, normalize } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import { safeFileName } from '../../projects/export/file-name.ts';

/** A free path in a folder: the name, or the name with a number. */
export function freePath(folder: string, name: string, extension: string): string {
  return freePlace(folder, name, extension).path;
}

/** {@link freePath}, with the ending that distinguishes it from files of the same name, such as " 2"; '' for none. */
export function freePlace(
  folder: string,
  name: string,
  extension: string,
): { readonly path: string; readonly ending: string } {
  const fileName = safeFileName(name, 'Untitled');
  for (let number = 1; ; number++) {
    const ending = number === 1 ? '' : ` ${number}`;
    const path = join(folder, `${fileName}${ending}${extension}`);
    if (!existsSync(path)) return { path, ending };
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
