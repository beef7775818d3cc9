/** installed.json: the files that the store put into a pack's folder, and how they were verified. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import { type CatalogComponent, packPathSchema, sha256Schema } from '../contract/pack-catalog.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { recordPath } from './store-layout.ts';

const installedFileSchema = z.strictObject({
  component: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  path: packPathSchema,
  bytes: z.int().nonnegative(),
  sha256: sha256Schema,
  placed: z.enum(['downloaded', 'copied', 'hard-linked', 'linked', 'found', 'written']),
  /** How its content was verified. */
  checkedBy: z.enum(['catalogue', 'hub-sha256', 'hub-git-id', 'length', 'structure', 'store']),
  /** Its source address or path, and the target of a link. */
  source: z.string(),
  /** Modification time in ms, to notice later changes without reading the file. */
  changedMs: z.number(),
  installedAt: z.iso.datetime(),
});
export type InstalledFile = z.infer<typeof installedFileSchema>;

const acceptedLicenceSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  acceptedAt: z.iso.datetime(),
});

/** A file that an import is going to place. */
const importedFileSchema = z.strictObject({
  path: packPathSchema,
  bytes: z.int().nonnegative(),
  sha256: sha256Schema,
  /** Its source path. */
  source: z.string(),
});
export type ImportedFile = z.infer<typeof importedFileSchema>;

/**
 * The files of an imported component, replacing the catalogue's list. Written before the first file is placed, so
 * that a killed import is recognised.
 */
const importedComponentSchema = z.strictObject({
  /** Its source folder. */
  folder: z.string(),
  files: z.array(importedFileSchema),
});

const installRecordSchema = z.strictObject({
  version: z.literal(1),
  packId: z.string(),
  files: z.array(installedFileSchema),
  licences: z.array(acceptedLicenceSchema),
  /** By repository: the commit of its files, if the catalogue pins none. */
  revisions: z.record(z.string(), z.string().regex(/^[0-9a-f]{40}$/)),
  /** By component. */
  imports: z.record(z.string(), importedComponentSchema).default({}),
});
export type InstallRecord = z.infer<typeof installRecordSchema>;

/**
 * Reads a pack's record; an empty one by default.
 *
 * @throws StudioError PACK_INVALID for a damaged one: guessing which files are the store's would endanger others
 */
export async function readInstallRecord(modelsFolder: string, packId: string): Promise<InstallRecord> {
  const path = recordPath(modelsFolder, packId);
  const text = await ifPresent(readFile(path, 'utf8'));
  if (text === undefined) return { version: 1, packId, files: [], licences: [], revisions: {}, imports: {} };
  try {
    const record = installRecordSchema.parse(JSON.parse(text));
    if (record.packId !== packId) throw new Error(`it belongs to the pack ${record.packId}`);
    return record;
  } catch (error) {
    throw new StudioError(
      'PACK_INVALID',
      `${path} is damaged or was written by a newer version. Move the folder away, then import it again.`,
      { cause: error },
    );
  }
}

export async function writeInstallRecord(modelsFolder: string, record: InstallRecord): Promise<void> {
  await writeFileAtomically(recordPath(modelsFolder, record.packId), `${JSON.stringify(record, null, 2)}\n`);
}

export function findInstalled(
  record: InstallRecord,
  componentId: string,
  path: string,
): InstalledFile | undefined {
  return record.files.find((file) => file.component === componentId && file.path === path);
}

/** The record with a file added or replaced. */
export function withInstalled(record: InstallRecord, added: InstalledFile): InstallRecord {
  const at = record.files.findIndex(
    ({ component, path }) => component === added.component && path === added.path,
  );
  return { ...record, files: at < 0 ? [...record.files, added] : record.files.with(at, added) };
}

export function withoutInstalled(
  record: InstallRecord,
  removed: readonly Pick<InstalledFile, 'component' | 'path'>[],
): InstallRecord {
  return {
    ...record,
    files: record.files.filter(
      (file) => !removed.some(({ component, path }) => component === file.component && path === file.path),
    ),
  };
}

/** The files of a component: those of its import, else the catalogue's. */
export function expectedFiles(
  record: InstallRecord,
  { id, files }: CatalogComponent,
): readonly { readonly path: string; readonly optional: boolean }[] {
  const imported = record.imports[id];
  return imported === undefined ? files : imported.files.map(({ path }) => ({ path, optional: false }));
}

/** Files that a killed import of a component did not place. */
export function unplacedFiles(record: InstallRecord, componentId: string): ImportedFile[] {
  const files = record.imports[componentId]?.files ?? [];
  return files.filter(({ path }) => findInstalled(record, componentId, path) === undefined);
}
