/** Plans a pull before a byte of a model is downloaded. */
import { lstat, stat } from 'node:fs/promises';
import { StudioError } from '../contract/errors.ts';
import type { CatalogComponent, CatalogFile, CatalogLicence, PackCatalog } from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { inOrder } from './download-file.ts';
import { sha256OfFile } from './file-hash.ts';
import type { ComponentSource, RemoteFile } from './file-source.ts';
import { rethrowCancel, SourceError } from './http-request.ts';
import {
  findInstalled,
  type InstalledFile,
  type InstallRecord,
  readInstallRecord,
  unplacedFiles,
} from './install-record.ts';
import { partBytes } from './part-file.ts';
import { type StoreContext, selectComponents, sourcesOf } from './store-context.ts';
import { installedPath, packFolder } from './store-layout.ts';
import { ProgressReporter, type StoreControls } from './store-progress.ts';

export interface PlannedFile {
  readonly component: CatalogComponent;
  readonly file: CatalogFile;
  readonly finalPath: string;
  readonly sources: readonly ComponentSource[];
  /**
   * installed: unchanged since the store wrote it. touched: another time, but the same content. unrecorded: exists,
   * but not written by the store. missing: to download. absent: optional, and no source has it.
   */
  readonly state: 'installed' | 'touched' | 'unrecorded' | 'missing' | 'absent';
  /** Its entry in the record. */
  readonly installed: InstalledFile | undefined;
  /** The facts of catalogue and source; undefined if not requested. */
  readonly remote: RemoteFile | undefined;
  /** Bytes of an unfinished download. */
  readonly partBytes: number;
}

export interface PullPlan {
  readonly catalog: PackCatalog;
  readonly record: InstallRecord;
  readonly files: readonly PlannedFile[];
  /** Licences of the selected components that are not accepted yet. */
  readonly licences: readonly CatalogLicence[];
  /** Bytes left to download; null while a size is unknown. */
  readonly bytesLeft: number | null;
  /** Free bytes on the disk of the models folder; undefined if unknown. */
  readonly freeBytes: number | undefined;
}

export interface PlanOptions extends StoreControls {
  readonly components?: readonly string[] | undefined;
  /** Files, as component/path, to fetch again although they exist. */
  readonly replace?: ReadonlySet<string>;
  /** false: only the catalogue's facts. */
  readonly askSources: boolean;
  readonly signal: AbortSignal;
}

/**
 * @throws StudioError DOWNLOAD_FAILED when no source knows a file; PACK_INCOMPLETE when a file was changed since
 * it was installed; PACK_UNKNOWN; CANCELLED
 */
export async function planPull(
  context: StoreContext,
  catalog: PackCatalog,
  options: PlanOptions,
): Promise<PullPlan> {
  const components = selectComponents(catalog, options.components);
  const record = await readInstallRecord(context.modelsFolder, catalog.id);
  assertImportsEnded(record, components);
  const count = components.reduce((sum, { files }) => sum + files.length, 0);
  const progress = new ProgressReporter(catalog.id, count, null, context.environment.now, options.onProgress);
  const files: PlannedFile[] = [];
  for (const component of components) {
    const sources = sourcesOf(component, record, context);
    for (const file of component.files) {
      progress.begin('resolve', `${component.id}/${file.path}`, files.length + 1);
      files.push(await planFile(context, record, component, file, sources, options));
    }
  }
  return {
    catalog,
    record,
    files,
    licences: missingLicences(catalog, components, record),
    bytesLeft: bytesLeftOfFiles(files.filter(({ state }) => state === 'missing')),
    freeBytes: await context.environment.freeBytes(packFolder(context.modelsFolder, catalog.id)),
  };
}

/** @throws StudioError PACK_INCOMPLETE for a component whose import was killed */
function assertImportsEnded(record: InstallRecord, components: readonly CatalogComponent[]): void {
  for (const { id } of components) {
    if (unplacedFiles(record, id).length === 0) continue;
    throw new StudioError(
      'PACK_INCOMPLETE',
      `The import of ${id} from ${record.imports[id]!.folder} was interrupted. Import it again, or remove it first (models remove ${record.packId} --component ${id}).`,
    );
  }
}

