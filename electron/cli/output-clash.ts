/**
 * Refuses outputs that would overwrite an input or another output, before anything is rendered.
 *
 * Files are compared by device and number, so that another spelling, a link or a second name makes no difference; what
 * is not there yet, by the folder that it goes into and its name.
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { findFile } from '../foundation/files/read-file.ts';

/** A file or folder that a command writes. */
export interface CommandOutput {
  /** How the command line calls it, such as `--out`. */
  readonly what: string;
  readonly path: string;
  /** It is a folder that is put in place whole, so that nothing else may be written into it. */
  readonly isFolder?: boolean;
}

/** A file that a command reads. */
export interface CommandInput {
  /** How to call it in a sentence, such as `the scene file`. */
  readonly what: string;
  readonly path: string;
}

/** A model pack: what lies in it is read, but for the scenes that come along. */
const SCENES = 'scenes';

/** Where a path leads. */
interface Place {
  /** Device and number of the file; undefined when it is not there. */
  readonly file: string | undefined;
  /** The deepest folder above it that is there, and the names from there on, as no file system tells them apart. */
  readonly name: string;
  /** The folders above it that are there, by device and number. */
  readonly folders: ReadonlySet<string>;
}

/**
 * @param packFolder whose files are not written over; it need not be there
 * @throws StudioError OUTPUT_IS_INPUT naming both; inputs that are not there are left to those that read them
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
      if (!areSame(output.place, other.place) && !isWithin(output, other) && !isWithin(other, output))
        continue;
      throw new StudioError(
        'OUTPUT_IS_INPUT',
        `${other.what} (${other.path}) and ${output.what} (${output.path}) lead to the same place. Give each a ` +
          'place of its own; names that differ in capitals only are one name on many disks.',
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
        `${what} would write over ${path}, a file of the model pack. Choose another place.`,
      );
    }
  }
  for (const input of inputs) {
    const place = await placeOf(await findFile(input.path));
    // By its name too: a file beside an input that differs in capitals or Unicode form only would be read in its place.
    const output = placed.find((candidate) => areSame(candidate.place, place));
    if (output === undefined) continue;
    throw new StudioError(
      'OUTPUT_IS_INPUT',
      `${output.what} would write over ${input.what} (${input.path}), which the command reads. Choose another name.`,
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

/** Follows links. @returns undefined for what is not there */
async function lookUp(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}
