/**
 * Models of other programs on this machine: found in their folders and listed, never moved or changed.
 *
 * | program | folder | kinds by folder |
 * | --- | --- | --- |
 * | ComfyUI | `ComfyUI/models` in the home folder or Documents | checkpoints, loras, vae, embeddings |
 * | A1111, Forge | `stable-diffusion-webui/models`, `stable-diffusion-webui-forge/models` | Stable-diffusion, Lora, VAE |
 * | InvokeAI | `invokeai/models` | main, lora, vae |
 * | hub cache | HF_HUB_CACHE, HF_HOME/hub, `.cache/huggingface/hub` | its snapshots |
 *
 * A file's kind is determined by its header, not its folder. A folder with a model_index.json is one model, in
 * diffusers' layout. What several names lead to (links, snapshots with the same weights) is listed once.
 */
import type { Stats } from 'node:fs';
import { open, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { describeFile, describeFolder, type FileDescription } from '../../native-models/graph/index.ts';
import { withoutExtension } from '../contract/model-choice.ts';
import { errnoOf, ifPresent } from '../foundation/files/file-errors.ts';
import type { PlatformFacts } from '../foundation/folders.ts';
import {
  assertFiniteWeights,
  inspectWeights,
  knownInspection,
} from '../inference/packs/weight-inspection.ts';
import {
  folderName,
  identityOfFolder,
  type WeightsFile,
  weightsFilesOf,
} from '../inference/packs/weights-identity.ts';

/** A file or diffusers folder of another program. */
export interface FoundModel extends FileDescription {
  readonly path: string;
  /** The file's name without its extension, or the folder's; the repository's in a hub cache. */
  readonly name: string;
  readonly program: string;
  /** Of its weights. */
  readonly bytes: number;
  /** A picture of the same name next to it. */
  readonly preview: string | null;
  /** The weight files of a diffusers folder; null for a single file. */
  readonly weights: readonly WeightsFile[] | null;
}

/** Where a model is on this disk. */
export type ModelContent = Pick<FoundModel, 'path' | 'weights'>;

/** A folder to search, or a single file. */
export interface ModelRoot {
  readonly program: string;
  readonly folder: string;
}

/** Maximum depth of the search: users sort models into nested folders. */
export const DEEPEST_FOLDER = 5;
const PREVIEW_ENDINGS = ['.preview.png', '.png', '.jpg', '.jpeg', '.webp'];
/** Makes a folder a model in diffusers' layout. */
const MODEL_INDEX = 'model_index.json';

/** Folders of other programs' models on this machine; the search finds out which exist. */
export function usualRoots({ environment, homeFolder }: PlatformFacts): ModelRoot[] {
  const home = (...parts: string[]) => join(homeFolder, ...parts);
  const hub = environment.HF_HUB_CACHE ?? join(environment.HF_HOME ?? home('.cache', 'huggingface'), 'hub');
  const webuis = ['stable-diffusion-webui', 'stable-diffusion-webui-forge', 'sd-webui-forge'];
  return [
    ...[home('ComfyUI'), home('Documents', 'ComfyUI')].map((folder) => ({
      program: 'ComfyUI',
      folder: join(folder, 'models'),
    })),
    ...webuis.map((name) => ({
      program: name.includes('forge') ? 'Forge' : 'A1111',
      folder: home(name, 'models'),
    })),
    { program: 'InvokeAI', folder: join(environment.INVOKEAI_ROOT ?? home('invokeai'), 'models') },
    { program: 'hub cache', folder: hub },
  ];
}

/** Whether a folder's entries, or a file's content, can be read as things are. */
export type RootState = 'readable' | 'missing' | 'unreadable';

export async function stateOfRoot({ folder }: Pick<ModelRoot, 'folder'>): Promise<RootState> {
  try {
    const status = await stat(folder);
    // Opening a pipe waits for its writer.
    if (!status.isDirectory() && !status.isFile()) return 'unreadable';
    const opened = status.isDirectory() ? await opendir(folder) : await open(folder);
    await opened.close();
    return 'readable';
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error)!) ? 'missing' : 'unreadable';
  }
}

