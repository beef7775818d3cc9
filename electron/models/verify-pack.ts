/** Verifies an installed pack against its record; never over the network. */

import { stat } from 'node:fs/promises';
import { notice } from '../contract/notices.ts';
import type { PackCatalog } from '../contract/pack-catalog.ts';
import { ifPresent, throwIfCancelled } from '../foundation/files/file-errors.ts';
import { sha256OfFile } from './file-hash.ts';
import { expectedFiles, type InstalledFile, readInstallRecord, unplacedFiles } from './install-record.ts';
import { type StoreContext, selectComponents } from './store-context.ts';
import { installedPath } from './store-layout.ts';
import { ProgressReporter, type StoreControls } from './store-progress.ts';

export interface VerifiedFile {
  readonly component: string;
  readonly path: string;
  readonly finalPath: string;
  /** absent: part of the pack, but never installed. */
  readonly state: 'ok' | 'missing' | 'changed' | 'absent';
}

export interface VerifyOptions extends StoreControls {
  /** By name; by default all with installed files. */
  readonly components?: readonly string[] | undefined;
  /** Check sizes and times only, without reading the files. */
  readonly quick?: boolean;
}

/** @throws StudioError CANCELLED, PACK_UNKNOWN, PACK_INVALID */
export async function verifyPack(
  context: StoreContext,
  catalog: PackCatalog,
  options: VerifyOptions,
): Promise<VerifiedFile[]> {
  const { modelsFolder, environment } = context;
  const record = await readInstallRecord(modelsFolder, catalog.id);
  const begun = new Set([...record.files.map(({ component }) => component), ...Object.keys(record.imports)]);
  const ids = options.components ?? catalog.components.map(({ id }) => id).filter((id) => begun.has(id));
  const components = selectComponents(catalog, ids);
  const installed = record.files.filter(({ component }) => components.some(({ id }) => id === component));

  const bytesTotal = installed.reduce((sum, { bytes }) => sum + bytes, 0);
  const { onProgress } = options;
  const progress = new ProgressReporter(
    catalog.id,
    installed.length,
    bytesTotal,
    environment.now,
    onProgress,
  );
  const verified: VerifiedFile[] = [];
  for (const [index, file] of installed.entries()) {
    throwIfCancelled(options.signal);
    progress.begin('check', `${file.component}/${file.path}`, index + 1);
    const finalPath = installedPath(modelsFolder, catalog.id, file.component, file.path);
    const state = await stateOf(file, finalPath, options, (bytes) => progress.advance(bytes));
    verified.push({ component: file.component, path: file.path, finalPath, state });
    progress.finish(file.bytes);
  }
  for (const component of components) {
    const { id } = component;
    if (unplacedFiles(record, id).length > 0) {
      options.onNotice?.(notice('IMPORT_INTERRUPTED', { component: id, folder: record.imports[id]!.folder }));
    }
    for (const { path, optional } of expectedFiles(record, component)) {
      if (optional || installed.some((file) => file.component === id && file.path === path)) continue;
      const finalPath = installedPath(modelsFolder, catalog.id, id, path);
      verified.push({ component: id, path, finalPath, state: 'absent' });
    }
  }
  return verified;
}

async function stateOf(
  { bytes, sha256, changedMs }: InstalledFile,
  finalPath: string,
  { quick, signal }: VerifyOptions,
  onBytes: (bytes: number) => void,
): Promise<VerifiedFile['state']> {
  // Through links: a link whose target is gone counts as missing.
  const status = await ifPresent(stat(finalPath));
  if (status === undefined || !status.isFile()) return 'missing';
  if (status.size !== bytes) return 'changed';
  if (quick) return status.mtimeMs === changedMs ? 'ok' : 'changed';
  return (await sha256OfFile(finalPath, { signal, onBytes })) === sha256 ? 'ok' : 'changed';
}
