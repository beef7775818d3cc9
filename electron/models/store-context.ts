/** The context of every operation of the store. */
import { StudioError } from '../contract/errors.ts';
import type { CatalogComponent, PackCatalog } from '../contract/pack-catalog.ts';
import type { DownloadPatience } from './download-patience.ts';
import { ComponentSource } from './file-source.ts';
import type { InstallRecord } from './install-record.ts';
import type { StoreEnvironment } from './store-environment.ts';

export interface StoreContext {
  readonly modelsFolder: string;
  readonly environment: StoreEnvironment;
  readonly patience: DownloadPatience;
  /** Address of the hub, without a trailing slash. */
  readonly hubEndpoint: string;
  readonly hubToken: string | undefined;
}

/**
 * The components of a pack for an operation.
 *
 * @param ids by name; by default all required ones
 * @throws StudioError PACK_UNKNOWN for an unknown name
 */
export function selectComponents(
  catalog: PackCatalog,
  ids: readonly string[] | undefined,
): readonly CatalogComponent[] {
  if (ids === undefined) return catalog.components.filter(({ optional }) => !optional);
  for (const id of ids) {
    if (!catalog.components.some((component) => component.id === id)) {
      const known = catalog.components.map((component) => component.id).join(', ');
      throw new StudioError(
        'PACK_UNKNOWN',
        `The pack ${catalog.id} has no component ${id}. It has: ${known}.`,
      );
    }
  }
  return catalog.components.filter(({ id }) => ids.includes(id));
}

/** A component's sources, each at the recorded revision of its files. */
export function sourcesOf(
  component: CatalogComponent,
  record: InstallRecord,
  { environment, patience, hubEndpoint, hubToken }: StoreContext,
): ComponentSource[] {
  const settings = {
    fetch: environment.fetch,
    hubEndpoint,
    hubToken,
    stallTimeoutMs: patience.stallTimeoutMs,
  };
  return component.sources.map(
    (source) =>
      new ComponentSource(
        source,
        settings,
        source.kind === 'hub' ? record.revisions[source.repo] : undefined,
      ),
  );
}
