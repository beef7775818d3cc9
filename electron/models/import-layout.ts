/**
 * Finds a component's files in a user's folder.
 *
 * | what the folder is | how it is known |
 * | --- | --- |
 * | a component: diffusers layout, or a model with its onnx/ folder | the component's files are in it |
 * | one folder per component, as the store lays them out | the component's files are in a folder of its name |
 * | one repository of a hub cache | it has snapshots/ |
 * | a hub cache | it has models--ORGANISATION--NAME folders; those of the component's sources come first |
 * | a single-file checkpoint, or a folder with one | recognised by its tensors' names |
 *
 * Links are followed, out of the folder too: a hub cache is made of links (docs/decisions/0115).
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { CatalogComponent } from '../contract/pack-catalog.ts';
import { ifPresent, reading } from '../foundation/files/file-errors.ts';
import { isSingleFileCheckpoint, refuseForeignFile } from '../inference/packs/inspect-checkpoint.ts';
import { findCheckpoint } from './import-checkpoint.ts';
import { type FoundFile, findFiles } from './import-files.ts';
import { assertClassName } from './inspect-model.ts';

/** A component and its files. */
export interface FoundComponent {
  readonly id: string;
  /** The folder, with links not resolved. */
  readonly place: string;
  readonly files: readonly FoundFile[];
}

/** A component that was not found; no reason if there is no trace of it. */
interface MissingComponent {
  readonly id: string;
  readonly reason: string | undefined;
}

/**
 * Finds the files of components in a folder.
 *
 * @param components to look for
 * @param areNamed whether the user named them, so that each must be there
 * @throws StudioError IMPORT_INVALID naming what is missing, when nothing fits or a named one is missing;
 *   MODEL_INVALID for a file instead of a folder, if its kind is recognised
 */
export async function findComponents(
  folder: string,
  components: readonly CatalogComponent[],
  areNamed: boolean,
): Promise<FoundComponent[]> {
  const status = await reading(folder, () => ifPresent(stat(folder)), 'IMPORT_INVALID');
  if (!status?.isDirectory() && !(status?.isFile() && isSingleFileCheckpoint(folder))) {
    if (status?.isFile()) refuseForeignFile(folder);
    throw new StudioError('IMPORT_INVALID', `${folder} is not a folder.`);
  }
  const found: FoundComponent[] = [];
  const missing: MissingComponent[] = [];
  for (const component of components) {
    const result = await reading(folder, () => findComponent(folder, component), 'IMPORT_INVALID');
    if ('files' in result) found.push(result);
    else missing.push(result);
  }
  if (found.length === 0 || (areNamed && missing.length > 0)) {
    throw new StudioError('IMPORT_INVALID', `${folder} does not contain what is needed. ${inWords(missing)}`);
  }
  const chosen = areNamed ? found : withoutSecondUse(found, components);
  assertUnambiguous(folder, chosen);
  return chosen;
}

/** Each reason once, with its components, then those without a trace. */
function inWords(missing: readonly MissingComponent[]): string {
  const idsOf = new Map<string, string[]>();
  for (const { id, reason = 'not found' } of missing) idsOf.set(reason, [...(idsOf.get(reason) ?? []), id]);
  return [...idsOf]
    .toSorted(([a], [b]) => Number(a === 'not found') - Number(b === 'not found'))
    .map(([reason, ids]) => `${ids.join(', ')}: ${reason.replace(/\.$/, '')}.`)
    .join(' ');
}

/**
 * A model that can blend can generate backgrounds too: unless the user names the components, a checkpoint is only
 * imported for blending.
 */
function withoutSecondUse(
  found: readonly FoundComponent[],
  components: readonly CatalogComponent[],
): FoundComponent[] {
  const roleOf = (id: string) => components.find((component) => component.id === id)?.checkpoint;
  const blending = found.filter(({ id }) => roleOf(id) === 'blending').map(({ place }) => place);
  return found.filter(({ id, place }) => roleOf(id) !== 'backgrounds' || !blending.includes(place));
}

