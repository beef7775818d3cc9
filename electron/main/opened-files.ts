/** Project files that the system asks this program to open. */
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

const ENDING = '.pnpmix';

/**
 * The project files among a command line's arguments.
 *
 * @param folder what relative paths are relative to
 */
export function projectsIn(args: readonly string[], folder: string): string[] {
  return args
    .filter((arg) => !arg.startsWith('-') && arg.toLowerCase().endsWith(ENDING))
    .map((arg) => (isAbsolute(arg) ? arg : resolve(folder, arg)))
    .filter((path) => existsSync(path));
}
