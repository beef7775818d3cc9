/**
 * Removes a pack: the files in its record, one by one, and then empty folders. Nothing is ever removed by pattern or
 * recursively, no link is followed, and files changed since the store wrote them stay.
 */
import { lstat, readlink, realpath, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { PackCatalog } from '../contract/pack-catalog.ts';
import { ifPresent, throwIfCancelled, writing } from '../foundation/files/file-errors.ts';
import { sha256OfFile } from './file-hash.ts';
import {
  type ImportedFile,
  type InstalledFile,
  readInstallRecord,
  unplacedFiles,
  withoutInstalled,
  writeInstallRecord,
} from './install-record.ts';
import { withPackLock } from './pack-lock.ts';
import { type StoreContext, selectComponents } from './store-context.ts';
import { installedPath, packFolder, partPath, partStatePath, recordPath } from './store-layout.ts';
import type { StoreControls } from './store-progress.ts';

export interface RemoveOptions extends StoreControls {
  /** By name; by default the whole pack. */
  readonly components?: readonly string[] | undefined;
}

export interface RemoveResult {
  readonly removedFiles: number;
  /** Bytes freed; links and hard links free none. */
  readonly freedBytes: number;
  /** Files that stayed, with the reasons. */
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
}

/** @throws StudioError PACK_UNKNOWN, PACK_INVALID, STORE_BUSY, FOLDER_UNWRITABLE, CANCELLED */
export async function removePack(
  context: StoreContext,
  catalog: PackCatalog,
  options: RemoveOptions,
): Promise<RemoveResult> {
  const { modelsFolder } = context;
  const folder = packFolder(modelsFolder, catalog.id);
  if ((await ifPresent(lstat(folder))) === undefined) return { removedFiles: 0, freedBytes: 0, kept: [] };
  return withPackLock(modelsFolder, catalog.id, async () => {
    await assertOwnFolder(folder);
    const components = selectComponents(
      catalog,
      options.components ?? catalog.components.map(({ id }) => id),
    );
    const ids = components.map(({ id }) => id);
    const record = await readInstallRecord(modelsFolder, catalog.id);
    const kept: { path: string; reason: string }[] = [];
    const gone: InstalledFile[] = [];
    let removedFiles = 0;
    let freedBytes = 0;

    // 1. The files in the record.
    const isWanted = ({ component }: InstalledFile) =>
      options.components === undefined || ids.includes(component);
    for (const file of record.files.filter(isWanted)) {
      throwIfCancelled(options.signal);
      const path = installedPath(modelsFolder, catalog.id, file.component, file.path);
      const removal = await removeInstalled(folder, path, file, options.signal);
      if (removal.reason === undefined) {
        gone.push(file);
        removedFiles++;
        freedBytes += removal.freedBytes;
      } else {
        kept.push({ path, reason: removal.reason });
        // A changed file belongs to the user from now on.
        if (!removal.isStillOurs) gone.push(file);
      }
    }

    // 2. Files placed by a killed import.
    for (const id of ids) {
      for (const { path: name, ...file } of unplacedFiles(record, id)) {
        throwIfCancelled(options.signal);
        const path = installedPath(modelsFolder, catalog.id, id, name);
        const removal = await removeLeft(folder, path, file, options.signal);
        if (removal === undefined) continue;
        if (removal.reason === undefined) {
          removedFiles++;
          freedBytes += removal.freedBytes;
        } else {
          kept.push({ path, reason: removal.reason });
        }
      }
    }

    // 3. Unfinished downloads and imports of single files.
    const places = components.flatMap((component) =>
      [...component.files, ...(record.imports[component.id]?.files ?? [])].map(({ path }) =>
        installedPath(modelsFolder, catalog.id, component.id, path),
      ),
    );
    for (const place of new Set(places)) {
      for (const path of [partPath(place), partStatePath(place)]) {
        const status = await ifPresent(lstat(path));
        if (status === undefined || status.isDirectory() || !(await isBelow(folder, path))) continue;
        await writing(path, () => unlink(path));
        if (status.nlink === 1 && status.isFile()) freedBytes += status.size;
      }
    }

    // 4. The record, and every empty folder.
    const imports = Object.entries(record.imports).filter(([id]) => !ids.includes(id));
    const left = { ...withoutInstalled(record, gone), imports: Object.fromEntries(imports) };
    const isWhole = catalog.components.every(({ id }) => ids.includes(id));
    if (isWhole && left.files.length === 0) await rm(recordPath(modelsFolder, catalog.id), { force: true });
    else await writeInstallRecord(modelsFolder, left);
    for (const path of [
      ...gone.map((file) => installedPath(modelsFolder, catalog.id, file.component, file.path)),
      ...places,
    ]) {
      await removeEmptyFolders(folder, dirname(path));
    }
    if (isWhole) await rmdir(folder).catch(() => undefined);
    return { removedFiles, freedBytes, kept };
  });
}

/** The pack's folder itself must be a folder: the target of a link is not the store's. */
async function assertOwnFolder(folder: string): Promise<void> {
  if ((await lstat(folder)).isDirectory()) return;
  throw new StudioError(
    'FILE_IN_THE_WAY',
    `${folder} is a link or a file, not a folder of the store; it stays.`,
  );
}

type Removal =
  | { readonly reason?: undefined; readonly freedBytes: number }
  | { readonly reason: string; readonly isStillOurs: boolean };

async function removeInstalled(
  folder: string,
  path: string,
  file: InstalledFile,
  signal: AbortSignal | undefined,
): Promise<Removal> {
  if (file.placed === 'found') return { reason: 'it existed before the store', isStillOurs: false };
  const status = await ifPresent(lstat(path));
  if (status === undefined) return { freedBytes: 0 };
  if (!(await isBelow(folder, path))) {
    return { reason: 'a folder on the way to it is a link', isStillOurs: true };
  }
  if (file.placed === 'linked') {
    if (!status.isSymbolicLink()) return { reason: 'it is no longer a link', isStillOurs: false };
    if ((await readlink(path)) !== file.source)
      return { reason: 'it links to something else', isStillOurs: false };
    await writing(path, () => unlink(path));
    return { freedBytes: 0 };
  }
  if (!status.isFile()) return { reason: 'it is no longer a file', isStillOurs: false };
  const isUnchanged =
    status.size === file.bytes &&
    (status.mtimeMs === file.changedMs || (await sha256OfFile(path, { signal })) === file.sha256);
  if (!isUnchanged) return { reason: 'it was changed after it was installed', isStillOurs: false };
  await writing(path, () => unlink(path));
  return { freedBytes: status.nlink > 1 ? 0 : status.size };
}

/** Removes a file that a killed import placed but did not record; undefined if there is none. */
async function removeLeft(
  folder: string,
  path: string,
  { bytes, sha256, source }: Omit<ImportedFile, 'path'>,
  signal: AbortSignal | undefined,
): Promise<Removal | undefined> {
  const status = await ifPresent(lstat(path));
  if (status === undefined) return undefined;
  if (!(await isBelow(folder, path))) {
    return { reason: 'a folder on the way to it is a link', isStillOurs: true };
  }
  const isOurs = status.isSymbolicLink()
    ? (await readlink(path)) === source
    : status.isFile() && status.size === bytes && (await sha256OfFile(path, { signal })) === sha256;
  if (!isOurs) return { reason: 'it is not what was being imported', isStillOurs: false };
  await writing(path, () => unlink(path));
  return { freedBytes: status.isFile() && status.nlink === 1 ? bytes : 0 };
}

/** Whether the folders from the pack's folder down to a path are folders, none of them a link. */
async function isBelow(folder: string, path: string): Promise<boolean> {
  const expected = join(await realpath(folder), relative(folder, dirname(path)));
  return (await ifPresent(realpath(dirname(path)))) === expected;
}

async function removeEmptyFolders(packRoot: string, folder: string): Promise<void> {
  for (let place = folder; place.startsWith(packRoot + sep); place = dirname(place)) {
    if ((await ifPresent(lstat(place))) === undefined) continue;
    // rmdir removes neither links nor non-empty folders; the target of a link is not ours to clean.
    if (!(await isBelow(packRoot, place))) return;
    try {
      await rmdir(place);
    } catch {
      return;
    }
  }
}