async function findComponent(
  folder: string,
  component: CatalogComponent,
): Promise<FoundComponent | MissingComponent> {
  const { id } = component;
  // Report the problem of the closest match.
  let closest: { files: number; reason: string | undefined } = { files: -1, reason: undefined };
  const tryPlace = async (place: string): Promise<FoundComponent | undefined> => {
    const present = await findFiles(place, component);
    const files =
      component.checkpoint === undefined
        ? await findListed(place, component, present)
        : await findCheckpoint(place, component, component.checkpoint);
    if (Array.isArray(files)) return { id, place, files };
    if (present.files.length > closest.files) closest = { files: present.files.length, reason: files };
    return undefined;
  };
  for (const place of await namedPlaces(folder, component)) {
    const found = await tryPlace(place);
    if (found !== undefined) return found;
  }
  // Repositories of other names, such as a fine-tune; several of them are ambiguous.
  const others: FoundComponent[] = [];
  for (const repository of component.checkpoint === undefined ? [] : await repositoriesIn(folder)) {
    for (const place of await snapshotsOf(repository, null)) {
      const found = await tryPlace(place);
      if (found === undefined) continue;
      others.push(found);
      break;
    }
  }
  if (others.length > 1) {
    const names = others.map(({ place }) => basename(dirname(dirname(place))));
    return { id, reason: `several models fit (${names.join(', ')}); choose the folder of one of them` };
  }
  return others[0] ?? { id, reason: closest.reason };
}

/** @returns the files of the catalogue's list, or what is missing; no reason if all are */
async function findListed(
  place: string,
  { classNames }: CatalogComponent,
  { files, missing }: Awaited<ReturnType<typeof findFiles>>,
): Promise<FoundFile[] | string | undefined> {
  if (missing !== undefined) return files.length === 0 ? undefined : `${place} lacks ${missing}`;
  try {
    for (const [path, names] of Object.entries(classNames)) {
      const config = files.find(({ file }) => file.path === path);
      if (config !== undefined) await assertClassName(config.sourcePath, names);
    }
    return files;
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    return error.message;
  }
}

/** The folder itself, the one of the component's name, and the snapshots of its sources' repositories. */
async function namedPlaces(folder: string, component: CatalogComponent): Promise<string[]> {
  const places = [folder, join(folder, component.id)];
  for (const source of component.sources) {
    if (source.kind !== 'hub') continue;
    const name = `models--${source.repo.replace('/', '--')}`;
    const repositories =
      basename(folder) === name ? [folder] : [join(folder, name), join(folder, 'hub', name)];
    for (const repository of repositories) places.push(...(await snapshotsOf(repository, source.revision)));
  }
  // A repository with another name, such as a fine-tune of the same architecture.
  if (basename(folder).startsWith('models--')) places.push(...(await snapshotsOf(folder, null)));
  const present: string[] = [];
  for (const place of places) {
    const status = await ifPresent(stat(place));
    const isPlace = status?.isDirectory() || (place === folder && component.checkpoint !== undefined);
    if (isPlace && !present.includes(place)) present.push(place);
  }
  return present;
}

/** All model repositories of a hub cache. */
async function repositoriesIn(folder: string): Promise<string[]> {
  const caches = [folder, join(folder, 'hub')];
  const repositories: string[] = [];
  for (const cache of caches) {
    const names = ((await ifPresent(readdir(cache))) ?? []).filter((name) => name.startsWith('models--'));
    repositories.push(...names.toSorted().map((name) => join(cache, name)));
  }
  return repositories;
}

/** Snapshots of a repository in a hub cache: the pinned one first, then the one that `main` names, then the rest. */
async function snapshotsOf(repository: string, revision: string | null): Promise<string[]> {
  const names = await ifPresent(readdir(join(repository, 'snapshots')));
  if (names === undefined) return [];
  const main = (await ifPresent(readFile(join(repository, 'refs', 'main'), 'utf8')))?.trim();
  const rank = (name: string) => (name === revision ? 0 : name === main ? 1 : 2);
  return names
    .toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name) => join(repository, 'snapshots', name));
}

/** A set of files that fits two components is ambiguous: the user has to choose. */
function assertUnambiguous(folder: string, found: readonly FoundComponent[]): void {
  const taken = new Map<string, string>();
  for (const { id, files } of found) {
    for (const { sourcePath, file } of files) {
      const key = `${sourcePath} ${file.path}`;
      const other = taken.get(key);
      // Tokenizer files of two models may be the same blob; their weights may not.
      if (other !== undefined && /\.(safetensors|onnx)$/.test(file.path)) {
        throw new StudioError(
          'IMPORT_INVALID',
          `${folder} fits both ${other} and ${id}. Choose one with --component.`,
        );
      }
      taken.set(key, id);
    }
  }
}
