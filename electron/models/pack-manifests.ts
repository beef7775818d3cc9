/** Writes pack.json next to a blending model, so that an installed component loads like the bundled pack. */
import { lstat, readFile } from 'node:fs/promises';
import { openCheckpoint } from '../../native-models/graph/index.ts';
import { withoutExtension } from '../contract/model-choice.ts';
import type { CatalogComponent, PackCatalog } from '../contract/pack-catalog.ts';
import { type PackManifest, packManifestSchema } from '../contract/pack-manifest.ts';
import { writeFileAtomically } from '../foundation/files/atomic-write.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { PACK_MANIFEST } from '../foundation/files/pack-manifest.ts';
import { trainedSize } from '../inference/packs/trained-size.ts';
import { folderName } from '../inference/packs/weights-identity.ts';
import { sha256OfFile } from './file-hash.ts';
import {
  expectedFiles,
  findInstalled,
  type InstallRecord,
  withInstalled,
  writeInstallRecord,
} from './install-record.ts';
import type { StoreContext } from './store-context.ts';
import { installedPath } from './store-layout.ts';

/**
 * Writes pack.json for every complete component that needs one.
 *
 * @returns the updated record
 */
export async function writePackManifests(
  { modelsFolder, environment }: StoreContext,
  catalog: PackCatalog,
  record: InstallRecord,
): Promise<InstallRecord> {
  let updated = record;
  for (const component of catalog.components) {
    const manifest = await manifestOf(modelsFolder, catalog, component, record);
    if (manifest === undefined) continue;
    const path = installedPath(modelsFolder, catalog.id, component.id, PACK_MANIFEST);
    const isOurs = findInstalled(updated, component.id, PACK_MANIFEST) !== undefined;
    if (!isOurs && (await ifPresent(lstat(path))) !== undefined) continue;
    await writeFileAtomically(path, `${JSON.stringify(manifest, null, 2)}\n`);
    const { size, mtimeMs } = await lstat(path);
    updated = withInstalled(updated, {
      component: component.id,
      path: PACK_MANIFEST,
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

async function manifestOf(
  modelsFolder: string,
  catalog: PackCatalog,
  component: CatalogComponent,
  record: InstallRecord,
): Promise<PackManifest | undefined> {
  const { id, manifest } = component;
  const needed = expectedFiles(record, component).filter(({ optional }) => !optional);
  const isComplete = needed.every(({ path }) => findInstalled(record, id, path) !== undefined);
  if (manifest === undefined || !isComplete) return undefined;
  const configOf = (path: string) => readConfig(installedPath(modelsFolder, catalog.id, id, path));
  const single = needed.find(({ path }) => !path.includes('/') && path.endsWith('.safetensors'));
  const size =
    single === undefined
      ? trainedSize(await configOf('unet/config.json'), await configOf('vae/config.json'))
      : sizeOfSingleFile(installedPath(modelsFolder, catalog.id, id, single.path));
  return packManifestSchema.parse({
    id: catalog.id,
    name: nameOf(component, record),
    version: '1',
    layout: 'diffusers',
    ...manifest,
    // The configurations override the catalogue: an imported model may have another size.
    ...size,
    files: record.files
      .filter((file) => file.component === id && file.path !== PACK_MANIFEST)
      .map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    licence: catalog.licences.find((licence) => licence.id === component.licence)!.name,
  });
}

function sizeOfSingleFile(path: string): ReturnType<typeof trainedSize> {
  const { components } = openCheckpoint(path);
  return trainedSize(components.get('unet')?.config, components.get('vae')?.config);
}

/** The catalogue's name for the catalogue's weights; others are named after their source folder. */
function nameOf({ id, name, files }: CatalogComponent, record: InstallRecord): string {
  const isOther = ({ component, path, sha256 }: InstallRecord['files'][number]) => {
    const listed = files.find((file) => file.path === path);
    return component === id && path.endsWith('.safetensors') && listed?.sha256 !== sha256;
  };
  const folder = record.imports[id]?.folder;
  if (folder === undefined || !record.files.some(isOther)) return name;
  return withoutExtension(folderName(folder)) || name;
}

/** A configuration, if readable; the loader checks whether it can be used. */
async function readConfig(path: string): Promise<Record<string, unknown> | undefined> {
  const text = await ifPresent(readFile(path, 'utf8'));
  try {
    const config: unknown = JSON.parse(text ?? '');
    return typeof config === 'object' && config !== null ? { ...config } : undefined;
  } catch {
    return undefined;
  }
}