/**
 * Finds the models in folders; reads headers only. Missing folders contain none, and neither do ones that cannot be
 * read: they belong to other programs, and every render searches them for embeddings. {@link stateOfRoot} tells which.
 */
export async function findModels(
  roots: readonly ModelRoot[],
  descriptions = new ModelDescriptions(),
): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  const seen = new Set<string>();
  for (const { program, folder } of roots) {
    const isFile = (await ifReadable(stat(folder)))?.isFile() ?? false;
    const names = new Set(await filesBelow(isFile ? dirname(folder) : folder, isFile ? 0 : DEEPEST_FOLDER));
    for (const path of isFile ? [folder] : modelsAmong(names)) {
      const description = names.has(join(path, MODEL_INDEX))
        ? await describeIn(descriptions, path, names)
        : await describeOne(descriptions, path);
      if (description === undefined) continue;
      // A language model, a ControlNet, a part of a model that is not whole.
      if (!isFile && description.kind === 'other' && hasGeneralName(path)) continue;
      const content = await contentOf({ path, ...description });
      if (seen.has(content)) continue;
      seen.add(content);
      found.push({
        path,
        name: nameOf(path, names),
        program,
        preview: previewOf(path, names),
        ...description,
      });
      // Headers are read without waiting: between two files others get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return found;
}

/**
 * The SHA-256 of a model's file, or of the names and hashes of a folder's; every file is read once and its hash is
 * cached.
 *
 * @param cacheFolder for cached hashes
 * @throws StudioError MODEL_INVALID for weights that are not numbers; PipelineError CANCELLED
 */
export async function hashOfModel(
  model: ModelContent,
  cacheFolder: string,
  signal: AbortSignal,
  onRead?: (bytesRead: number, bytesTotal: number) => void,
): Promise<string> {
  const hashed: { name: string; sha256: string }[] = [];
  for (const { name, path } of weightsOf(model)) {
    const inspection = await inspectWeights(path, cacheFolder, signal, onRead);
    assertFiniteWeights(name, inspection);
    hashed.push({ name, sha256: inspection.sha256 });
  }
  return model.weights === null ? hashed[0]!.sha256 : identityOfFolder(hashed);
}

/** The cached hash of a model as it is now; undefined for one that was not read through yet, or is gone. */
export async function knownHashOfModel(
  model: ModelContent,
  cacheFolder: string,
): Promise<string | undefined> {
  const hashed: { name: string; sha256: string }[] = [];
  for (const { name, path } of weightsOf(model)) {
    const inspection = await ifPresent(knownInspection(path, cacheFolder));
    if (inspection === undefined) return undefined;
    hashed.push({ name, sha256: inspection.sha256 });
  }
  return model.weights === null ? hashed[0]!.sha256 : identityOfFolder(hashed);
}

function weightsOf({ path, weights }: ModelContent): readonly WeightsFile[] {
  return weights ?? [{ name: basename(path), path }];
}

/** What headers say of a model. */
type Description = Omit<FoundModel, 'path' | 'name' | 'program' | 'preview'>;

/** Descriptions of unchanged files and folders, so that they can be listed often. */
export class ModelDescriptions {
  readonly #known = new Map<string, { readonly state: string; readonly description: Description }>();

  /** @param state changes with the file or folder */
  async get(path: string, state: string, describe: () => Promise<Description>): Promise<Description> {
    const known = this.#known.get(path);
    if (known?.state === state) return known.description;
    const description = await describe();
    this.#known.set(path, { state, description });
    return description;
  }
}

/** @returns undefined for a file that is gone, or a link to nothing */
async function describeOne(descriptions: ModelDescriptions, path: string): Promise<Description | undefined> {
  const status = await ifReadable(stat(path));
  if (!status?.isFile()) return undefined;
  return descriptions.get(path, stateOf(status), async () => ({
    ...describeFile(path),
    bytes: status.size,
    weights: null,
  }));
}

/** @param names of all files that were found */
async function describeIn(
  descriptions: ModelDescriptions,
  folder: string,
  names: ReadonlySet<string>,
): Promise<Description> {
  const own = [...names].filter((name) => name.startsWith(join(folder, sep)));
  const states: string[] = [];
  for (const name of own) {
    const status = await ifReadable(stat(name));
    states.push(`${name} ${status && stateOf(status)}`);
  }
  return descriptions.get(folder, states.join('\n'), async () => {
    const { weightFiles, ...description } = describeFolder(folder, folderName(folder));
    let bytes = 0;
    for (const path of weightFiles) bytes += (await ifReadable(stat(path)))?.size ?? 0;
    return { ...description, bytes, weights: weightsFilesOf(folder, weightFiles) };
  });
}

function stateOf({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/** What a model consists of, links resolved: equal for two ways to the same files. */
async function contentOf({ path, weights }: ModelContent): Promise<string> {
  const paths = weights === null || weights.length === 0 ? [path] : weights.map((file) => file.path);
  const real: string[] = [];
  for (const each of paths) real.push((await ifReadable(realpath(each))) ?? each);
  return real.join('\n');
}

/** Model files, and folders in diffusers' layout; weights of one of its components are no model by themselves. */
function modelsAmong(names: ReadonlySet<string>): string[] {
  return [...names].flatMap((path) => {
    if (basename(path) === MODEL_INDEX) return [dirname(path)];
    const isPart = hasGeneralName(path) && names.has(join(dirname(dirname(path)), MODEL_INDEX));
    return /\.safetensors$/i.test(path) && !isPart ? [path] : [];
  });
}

/** Whether a file has a name that programs give to every model; then the folder's says which one it is. */
function hasGeneralName(path: string): boolean {
  const names = /^(diffusion_pytorch_model|model|pytorch_lora_weights)(-\d+-of-\d+)?(\.\w+)?\.safetensors$/i;
  return names.test(basename(path));
}

function nameOf(path: string, names: ReadonlySet<string>): string {
  const folder = dirname(path);
  const isNamedByFolder = names.has(join(folder, 'config.json')) || folderName(folder) !== basename(folder);
  if (hasGeneralName(path) && isNamedByFolder) return folderName(folder);
  return /\.safetensors$/i.test(path) ? withoutExtension(basename(path)) : folderName(path);
}

function previewOf(path: string, names: ReadonlySet<string>): string | null {
  const stem = withoutExtension(path);
  return PREVIEW_ENDINGS.map((ending) => `${stem}${ending}`).find((name) => names.has(name)) ?? null;
}

/** Follows links, as deep as the search goes: a hub cache consists of them. */
async function filesBelow(folder: string, depth: number): Promise<string[]> {
  const entries = (await ifReadable(readdir(folder, { withFileTypes: true }))) ?? [];
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    // A hub cache's blobs have names without extensions, and are reached by their links.
    if (entry.name === 'blobs' || entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const isLink = entry.isSymbolicLink();
    const isFolder = entry.isDirectory() || (isLink && (await ifReadable(stat(path)))?.isDirectory());
    if (!isFolder) files.push(path);
    else if (depth > 0) files.push(...(await filesBelow(path, depth - 1)));
  }
  return files;
}

/** Another user's folder, a link that leads back to itself, a failing or a vanished network disk. */
const UNREADABLE = new Set([
  'EACCES',
  'EPERM',
  'ELOOP',
  'EIO',
  'ESTALE',
  'ENAMETOOLONG',
  'ENXIO',
  'ENODEV',
  'ENOTCONN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ETIMEDOUT',
]);

/** Looks something up; returns undefined when it does not exist or cannot be read. */
async function ifReadable<Result>(step: Promise<Result>): Promise<Result | undefined> {
  try {
    return await ifPresent(step);
  } catch (error) {
    if (UNREADABLE.has(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
