/** pack.json beside a blending model: with it an installed component loads like the bundled pack. */
import { lstat } from 'node:fs/promises';
import type { CatalogComponent, PackCatalog } from '../contract/pack-catalog.ts';
import { type PackManifest, packManifestSchema } from '../contract/pack-manifest.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { sha256OfFile } from './file-hash.ts';
import { findInstalled, type InstallRecord, withInstalled, writeInstallRecord } from './install-record.ts';
import type { StoreContext } from './store-context.ts';
import { installedPath } from './store-layout.ts';

const MANIFEST = 'pack.json';

/**
 * Writes pack.json for every component that wants one and is complete.
 *
 * @returns the record with them
 */
export async function writePackManifests(
  { modelsFolder, environment }: StoreContext,
  catalog: PackCatalog,
  record: InstallRecord,
): Promise<InstallRecord> {
  let updated = record;
  for (const component of catalog.components) {
    const manifest = manifestOf(catalog, component, record);
    if (manifest === undefined) continue;
    const path = installedPath(modelsFolder, catalog.id, component.id, MANIFEST);
    const isOurs = findInstalled(updated, component.id, MANIFEST) !== undefined;
    if (!isOurs && (await ifPresent(lstat(path))) !== undefined) continue;
    await writeFileAtomically(path, `${JSON.stringify(manifest, null, 2)}\n`);
    const { size, mtimeMs } = await lstat(path);
    updated = withInstalled(updated, {
      component: component.id,
      path: MANIFEST,
      bytes: size,
      sha256: await sha256OfFile(path),
      placed: 'written',
      checkedBy: 'store',
      source: 'catalog.json',
      changedMs: mtimeMs,
      installedAt: environment.date().toISOString(),
    });
  }
  if (updated !== record) await writeInstallRecord(modelsFolder, updated);
  return updated;
}

function manifestOf(
  catalog: PackCatalog,
  component: CatalogComponent,
  record: InstallRecord,
): PackManifest | undefined {
  const needed = component.files.filter(({ optional }) => !optional);
  const isComplete = needed.every(({ path }) => findInstalled(record, component.id, path) !== undefined);
  if (component.manifest === undefined || !isComplete) return undefined;
  return packManifestSchema.parse({
    id: catalog.id,
    name: component.name,
    version: '1',
    layout: 'diffusers',
    ...component.manifest,
    files: record.files
      .filter((file) => file.component === component.id && file.path !== MANIFEST)
      .map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    licence: catalog.licences.find(({ id }) => id === component.licence)!.name,
  });
}
