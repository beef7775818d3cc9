/**
 * Models of other programs on this machine: found in their folders and listed, never moved or changed.
 *
 * | program | folder | kinds by folder |
 * | --- | --- | --- |
 * | ComfyUI | `ComfyUI/models` in the home folder or Documents | checkpoints, loras, vae, embeddings |
 * | A1111, Forge | `stable-diffusion-webui/models`, `stable-diffusion-webui-forge/models` | Stable-diffusion, Lora, VAE |
 * | InvokeAI | `invokeai/models` | main, lora, vae |
 * | hub cache | HF_HUB_CACHE, HF_HOME/hub, `.cache/huggingface/hub` | single files of its snapshots |
 *
 * A file's kind is determined by its header, not its folder. Diffusers folders in the hub cache are for the model store
 * to import.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeFile, type FileDescription } from '../../native-models/graph/index.ts';
import { withoutExtension } from '../contract/model-choice.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import type { PlatformFacts } from '../foundation/folders.ts';
import {
  assertFiniteWeights,
  inspectWeights,
  knownInspection,
} from '../inference/packs/weight-inspection.ts';

/** A file of another program. */
export interface FoundModel extends FileDescription {
  readonly path: string;
  /** The file's name without its extension. */
  readonly name: string;
  readonly program: string;
  readonly bytes: number;
  /** A picture of the same name next to it. */
  readonly preview: string | null;
}

/** A folder to search, or a single file. */
export interface ModelRoot {
  readonly program: string;
  readonly folder: string;
}

/** Descriptions of unchanged files, so that a folder can be listed often. */
export class FileDescriptions {
  readonly #known = new Map<string, { readonly state: string; readonly description: FileDescription }>();

  /** @param state changes with the file */
  get(path: string, state: string): FileDescription {
    const known = this.#known.get(path);
    if (known?.state === state) return known.description;
    const description = describeFile(path);
    this.#known.set(path, { state, description });
    return description;
  }
}

/** Maximum depth of the search: users sort models into nested folders. */
export const DEEPEST_FOLDER = 5;
const PREVIEW_ENDINGS = ['.preview.png', '.png', '.jpg', '.jpeg', '.webp'];

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

/**
 * Finds the models in folders; reads headers only. Missing folders contain none.
 *
 * @throws errors of the file system for a folder that cannot be read
 */
export async function findModels(
  roots: readonly ModelRoot[],
  descriptions = new FileDescriptions(),
): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  const seen = new Set<string>();
  for (const { program, folder } of roots) {
    const isFile = (await ifPresent(stat(folder)))?.isFile() ?? false;
    const names = await filesBelow(isFile ? dirname(folder) : folder, isFile ? 0 : DEEPEST_FOLDER);
    for (const path of isFile ? [folder] : names.filter((name) => isModelFile(name))) {
      const status = await ifPresent(stat(path));
      if (!status?.isFile() || seen.has(path)) continue;
      seen.add(path);
      const name = withoutExtension(basename(path));
      const description = descriptions.get(path, `${status.size} ${status.mtimeMs} ${status.ino}`);
      found.push({
        path,
        name,
        program,
        bytes: status.size,
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
 * The SHA-256 of a model's file; the file is read once and its hash is cached.
 *
 * @param cacheFolder for cached hashes
 * @throws StudioError MODEL_INVALID for weights that are not numbers; PipelineError CANCELLED
 */
export async function hashOfModel(
  path: string,
  cacheFolder: string,
  signal: AbortSignal,
  onRead?: (bytesRead: number, bytesTotal: number) => void,
): Promise<string> {
  const inspection = await inspectWeights(path, cacheFolder, signal, onRead);
  assertFiniteWeights(basename(path), inspection);
  return inspection.sha256;
}

/** The cached SHA-256 of a file as it is now; undefined for one that was not read through yet. */
export async function knownHashOfModel(path: string, cacheFolder: string): Promise<string | undefined> {
  return (await knownInspection(path, cacheFolder))?.sha256;
}

/** Weights of one component of a diffusers folder are not a model by themselves. */
function isModelFile(path: string): boolean {
  return (
    /\.safetensors$/i.test(path) &&
    !/(^|[\\/])(diffusion_pytorch_model|model|pytorch_lora_weights)(-\d+-of-\d+)?(\.\w+)?\.safetensors$/.test(
      path.replace(/pytorch_lora_weights\.safetensors$/, 'lora.safetensors'),
    )
  );
}

function previewOf(path: string, names: readonly string[]): string | null {
  const stem = withoutExtension(path);
  return PREVIEW_ENDINGS.map((ending) => `${stem}${ending}`).find((name) => names.includes(name)) ?? null;
}

/** Follows links, as deep as the search goes: a hub cache consists of them. */
async function filesBelow(folder: string, depth: number): Promise<string[]> {
  const entries = (await ifPresent(readdir(folder, { withFileTypes: true }))) ?? [];
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    // A hub cache's blobs have names without extensions, and are reached by their links.
    if (entry.name === 'blobs' || entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const isLink = entry.isSymbolicLink();
    const isFolder = entry.isDirectory() || (isLink && (await ifPresent(stat(path)))?.isDirectory());
    if (!isFolder) files.push(path);
    else if (depth > 0) files.push(...(await filesBelow(path, depth - 1)));
  }
  return files;
}
