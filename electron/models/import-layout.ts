/**
 * Finding a component's files in a folder that a person has already.
 *
 * | what the folder is | how it is known |
 * | --- | --- |
 * | a component: diffusers layout, or a model with its onnx/ folder | the component's files lie in it |
 * | one folder per component, as the store lays them out | the component's files lie in a folder of its name |
 * | one repository of a hub cache | it has snapshots/ |
 * | a hub cache | it has models--ORGANISATION--NAME folders of the component's sources |
 */
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import type { CatalogComponent, CatalogFile } from '../contract/pack-catalog.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import { assertClassName } from './inspect-model.ts';

/** A file that was found: the real one, with every link resolved. */
export interface FoundFile {
  readonly file: CatalogFile;
  readonly sourcePath: string;
  readonly bytes: number;
  readonly changedMs: number;
  /** SHA-256 by which a hub cache names the content, where it does. */
  readonly blobSha256: string | undefined;
}

/**
 * Finds the files of the components that a folder holds.
 *
 * @param components what is looked for
 * @param areNamed whether the person named them: then each must be there
 * @returns by component id
 * @throws StudioError IMPORT_INVALID when nothing fits, or not all that was named, with what is missing
 */
export async function findComponents(
  folder: string,
  components: readonly CatalogComponent[],
  areNamed: boolean,
): Promise<Map<string, readonly FoundFile[]>> {
  const status = await ifPresent(stat(folder));
  if (!status?.isDirectory()) throw new StudioError('IMPORT_INVALID', `${folder} is not a folder.`);
  const found = new Map<string, readonly FoundFile[]>();
  const reasons: string[] = [];
  for (const component of components) {
    const result = await findComponent(folder, component);
    if (Array.isArray(result)) found.set(component.id, result);
    else reasons.push(`${component.id}: ${result}`);
  }
  if (found.size === 0 || (areNamed && found.size < components.length)) {
    throw new StudioError('IMPORT_INVALID', `${folder} does not hold what is needed. ${reasons.join('; ')}.`);
  }
  assertUnambiguous(folder, found);
  return found;
}

/** @returns the files, or why they are not there */
async function findComponent(folder: string, component: CatalogComponent): Promise<FoundFile[] | string> {
  // Of all places that were tried, the one that came closest says what is wrong.
  let closest = { files: -1, reason: 'not found' };
  for (const place of await placesOf(folder, component)) {
    const { files, missing } = await findFiles(place, component);
    let reason = `${place} lacks ${missing}`;
    try {
      if (missing === undefined) {
        await assertClasses(files, component);
        return files;
      }
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      reason = error.message.replace(/\.$/, '');
    }
    if (files.length > closest.files) closest = { files: files.length, reason };
  }
  return closest.reason;
}

async function assertClasses(files: readonly FoundFile[], { classNames }: CatalogComponent): Promise<void> {
  for (const [path, names] of Object.entries(classNames)) {
    const config = files.find(({ file }) => file.path === path);
    if (config !== undefined) await assertClassName(config.sourcePath, names);
  }
}

async function placesOf(folder: string, component: CatalogComponent): Promise<string[]> {
  const places = [folder, join(folder, component.id)];
  for (const source of component.sources) {
    if (source.kind !== 'hub') continue;
    const name = `models--${source.repo.replace('/', '--')}`;
    const repositories =
      basename(folder) === name ? [folder] : [join(folder, name), join(folder, 'hub', name)];
    for (const repository of repositories) places.push(...(await snapshotsOf(repository, source.revision)));
  }
  // A repository of another name, such as a fine-tune of the same architecture.
  if (basename(folder).startsWith('models--')) places.push(...(await snapshotsOf(folder, null)));
  const present: string[] = [];
  for (const place of places) {
    if ((await ifPresent(stat(place)))?.isDirectory() && !present.includes(place)) present.push(place);
  }
  return present;
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

/** @returns what is there, and the path of the first file that is needed and is not */
async function findFiles(
  place: string,
  component: CatalogComponent,
): Promise<{ readonly files: FoundFile[]; readonly missing: string | undefined }> {
  const files: FoundFile[] = [];
  let missing: string | undefined;
  for (const file of component.files) {
    const found = await findFile(place, file);
    if (found !== undefined) files.push(found);
    else if (!file.optional) missing ??= file.path;
  }
  return { files, missing };
}

async function findFile(place: string, file: CatalogFile): Promise<FoundFile | undefined> {
  const names = [file.remotePath, file.path, halfPrecisionPath(file.path)];
  for (const name of names) {
    if (name === undefined) continue;
    const path = join(place, ...name.split('/'));
    if ((await ifPresent(lstat(path))) === undefined) continue;
    const sourcePath = await ifPresent(realpath(path));
    if (sourcePath === undefined) {
      throw new StudioError('IMPORT_INVALID', `${path} is a link to a file that is not there.`);
    }
    const status = await stat(sourcePath);
    if (!status.isFile()) continue;
    const blob = basename(dirname(sourcePath)) === 'blobs' ? basename(sourcePath) : '';
    return {
      file,
      sourcePath,
      bytes: status.size,
      changedMs: status.mtimeMs,
      blobSha256: /^[0-9a-f]{64}$/.test(blob) ? blob : undefined,
    };
  }
  return undefined;
}

/** What diffusers calls the half-precision variant of a weights file. */
function halfPrecisionPath(path: string): string | undefined {
  return path.endsWith('.safetensors') ? path.replace(/\.safetensors$/, '.fp16.safetensors') : undefined;
}

/** One set of files that fits two components is no answer: the person has to say which it is. */
function assertUnambiguous(folder: string, found: ReadonlyMap<string, readonly FoundFile[]>): void {
  const taken = new Map<string, string>();
  for (const [id, files] of found) {
    for (const { sourcePath, file } of files) {
      const key = `${sourcePath} ${file.path}`;
      const other = taken.get(key);
      // Tokenizer files of two models may be the same blob; their weights may not.
      if (other !== undefined && /\.(safetensors|onnx)$/.test(file.path)) {
        throw new StudioError(
          'IMPORT_INVALID',
          `${folder} fits ${other} and ${id} alike. Say which it is with --component.`,
        );
      }
      taken.set(key, id);
    }
  }
}
