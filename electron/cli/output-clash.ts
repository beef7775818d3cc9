/**
 * Refuses outputs that would overwrite an input or another output, before rendering.
 *
 * Existing files are compared by device and inode, so that another spelling, a link or a second name makes no
 * difference; new ones by their folder and name.
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { findFile } from '../foundation/files/read-file.ts';

/** A file or folder that a command writes. */
export interface CommandOutput {
  /** Its name on the command line, such as `--out`. */
  readonly what: string;
  readonly path: string;
  /** A folder that is moved into place complete, so nothing else may be written into it. */
  readonly isFolder?: boolean;
}

/** A file that a command reads. */
export interface CommandInput {
  /** Its name in a sentence, such as `the scene file`. */
  readonly what: string;
  readonly path: string;
}

/** A model pack: its files are inputs, except its bundled scenes. */
const SCENES = 'scenes';

/** A resolved path. */
interface Place {
  /** Device and inode of the file; undefined when it does not exist. */
  readonly file: string | undefined;
  /**
   * Its deepest existing ancestor, and the names from there on, folded so that names equal on any file system match.
   */
  readonly name: string;
  /** Its existing ancestors, by device and inode. */
  readonly folders: ReadonlySet<string>;
}

/**
 * @param packFolder whose files must not be overwritten; it need not exist
 * @throws StudioError OUTPUT_IS_INPUT naming both; missing inputs are left to their readers
 */
export async function assertOutputsApart(
  outputs: readonly CommandOutput[],
  inputs: readonly CommandInput[],
  packFolder?: string,
): Promise<void> {
  const placed = await Promise.all(
    outputs.map(async (output) => ({ ...output, place: await placeOf(output.path) })),
  );
  for (const [index, output] of placed.entries()) {
    for (const other of placed.slice(0, index)) {
      if (areSame(output.place, other.place)) {
        throw new StudioError(
          'OUTPUT_IS_INPUT',
          `${other.what} (${other.path}) and ${output.what} (${output.path}) are the same file. Choose different ` +
            'names; on many disks, names that differ only in capitals are the same.',
        );
      }
      const [inner, folder] = isWithin(output, other) ? [output, other] : [other, output];
      if (!isWithin(inner, folder)) continue;
      throw new StudioError(
        'OUTPUT_IS_INPUT',
        `${inner.what} (${inner.path}) would be inside of ${folder.what} (${folder.path}), which is written as a whole. ` +
          'Choose a place outside of it.',
      );
    }
  }
  if (packFolder !== undefined) {
    const [pack, scenes] = await Promise.all([lookUp(packFolder), lookUp(join(packFolder, SCENES))]);
    for (const { what, path, place } of placed) {
      const isOfPack = pack !== undefined && place.file !== undefined && place.folders.has(pack);
      if (!isOfPack || (scenes !== undefined && place.folders.has(scenes))) continue;
      throw new StudioError(
        'OUTPUT_IS_INPUT',
        `${what} would overwrite ${path}, a file of the model pack. Choose another path.`,
      );
    }
  }
  for (const input of inputs) {
    const place = await placeOf(await findFile(input.path));
    // Compare names too: a file next to an input that differs only in case or Unicode form could be read in its
    // place.
    const output = placed.find((candidate) => areSame(candidate.place, place));
    if (output === undefined) continue;
    throw new StudioError(
      'OUTPUT_IS_INPUT',
      `${output.what} would overwrite ${input.what} (${input.path}), which the command reads. Choose another name.`,
    );
  }
}

function areSame(a: Place, b: Place): boolean {
  return (a.file !== undefined && a.file === b.file) || a.name === b.name;
}

function isWithin(
  { place }: { readonly place: Place },
  folder: CommandOutput & { readonly place: Place },
): boolean {
  if (folder.isFolder !== true) return false;
  const { file, name } = folder.place;
  return (file !== undefined && place.folders.has(file)) || place.name.startsWith(`${name}/`);
}

async function placeOf(path: string): Promise<Place> {
  const whole = await realpath(path).catch(() => resolve(path));
  const found = await lookUp(whole);
  const folders = new Set<string>();
  const missing = [basename(whole)];
  let above: string | undefined;
  for (let folder = dirname(whole); ; folder = dirname(folder)) {
    const id = await lookUp(folder);
    if (id !== undefined) {
      above ??= id;
      folders.add(id);
    } else if (above === undefined) {
      missing.unshift(basename(folder));
    }
    if (folder === dirname(folder)) break;
  }
  const spelt = missing.map((name) => name.normalize('NFC').toLowerCase());
  return { file: found, name: [above, ...spelt].join('/'), folders };
}

/** Follows links. @returns undefined for a missing file */
async function lookUp(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}
