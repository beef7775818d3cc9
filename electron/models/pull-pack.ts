/** Downloads a pack: one file after another, each recorded as soon as it is in place. */

import { stat } from 'node:fs/promises';
import { StudioError } from '../contract/errors.ts';
import { notice } from '../contract/notices.ts';
import type { CatalogLicence, PackCatalog } from '../contract/pack-catalog.ts';
import { throwIfCancelled } from '../foundation/files/file-errors.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from './download-file.ts';
import { gitBlobIdOfFile, sha256OfFile } from './file-hash.ts';
import {
  type InstalledFile,
  type InstallRecord,
  readInstallRecord,
  withInstalled,
  writeInstallRecord,
} from './install-record.ts';
import { withPackLock } from './pack-lock.ts';
import { writePackManifests } from './pack-manifests.ts';
import { missingLicences, type PlannedFile, type PullPlan, planPull } from './pull-plan.ts';
import { type StoreContext, selectComponents } from './store-context.ts';
import { RESERVED_BYTES } from './store-environment.ts';
import { ProgressReporter, type StoreControls } from './store-progress.ts';

export interface PullOptions extends StoreControls {
  /** By name; by default all required ones. */
  readonly components?: readonly string[] | undefined;
  /** Ids of the licences accepted by the user, now or before. */
  readonly acceptedLicences?: readonly string[];
  /** Files, as component/path, to fetch again although they exist. */
  readonly replace?: ReadonlySet<string>;
  /** Called with the plan before the first byte of a model is fetched. */
  readonly onPlan?: ((plan: PullPlan) => void) | undefined;
}

export interface PullResult {
  readonly downloadedFiles: number;
  readonly downloadedBytes: number;
  /** Files that existed already. */
  readonly keptFiles: number;
}

/**
 * Downloads a pack's files into the models folder. Existing files stay, unfinished downloads are resumed.
 *
 * @throws StudioError LICENCE_NOT_ACCEPTED before any use of the network; DISK_FULL before any download if the sizes
 *   are known; FILE_IN_THE_WAY; and the errors of downloads
 */
export async function pullPack(
  context: StoreContext,
  catalog: PackCatalog,
  options: PullOptions,
): Promise<PullResult> {
  // Before anything is written, even the lock: a refusal leaves no trace.
  const { modelsFolder } = context;
  const accepted = options.acceptedLicences ?? [];
  const components = selectComponents(catalog, options.components);
  assertAccepted(
    missingLicences(catalog, components, await readInstallRecord(modelsFolder, catalog.id)),
    accepted,
  );
  return withPackLock(modelsFolder, catalog.id, async () => {
    const signal = options.signal ?? new AbortController().signal;
    const controls = { ...options, signal };
    const offline = await planPull(context, catalog, { ...controls, askSources: false });
    const record = await acceptLicences(context, offline, accepted);
    const plan = await planPull(context, catalog, { ...controls, askSources: true });
    options.onPlan?.(plan);
    assertSpace(context, plan);
    return pullFiles(context, plan, record, controls);
  });
}

async function acceptLicences(
  { modelsFolder, environment }: StoreContext,
  { licences, record }: PullPlan,
  accepted: readonly string[],
): Promise<InstallRecord> {
  assertAccepted(licences, accepted);
  if (licences.length === 0) return record;
  const acceptedAt = environment.date().toISOString();
  const added = licences.map(({ id, url }) => ({ id, url, acceptedAt }));
  const updated = { ...record, licences: [...record.licences, ...added] };
  await writeInstallRecord(modelsFolder, updated);
  return updated;
}

function assertAccepted(licences: readonly CatalogLicence[], accepted: readonly string[]): void {
  const missing = licences.filter(({ id }) => !accepted.includes(id));
  if (missing.length === 0) return;
  const list = missing.map(({ id, name, url }) => `${name} (${id}), ${url}`).join('; ');
  throw new StudioError('LICENCE_NOT_ACCEPTED', `Read and accept first: ${list}.`);
}

function assertSpace({ modelsFolder }: StoreContext, { bytesLeft, freeBytes }: PullPlan): void {
  if (bytesLeft === null || freeBytes === undefined || bytesLeft === 0) return;
  if (bytesLeft + RESERVED_BYTES > freeBytes) {
    throw new StudioError(
      'DISK_FULL',
      `The download to ${modelsFolder} needs ${bytesLeft} bytes, but only ${freeBytes} are free there (${RESERVED_BYTES} are kept in reserve). Make room, or choose another models folder.`,
    );
  }
}

