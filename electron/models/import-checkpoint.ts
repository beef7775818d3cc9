/**
 * Finds a checkpoint in a user's folder: anything that the loader's own inspection accepts.
 *
 * The catalogue's list describes the downloaded files; a user's checkpoint may have its weights in several files or
 * in half precision, or its tokenizer in one file (docs/decisions/0114).
 */
import { basename, dirname } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { type CatalogComponent, type CatalogFile, packPathSchema } from '../contract/pack-catalog.ts';
import { type CheckpointInspection, inspectCheckpoint } from '../inference/packs/inspect-checkpoint.ts';
import { type FoundFile, findFile, halfPrecisionPath } from './import-files.ts';

/**
 * @param place a folder that may be a checkpoint, or a single file
 * @returns its files, or why they are not one that can be used
 * @throws StudioError IMPORT_INVALID for a link to a file that is not there
 */
export async function findCheckpoint(
  place: string,
  component: CatalogComponent,
  role: NonNullable<CatalogComponent['checkpoint']>,
): Promise<FoundFile[] | string> {
  let inspection: CheckpointInspection;
  try {
    inspection = await inspectCheckpoint(place);
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    return error.message;
  }
  // A pack's blending model has its resolution and its parameters; SDXL is a model of its own.
  if (role === 'blending' && inspection.isSdxl) {
    return `${place} is an SDXL model, which this pack can use for backgrounds only. To blend with it, open it as the model itself`;
  }
  const { files: paths } = inspection;
  const files: FoundFile[] = [];
  const [first = ''] = paths;
  // Single files have no path with folders.
  const isSingle = paths.length === 1 && !first.includes('/');
  const folder = isSingle && basename(place) === first ? dirname(place) : place;
  for (const path of paths) {
    const file = isSingle ? singleFile(path) : fileOf(component, path);
    const found = await findFile(folder, { ...file, remotePath: path });
    if (found === undefined) return `${place} lacks ${path}`;
    files.push({ ...found, file });
  }
  return files;
}

/** A single file keeps its name if a pack may use it: spaces and brackets are not allowed in any of its paths. */
function singleFile(name: string): CatalogFile {
  const path = packPathSchema.safeParse(name).success ? name : 'checkpoint.safetensors';
  return { path, bytes: null, sha256: null, optional: false };
}

/** The catalogue's entry for a path, or a new one. */
function fileOf({ files }: CatalogComponent, path: string): CatalogFile {
  const named = files.find((file) => file.path === path || halfPrecisionPath(file.path) === path);
  if (named !== undefined) return named;
  if (!packPathSchema.safeParse(path).success) {
    throw new StudioError(
      'IMPORT_INVALID',
      `The file name ${basename(path)} is not supported: it has characters other than letters, digits, dots, hyphens and underscores. Rename the file.`,
    );
  }
  return { path, bytes: null, sha256: null, optional: false };
}
