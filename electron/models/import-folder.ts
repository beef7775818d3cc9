/** Taking in models that a person has already: by hard link, by link or by copy, checked first. */
import { lstat, stat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { PackCatalog } from '../contract/pack-catalog.ts';
import { ifPresent, throwIfCancelled } from '../foundation/files/file-errors.ts';
import { sha256OfFile } from './file-hash.ts';
import { type FoundFile, findComponents } from './import-layout.ts';
import { assertWholeSafetensors } from './inspect-model.ts';
import {
  findInstalled,
  type InstalledFile,
  readInstallRecord,
  withInstalled,
  writeInstallRecord,
} from './install-record.ts';
import { withPackLock } from './pack-lock.ts';
import { writePackManifests } from './pack-manifests.ts';
import { type ImportMode, placeFile } from './place-file.ts';
import { type StoreContext, selectComponents } from './store-context.ts';
import { installedPath } from './store-layout.ts';
import { ProgressReporter, type StoreControls } from './store-progress.ts';

export interface ImportOptions extends StoreControls {
  /** By name; without names, every component that the folder holds. */
  readonly components?: readonly string[] | undefined;
  readonly mode?: ImportMode;
}

export interface ImportResult {
  readonly files: readonly InstalledFile[];
  /** Files that are not the catalogue's, such as a fine-tune's weights: allowed, but worth saying. */
  readonly ownFiles: readonly string[];
}

/** A file that is checked and ready to be placed. */
interface CheckedFile extends FoundFile {
  readonly component: string;
  readonly finalPath: string;
  readonly sha256: string;
  readonly checkedBy: InstalledFile['checkedBy'];
}

/**
 * Imports what a folder holds of a pack. All files are checked before the first is placed, and a failure takes
 * back what was placed.
 *
 * @throws StudioError IMPORT_INVALID, FILE_IN_THE_WAY, DISK_FULL, FOLDER_UNWRITABLE, STORE_BUSY, CANCELLED
 */
export async function importFolder(
  context: StoreContext,
  catalog: PackCatalog,
  folder: string,
  options: ImportOptions,
): Promise<ImportResult> {
  const { modelsFolder, environment } = context;
  const ids = options.components ?? catalog.components.map(({ id }) => id);
  const found = await findComponents(
    resolve(folder),
    selectComponents(catalog, ids),
    options.components !== undefined,
  );
  return withPackLock(modelsFolder, catalog.id, async () => {
    const checked = await checkFiles(context, catalog, found, options);
    if (options.mode === 'copy') await assertSpace(context, checked);
    const placed: InstalledFile[] = [];
    let record = await readInstallRecord(modelsFolder, catalog.id);
    const bytesTotal = checked.reduce((sum, { bytes }) => sum + bytes, 0);
    const { now } = environment;
    const progress = new ProgressReporter(catalog.id, checked.length, bytesTotal, now, options.onProgress);
    try {
      for (const [index, file] of checked.entries()) {
        throwIfCancelled(options.signal);
        progress.begin('place', `${file.component}/${file.file.path}`, index + 1);
        const how = await placeFile({
          from: file.sourcePath,
          finalPath: file.finalPath,
          sha256: file.sha256,
          mode: options.mode ?? 'auto',
          signal: options.signal,
          onBytes: (bytes) => progress.advance(bytes),
          onNotice: options.onNotice,
        });
        progress.finish(file.bytes);
        const { component, file: described, sha256, bytes, checkedBy, sourcePath } = file;
        placed.push({
          component,
          path: described.path,
          bytes,
          sha256,
          placed: how,
          checkedBy,
          source: sourcePath,
          changedMs: (await stat(file.finalPath)).mtimeMs,
          installedAt: environment.date().toISOString(),
        });
      }
      for (const file of placed) record = withInstalled(record, file);
      await writeInstallRecord(modelsFolder, record);
    } catch (error) {
      for (const { component, path } of placed) {
        await unlink(installedPath(modelsFolder, catalog.id, component, path)).catch(() => undefined);
      }
      throw error;
    }
    await writePackManifests(context, catalog, record);
    return {
      files: placed,
      ownFiles: checked.filter(isOwn).map(({ component, file }) => `${component}/${file.path}`),
    };
  });
}

function isOwn({ file, sha256 }: CheckedFile): boolean {
  return file.sha256 !== null && file.sha256 !== sha256;
}

async function checkFiles(
  { modelsFolder, environment }: StoreContext,
  catalog: PackCatalog,
  found: ReadonlyMap<string, readonly FoundFile[]>,
  { signal, onProgress }: ImportOptions,
): Promise<CheckedFile[]> {
  const record = await readInstallRecord(modelsFolder, catalog.id);
  const all = [...found].flatMap(([component, files]) => files.map((file) => ({ component, ...file })));
  const bytesTotal = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = new ProgressReporter(catalog.id, all.length, bytesTotal, environment.now, onProgress);
  const checked: CheckedFile[] = [];
  for (const [index, item] of all.entries()) {
    const { component, file, sourcePath, bytes, blobSha256 } = item;
    progress.begin('check', `${component}/${file.path}`, index + 1);
    const finalPath = installedPath(modelsFolder, catalog.id, component, file.path);
    if (file.path.endsWith('.safetensors')) await assertWholeSafetensors(sourcePath);
    const sha256 = await sha256OfFile(sourcePath, { signal, onBytes: (done) => progress.advance(done) });
    if (blobSha256 !== undefined && blobSha256 !== sha256) {
      throw new StudioError(
        'IMPORT_INVALID',
        `${sourcePath} is damaged: the hub cache names it by another SHA-256 than it has.`,
      );
    }
    progress.finish(bytes);

    const installed = findInstalled(record, component, file.path);
    const isThere = (await ifPresent(lstat(finalPath))) !== undefined;
    if (isThere && installed?.sha256 === sha256) continue;
    if (isThere) {
      throw new StudioError(
        'FILE_IN_THE_WAY',
        `${finalPath} is there already. Remove the pack or move it away first.`,
      );
    }
    const checkedBy =
      sha256 === file.sha256 ? 'catalogue' : blobSha256 === undefined ? 'structure' : 'hub-sha256';
    checked.push({ ...item, finalPath, sha256, checkedBy });
  }
  return checked;
}

async function assertSpace(
  { modelsFolder, environment }: StoreContext,
  files: readonly CheckedFile[],
): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const freeBytes = await environment.freeBytes(modelsFolder);
  if (freeBytes !== undefined && bytes > freeBytes) {
    throw new StudioError(
      'DISK_FULL',
      `${bytes} bytes are to be copied to ${modelsFolder}, but only ${freeBytes} are free.`,
    );
  }
}
