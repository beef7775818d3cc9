/** Imports models that the user already has: checks them, then links or copies them. */
import { lstat, rm, stat, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { PackCatalog } from '../contract/pack-catalog.ts';
import { ifPresent, reading, throwIfCancelled } from '../foundation/files/file-errors.ts';
import { sha256OfFile } from './file-hash.ts';
import type { FoundFile } from './import-files.ts';
import { type FoundComponent, findComponents } from './import-layout.ts';
import { assertWholeSafetensors } from './inspect-model.ts';
import {
  findInstalled,
  type InstalledFile,
  type InstallRecord,
  readInstallRecord,
  unplacedFiles,
  withInstalled,
  writeInstallRecord,
} from './install-record.ts';
import { withPackLock } from './pack-lock.ts';
import { writePackManifests } from './pack-manifests.ts';
import { type ImportMode, placeFile } from './place-file.ts';
import { type StoreContext, selectComponents } from './store-context.ts';
import { installedPath, recordPath } from './store-layout.ts';
import { ProgressReporter, type StoreControls } from './store-progress.ts';

export interface ImportOptions extends StoreControls {
  /** By name; by default every component in the folder. */
  readonly components?: readonly string[] | undefined;
  readonly mode?: ImportMode;
}

export interface ImportResult {
  readonly files: readonly InstalledFile[];
  /** Files that differ from the catalogue's, such as a fine-tune's weights: allowed, but worth a notice. */
  readonly ownFiles: readonly string[];
}

/** A checked file. */
interface CheckedFile extends FoundFile {
  readonly component: string;
  readonly finalPath: string;
  readonly sha256: string;
  readonly checkedBy: InstalledFile['checkedBy'];
  /** placed: already there and recorded. left: placed by an import that was killed. */
  readonly state: 'placed' | 'left' | 'found' | 'missing';
}

/**
 * Imports the components of a pack in a folder. All files are checked before the first is placed; the plan is
 * recorded first, then each file as soon as it is placed. A failure removes the placed files; a killed import can be
 * repeated or removed, and `verify` reports it.
 *
 * @throws StudioError IMPORT_INVALID, MODEL_INVALID, FILE_IN_THE_WAY, DISK_FULL, FOLDER_UNWRITABLE, STORE_BUSY,
 *   CANCELLED
 */
export async function importFolder(
  context: StoreContext,
  catalog: PackCatalog,
  folder: string,
  options: ImportOptions,
): Promise<ImportResult> {
  const { modelsFolder } = context;
  const ids = options.components ?? catalog.components.map(({ id }) => id);
  const found = await findComponents(
    resolve(folder),
    selectComponents(catalog, ids),
    options.components !== undefined,
  );
  return withPackLock(modelsFolder, catalog.id, async () => {
    const before = await readInstallRecord(modelsFolder, catalog.id);
    const checked = await checkFiles(context, before, found, options);
    const missing = checked.filter(({ state }) => state !== 'placed');
    assertNoOtherModel(before, checked, missing);
    if (options.mode === 'copy') await assertSpace(context, missing);
    const record = missing.length === 0 ? before : await placeFiles(context, before, found, checked, options);
    await writePackManifests(context, catalog, record);
    return {
      files: missing.map(({ component, file }) => findInstalled(record, component, file.path)!),
      ownFiles: missing.filter(isOwn).map(({ component, file }) => `${component}/${file.path}`),
    };
  });
}

function isOwn({ file, sha256 }: CheckedFile): boolean {
  return file.sha256 !== null && file.sha256 !== sha256;
}

/** @returns the updated record */
async function placeFiles(
  { modelsFolder, environment }: StoreContext,
  before: InstallRecord,
  found: readonly FoundComponent[],
  checked: readonly CheckedFile[],
  options: ImportOptions,
): Promise<InstallRecord> {
  const { packId } = before;
  const missing = checked.filter(({ state }) => state !== 'placed');
  const bytesTotal = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  const { now } = environment;
  const progress = new ProgressReporter(packId, missing.length, bytesTotal, now, options.onProgress);
  const placed: string[] = [];
  let record: InstallRecord = { ...before, imports: { ...before.imports, ...planOf(found, checked) } };
  await writeInstallRecord(modelsFolder, record);
  try {
    for (const [index, file] of missing.entries()) {
      throwIfCancelled(options.signal);
      progress.begin('place', `${file.component}/${file.file.path}`, index + 1);
      let how: InstalledFile['placed'];
      if (file.state === 'missing') {
        how = await placeFile({
          from: file.sourcePath,
          finalPath: file.finalPath,
          sha256: file.sha256,
          mode: options.mode ?? 'auto',
          signal: options.signal,
          onBytes: (bytes) => progress.advance(bytes),
          onNotice: options.onNotice,
        });
        placed.push(file.finalPath);
      } else {
        how = file.state === 'found' ? 'found' : await howPlaced(file);
      }
      progress.finish(file.bytes);
      record = withInstalled(record, {
        component: file.component,
        path: file.file.path,
        bytes: file.bytes,
        sha256: file.sha256,
        placed: how,
        checkedBy: file.checkedBy,
        source: file.sourcePath,
        changedMs: (await stat(file.finalPath)).mtimeMs,
        installedAt: environment.date().toISOString(),
      });
      await writeInstallRecord(modelsFolder, record);
    }
    return record;
  } catch (error) {
    for (const path of placed) await unlink(path).catch(() => undefined);
    await restoreRecord(modelsFolder, before);
    throw error;
  }
}

async function restoreRecord(modelsFolder: string, before: InstallRecord): Promise<void> {
  const { packId, files, licences, imports } = before;
  const isEmpty = files.length === 0 && licences.length === 0 && Object.keys(imports).length === 0;
  const restore = isEmpty
    ? rm(recordPath(modelsFolder, packId), { force: true })
    : writeInstallRecord(modelsFolder, before);
  // The import's own error is more helpful than one from cleaning up.
  await restore.catch(() => undefined);
}

function planOf(found: readonly FoundComponent[], checked: readonly CheckedFile[]): InstallRecord['imports'] {
  return Object.fromEntries(
    found.map(({ id, place }) => [
      id,
      {
        folder: place,
        files: checked
          .filter(({ component }) => component === id)
          .map(({ file, bytes, sha256, sourcePath }) => ({
            path: file.path,
            bytes,
            sha256,
            source: sourcePath,
          })),
      },
    ]),
  );
}

/** How a killed import placed a file. */
async function howPlaced({ finalPath, sourcePath }: CheckedFile): Promise<InstalledFile['placed']> {
  if ((await lstat(finalPath)).isSymbolicLink()) return 'linked';
  const [there, source] = await Promise.all([stat(finalPath), stat(sourcePath)]);
  return there.ino === source.ino && there.dev === source.dev ? 'hard-linked' : 'copied';
}

/** Weights of two models in one component: the loader could pick either. */
function assertNoOtherModel(
  record: InstallRecord,
  checked: readonly CheckedFile[],
  missing: readonly CheckedFile[],
): void {
  for (const { component, path } of record.files) {
    const isReplaced = missing.some((file) => file.component === component);
    const isPart = checked.some((file) => file.component === component && file.file.path === path);
    if (isReplaced && !isPart && path.endsWith('.safetensors')) {
      throw new StudioError(
        'FILE_IN_THE_WAY',
        `Another model is installed as ${component} (${path}). Remove that part first: models remove ${record.packId} --component ${component}.`,
      );
    }
  }
}

async function checkFiles(
  { modelsFolder, environment }: StoreContext,
  record: InstallRecord,
  found: readonly FoundComponent[],
  { signal, onProgress }: ImportOptions,
): Promise<CheckedFile[]> {
  const { packId } = record;
  const all = found.flatMap(({ id, files }) => files.map((file) => ({ component: id, ...file })));
  const bytesTotal = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = new ProgressReporter(packId, all.length, bytesTotal, environment.now, onProgress);
  const checked: CheckedFile[] = [];
  for (const [index, item] of all.entries()) {
    const { component, file, sourcePath, bytes, blobSha256 } = item;
    progress.begin('check', `${component}/${file.path}`, index + 1);
    const finalPath = installedPath(modelsFolder, packId, component, file.path);
    const onBytes = (done: number) => progress.advance(done);
    const sha256 = await reading(
      sourcePath,
      async () => {
        if (file.path.endsWith('.safetensors')) await assertWholeSafetensors(sourcePath);
        return sha256OfFile(sourcePath, { signal, onBytes });
      },
      'IMPORT_INVALID',
    );
    if (blobSha256 !== undefined && blobSha256 !== sha256) {
      throw new StudioError(
        'IMPORT_INVALID',
        `${sourcePath} is damaged: its SHA-256 differs from its name in the hub cache. Download it again.`,
      );
    }
    progress.finish(bytes);
    const checkedBy =
      sha256 === file.sha256 ? 'catalogue' : blobSha256 === undefined ? 'structure' : 'hub-sha256';
    const state = await stateOf(record, component, file.path, finalPath, { bytes, sha256 });
    checked.push({ ...item, finalPath, sha256, checkedBy, state });
  }
  return checked;
}

/** @throws StudioError FILE_IN_THE_WAY when another file is in its place */
async function stateOf(
  record: InstallRecord,
  component: string,
  path: string,
  finalPath: string,
  wanted: { readonly bytes: number; readonly sha256: string },
): Promise<CheckedFile['state']> {
  if ((await ifPresent(lstat(finalPath))) === undefined) return 'missing';
  if (findInstalled(record, component, path)?.sha256 === wanted.sha256) return 'placed';
  const status = await ifPresent(stat(finalPath));
  const isSame =
    status?.isFile() && status.size === wanted.bytes && (await sha256OfFile(finalPath)) === wanted.sha256;
  if (!isSame) {
    throw new StudioError(
      'FILE_IN_THE_WAY',
      `${finalPath} exists already. Remove the pack or move the file away first.`,
    );
  }
  return unplacedFiles(record, component).some((file) => file.path === path) ? 'left' : 'found';
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
      `The copy to ${modelsFolder} needs ${bytes} bytes, but only ${freeBytes} are free. Make room, or import with --mode link.`,
    );
  }
}
