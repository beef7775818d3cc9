/**
 * The model store: finds, downloads, resumes, verifies, imports and removes model packs (docs/models.md).
 *
 * Only `plan`, `pull` and `repair` use the network.
 */
import { stat } from 'node:fs/promises';
import { StudioError } from '../contract/errors.ts';
import {
  type CatalogLicence,
  type CatalogSize,
  catalogSize,
  type PackCatalog,
} from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { DEFAULT_PATIENCE, type DownloadPatience } from './download-patience.ts';
import { type ImportOptions, type ImportResult, importFolder } from './import-folder.ts';
import { expectedFiles, findInstalled, type InstallRecord, readInstallRecord } from './install-record.ts';
import { type PullOptions, type PullResult, pullPack } from './pull-pack.ts';
import { missingLicences, type PullPlan, planPull } from './pull-plan.ts';
import { type RemoveOptions, type RemoveResult, removePack } from './remove-pack.ts';
import { type StoreContext, selectComponents } from './store-context.ts';
import { type StoreEnvironment, systemEnvironment } from './store-environment.ts';
import { componentFolder, installedPath } from './store-layout.ts';
import { type VerifiedFile, type VerifyOptions, verifyPack } from './verify-pack.ts';

const HUB = 'https://huggingface.co';

export interface ModelStoreOptions {
  readonly modelsFolder: string;
  readonly catalogs: readonly PackCatalog[];
  readonly environment?: StoreEnvironment;
  readonly patience?: DownloadPatience;
  /** Address of the hub or of a full mirror. */
  readonly hubEndpoint?: string | undefined;
  readonly hubToken?: string | undefined;
}

/** A component in a list. */
export interface ListedComponent {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
  readonly licence: string;
  readonly isOptional: boolean;
  /** installed: every required file exists with its size; partial: some do. */
  readonly state: 'installed' | 'partial' | 'absent';
  /** Its folder for the loader. */
  readonly folder: string;
  readonly installedBytes: number;
  readonly size: CatalogSize;
}

export interface ListedPack {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly components: readonly ListedComponent[];
}

export interface ModelStore {
  readonly modelsFolder: string;
  readonly catalogs: readonly PackCatalog[];
  /** All packs and their installed components. No network. */
  list(): Promise<ListedPack[]>;
  /** Free bytes on the disk of the models folder; undefined if unknown. */
  freeBytes(): Promise<number | undefined>;
  /** What a pull would fetch, and its size: asks the sources for sizes missing in the catalogue. */
  plan(packId: string, options?: PullOptions): Promise<PullPlan>;
  /** Licences that a pull would require. No network. */
  licencesToAccept(packId: string, components?: readonly string[]): Promise<readonly CatalogLicence[]>;
  pull(packId: string, options?: PullOptions): Promise<PullResult>;
  /** No network. */
  verify(packId: string, options?: VerifyOptions): Promise<VerifiedFile[]>;
  /** Downloads files that verification found missing or changed. */
  repair(packId: string, damaged: readonly VerifiedFile[], options?: PullOptions): Promise<PullResult>;
  /** No network. */
  import(packId: string, folder: string, options?: ImportOptions): Promise<ImportResult>;
  /** No network. */
  remove(packId: string, options?: RemoveOptions): Promise<RemoveResult>;
}