/** The licences of components, with texts, whose acceptance is not recorded. */
export function missingLicences(
  { licences }: PackCatalog,
  components: readonly CatalogComponent[],
  record: InstallRecord,
): CatalogLicence[] {
  const accepted = record.licences.map(({ id, url }) => `${id} ${url}`);
  return licences.filter(
    ({ id, url }) => components.some(({ licence }) => licence === id) && !accepted.includes(`${id} ${url}`),
  );
}

async function planFile(
  { modelsFolder }: StoreContext,
  record: InstallRecord,
  component: CatalogComponent,
  file: CatalogFile,
  sources: readonly ComponentSource[],
  { replace, askSources, signal }: PlanOptions,
): Promise<PlannedFile> {
  const finalPath = installedPath(modelsFolder, record.packId, component.id, file.path);
  const installed = findInstalled(record, component.id, file.path);
  const found = replace?.has(`${component.id}/${file.path}`)
    ? 'missing'
    : await stateOf(finalPath, installed, signal);
  const planned = { component, file, finalPath, sources, installed, partBytes: await partBytes(finalPath) };
  // An imported component is complete; adding the catalogue's files would mix two models.
  if (installed === undefined && record.imports[component.id] !== undefined) {
    return { ...planned, state: 'absent', remote: undefined };
  }
  if (found === 'installed' || found === 'touched') return { ...planned, state: found, remote: undefined };
  if (!askSources) return { ...planned, state: found, remote: undefined };
  const remote = await locateAnywhere(file, sources, signal);
  return { ...planned, state: remote === undefined ? 'absent' : found, remote };
}

async function stateOf(
  finalPath: string,
  installed: InstalledFile | undefined,
  signal: AbortSignal,
): Promise<PlannedFile['state']> {
  if (installed === undefined) {
    return (await ifPresent(lstat(finalPath))) === undefined ? 'missing' : 'unrecorded';
  }
  const status = await ifPresent(stat(finalPath));
  if (status === undefined) return 'missing';
  if (status.size === installed.bytes && status.mtimeMs === installed.changedMs) return 'installed';
  if (status.size === installed.bytes && (await sha256OfFile(finalPath, { signal })) === installed.sha256) {
    return 'touched';
  }
  throw new StudioError(
    'PACK_INCOMPLETE',
    `${finalPath} was changed after it was installed. Run verify with --repair to download it again, or move it away.`,
  );
}

/** @returns undefined for an optional file that no source has */
async function locateAnywhere(
  file: CatalogFile,
  sources: readonly ComponentSource[],
  signal: AbortSignal,
): Promise<RemoteFile | undefined> {
  const failures: SourceError[] = [];
  for (const source of inOrder(sources)) {
    try {
      return await source.locate(file, signal);
    } catch (error) {
      rethrowCancel(error, signal);
      if (!(error instanceof SourceError)) throw error;
      source.failedLast = true;
      failures.push(error);
    }
  }
  if (file.optional && failures.every(({ isAbsence }) => isAbsence)) return undefined;
  throw new StudioError(
    failures.every(({ mismatch }) => mismatch) ? 'DOWNLOAD_MISMATCH' : 'DOWNLOAD_FAILED',
    `No source has ${file.path}: ${failures.map(({ message }) => message).join('; ')}.`,
    { cause: failures.at(-1) },
  );
}

function bytesLeftOf({ remote, file, partBytes: done }: PlannedFile): number | null {
  const bytes = remote?.bytes ?? file.bytes;
  return bytes === null ? null : Math.max(bytes - done, 0);
}

/** Bytes left to download; null while a size is unknown. */
export function bytesLeftOfFiles(files: readonly PlannedFile[]): number | null {
  return files
    .map(bytesLeftOf)
    .reduce<number | null>((total, bytes) => (total === null || bytes === null ? null : total + bytes), 0);
}
