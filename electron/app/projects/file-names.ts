/** File names that the program chooses or receives. */
import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, normalize } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import { safeFileName } from '../../projects/export/file-name.ts';

/** A path in a folder that nothing lies at: the name, or the name with a number. */
export function freePath(folder: string, name: string, extension: string): string {
  const fileName = safeFileName(name, 'Untitled');
  for (let number = 1; ; number++) {
    const path = join(folder, `${fileName}${number === 1 ? '' : ` ${number}`}${extension}`);
    if (!existsSync(path)) return path;
  }
}

/**
 * Checks a path that a window gave for a file to be written or opened.
 *
 * @param extensions with their dots
 * @throws StudioError PARAMETER_INVALID
 */
export function checkedPath(path: string, extensions: readonly string[]): string {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new StudioError(
      'PARAMETER_INVALID',
      `A whole path is needed, from the root of the disk on: ${path}`,
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