/** @throws StudioError USAGE for an impossible hub; every operation: PACK_UNKNOWN when no catalogue describes the pack */
export function createModelStore(options: ModelStoreOptions): ModelStore {
  const { modelsFolder, catalogs } = options;
  const context: StoreContext = {
    modelsFolder,
    environment: options.environment ?? systemEnvironment,
    patience: options.patience ?? DEFAULT_PATIENCE,
    hubEndpoint: hubAddress(options.hubEndpoint ?? HUB),
    hubToken: options.hubToken,
  };
  const catalogOf = (packId: string): PackCatalog => {
    const catalog = catalogs.find(({ id }) => id === packId);
    if (catalog !== undefined) return catalog;
    const known = catalogs.map(({ id }) => id).join(', ') || 'none';
    throw new StudioError('PACK_UNKNOWN', `There is no pack ${packId}. Known packs: ${known}.`);
  };
  return {
    modelsFolder,
    catalogs,
    list: () => Promise.all(catalogs.map((catalog) => listPack(context, catalog))),
    freeBytes: () => context.environment.freeBytes(modelsFolder),
    plan: async (packId, pull = {}) =>
      planPull(context, catalogOf(packId), {
        ...pull,
        askSources: true,
        signal: pull.signal ?? new AbortController().signal,
      }),
    licencesToAccept: async (packId, components) => {
      const catalog = catalogOf(packId);
      const record = await readInstallRecord(modelsFolder, packId);
      return missingLicences(catalog, selectComponents(catalog, components), record);
    },
    pull: async (packId, pull = {}) => pullPack(context, catalogOf(packId), pull),
    verify: async (packId, verify = {}) => verifyPack(context, catalogOf(packId), verify),
    repair: async (packId, damaged, pull = {}) => {
      const bad = damaged.filter(({ state }) => state === 'missing' || state === 'changed');
      assertDownloadable(catalogOf(packId), await readInstallRecord(modelsFolder, packId), bad);
      return pullPack(context, catalogOf(packId), {
        ...pull,
        components: [...new Set(bad.map(({ component }) => component))],
        replace: new Set(bad.map(({ component, path }) => `${component}/${path}`)),
      });
    },
    import: async (packId, folder, taken = {}) => importFolder(context, catalogOf(packId), folder, taken),
    remove: async (packId, remove = {}) => removePack(context, catalogOf(packId), remove),
  };
}

/**
 * An imported file that differs from the catalogue's cannot be downloaded: the download would be another model.
 *
 * @throws StudioError PACK_INCOMPLETE
 */
function assertDownloadable(
  { components }: PackCatalog,
  record: InstallRecord,
  damaged: readonly VerifiedFile[],
): void {
  for (const { component, path, finalPath } of damaged) {
    const listed = components.find(({ id }) => id === component)?.files.find((file) => file.path === path);
    const installed = findInstalled(record, component, path);
    const imported = record.imports[component];
    const isOther = listed === undefined || (listed.sha256 ?? installed?.sha256) !== installed?.sha256;
    if (imported === undefined || installed?.placed === 'written' || !isOther) continue;
    throw new StudioError(
      'PACK_INCOMPLETE',
      `${finalPath} was imported from ${imported.folder} and is not the catalogue’s file: it cannot be downloaded again. Remove the part (models remove ${record.packId} --component ${component}) and import its folder again.`,
    );
  }
}

function hubAddress(text: string): string {
  const { protocol, href } = URL.parse(text) ?? {};
  if (href === undefined || (protocol !== 'https:' && protocol !== 'http:')) {
    throw new StudioError('USAGE', `The hub’s address must begin with https:// or http://, not ${text}.`);
  }
  return href.replace(/\/+$/, '');
}

async function listPack({ modelsFolder }: StoreContext, catalog: PackCatalog): Promise<ListedPack> {
  const record = await readInstallRecord(modelsFolder, catalog.id);
  const components: ListedComponent[] = [];
  for (const component of catalog.components) {
    const { id, name, purpose, licence, optional } = component;
    let installedBytes = 0;
    let isComplete = true;
    for (const file of expectedFiles(record, component)) {
      const installed = findInstalled(record, id, file.path);
      const status =
        installed && (await ifPresent(stat(installedPath(modelsFolder, catalog.id, id, file.path))));
      if (installed !== undefined && status?.size === installed.bytes) installedBytes += status.size;
      else if (!file.optional) isComplete = false;
    }
    components.push({
      id,
      name,
      purpose,
      licence,
      isOptional: optional,
      state: isComplete ? 'installed' : installedBytes > 0 ? 'partial' : 'absent',
      folder: componentFolder(modelsFolder, catalog.id, id),
      installedBytes,
      size: catalogSize([component]),
    });
  }
  const { id, name, description } = catalog;
  return { id, name, description, components };
}
