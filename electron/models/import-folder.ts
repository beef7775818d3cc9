/** Taking in models that a person has already: by hard link, by link or by copy, checked first. */
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, rm, stat, symlink, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { PackCatalog } from '../contract/pack-catalog.ts';
import { makeFolder, moveIntoPlace } from './atomic-write.ts';
import { errnoOf, ifPresent, throwIfCancelled, writing } from './file-errors.ts';
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
import { type StoreContext, selectComponents } from './store-context.ts';
import { installedPath, partPath } from './store-layout.ts';
import { ProgressReporter, type StoreControls } from './store-progress.ts';

/**
 * hard-link: a second name for the same file on the same disk; either can be removed without harm to the other.
 * link: a reference to the person's file, which has to stay where it is. copy: a file of its own.
 * auto: a hard link where the disk allows it, else a link; never a copy of gigabytes unasked.
 */
export type ImportMode = 'auto' | 'hard-link' | 'link' | 'copy';

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
    try {
      for (const file of checked) {
        throwIfCancelled(options.signal);
        const how = await place(file, options);
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

/** Codes with which file systems say that they cannot hard-link here. */
const CANNOT_HARD_LINK = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EACCES']);

async function place(
  { sourcePath, finalPath }: CheckedFile,
  { mode = 'auto', onNotice }: ImportOptions,
): Promise<InstalledFile['placed']> {
  const temporary = partPath(finalPath);
  await writing(finalPath, async () => {
    await makeFolder(dirname(finalPath));
    await rm(temporary, { force: true });
  });
  try {
    const how = await placeAs(mode, sourcePath, temporary, onNotice);
    await moveIntoPlace(temporary, finalPath);
    return how;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function placeAs(
  mode: ImportMode,
  from: string,
  to: string,
  onNotice: ImportOptions['onNotice'],
): Promise<InstalledFile['placed']> {
  if (mode === 'copy') {
    await writing(to, async () => {
      // A file system that can share blocks makes the copy at once; others copy the bytes.
      await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      const handle = await open(to, 'r+');
      await handle.sync().finally(() => handle.close());
    });
    return 'copied';
  }
  if (mode !== 'link') {
    try {
      await link(from, to);
      return 'hard-linked';
    } catch (error) {
      if (!CANNOT_HARD_LINK.has(errnoOf(error) ?? '')) throw error;
      if (mode === 'hard-link') {
        throw new StudioError(
          'FOLDER_UNWRITABLE',
          `${from} cannot be hard-linked to the models folder (${errnoOf(error)}); both must be on one disk. Import with --mode link or copy.`,
          { cause: error },
        );
      }
      onNotice?.(`${from} is on another disk; the store refers to it there, so it must stay where it is.`);
    }
  }
  try {
    await symlink(from, to, 'file');
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    throw new StudioError(
      'FOLDER_UNWRITABLE',
      `This system does not let you create links (${to}). Import with --mode copy.`,
      { cause: error },
    );
  }
  return 'linked';
}