async function pullFiles(
  context: StoreContext,
  plan: PullPlan,
  begun: InstallRecord,
  options: PullOptions & { readonly signal: AbortSignal },
): Promise<PullResult> {
  const { environment, modelsFolder, patience } = context;
  const wanted = plan.files.filter(({ state }) => state !== 'installed' && state !== 'absent');
  const progress = new ProgressReporter(
    plan.catalog.id,
    wanted.length,
    totalBytes(wanted),
    environment.now,
    options.onProgress,
  );
  const onNotice = options.onNotice ?? (() => undefined);
  let record = begun;
  let downloadedFiles = 0;
  let downloadedBytes = 0;
  for (const [index, planned] of wanted.entries()) {
    throwIfCancelled(options.signal);
    const name = `${planned.component.id}/${planned.file.path}`;
    progress.begin(planned.state === 'missing' ? 'download' : 'check', name, index + 1);
    let installed: InstalledFile;
    if (planned.state === 'missing') {
      const downloads: DownloadOptions = {
        environment,
        patience,
        signal: options.signal,
        onBytes: (bytes) => progress.advance(bytes),
        onNotice,
      };
      const downloaded = await downloadFile(planned.file, planned.finalPath, planned.sources, downloads);
      installed = await describe(context, planned, downloaded, 'downloaded');
      downloadedFiles++;
      downloadedBytes += downloaded.bytes;
    } else if (planned.state === 'touched') {
      const { bytes, sha256, checkedBy, source, placed } = planned.installed!;
      installed = await describe(context, planned, { bytes, sha256, checkedBy, source }, placed);
    } else {
      installed = await describe(context, planned, await adopt(planned, options.signal), 'found');
      onNotice(notice('FILE_FOUND', { path: planned.finalPath }));
    }
    record = withRevisions(withInstalled(record, installed), planned);
    await writeInstallRecord(modelsFolder, record);
    progress.finish(installed.bytes);
  }
  await writePackManifests(context, plan.catalog, record);
  const present = plan.files.filter(({ state }) => state !== 'absent').length;
  return { downloadedFiles, downloadedBytes, keptFiles: present - downloadedFiles };
}

function totalBytes(wanted: readonly PlannedFile[]): number | null {
  let total = 0;
  for (const { remote, file, installed } of wanted) {
    const bytes = remote?.bytes ?? file.bytes ?? installed?.bytes ?? null;
    if (bytes === null) return null;
    total += bytes;
  }
  return total;
}

/** A file in place of a model file that the store did not write: either the right one, or in the way. */
async function adopt({ finalPath, remote }: PlannedFile, signal: AbortSignal): Promise<DownloadedFile> {
  const status = await stat(finalPath).catch(() => undefined);
  if (status?.isFile() && remote !== undefined && (remote.bytes === null || remote.bytes === status.size)) {
    const sha256 = await sha256OfFile(finalPath, { signal });
    const found = { bytes: status.size, sha256, source: finalPath };
    if (remote.sha256 !== null) {
      const checkedBy = remote.sha256From === 'catalogue' ? 'catalogue' : 'hub-sha256';
      if (sha256 === remote.sha256) return { ...found, checkedBy };
    } else if (remote.gitBlobId !== null) {
      if ((await gitBlobIdOfFile(finalPath, status.size)) === remote.gitBlobId) {
        return { ...found, checkedBy: 'hub-git-id' };
      }
    }
  }
  throw new StudioError(
    'FILE_IN_THE_WAY',
    `${finalPath} was not written by the model store and is not the expected file. Move it away, or import its folder.`,
  );
}

async function describe(
  { environment }: StoreContext,
  { component, file, finalPath }: PlannedFile,
  { bytes, sha256, checkedBy, source }: DownloadedFile,
  placed: InstalledFile['placed'],
): Promise<InstalledFile> {
  const { mtimeMs } = await stat(finalPath);
  return {
    component: component.id,
    path: file.path,
    bytes,
    sha256,
    placed,
    checkedBy,
    source,
    changedMs: mtimeMs,
    installedAt: environment.date().toISOString(),
  };
}

function withRevisions(record: InstallRecord, { sources }: PlannedFile): InstallRecord {
  const learnt = sources.flatMap(({ learntRevision }) =>
    learntRevision === undefined ? [] : [[learntRevision.repo, learntRevision.revision]],
  );
  return { ...record, revisions: { ...record.revisions, ...Object.fromEntries(learnt) } };
}
