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
import { join } from 'node:path';
import { describeFile, type FileDescription } from '../../native-models/graph/index.ts';
import { ifPresent } from '../foundation/files/file-errors.ts';
import type { PlatformFacts } from '../foundation/folders.ts';
import { inspectWeights } from '../inference/packs/weight-inspection.ts';

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

/** A folder to search. */
export interface ModelRoot {
  readonly program: string;
  readonly folder: string;
}

/** Maximum depth of the search: users sort models into nested folders. */
const DEEPEST = 5;
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
export async function findModels(roots: readonly ModelRoot[]): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  for (const { program, folder } of roots) {
    const names = await filesBelow(folder, DEEPEST);
    for (const path of names.filter((name) => isModelFile(name))) {
      const status = await ifPresent(stat(path));
      if (!status?.isFile()) continue;
      const name = path.slice(folder.length + 1).replace(/\.safetensors$/i, '');
      const { bytes, preview } = { bytes: status.size, preview: previewOf(path, names) };
      found.push({ path, name: name.split(/[\\/]/).at(-1)!, program, bytes, preview, ...describeFile(path) });
    }
  }
  return found;
}

/**
 * The SHA-256 of a model's file; the file is read once and its hash is cached.
 *
 * @param cacheFolder for cached hashes
 */
export async function hashOfModel(path: string, cacheFolder: string, signal: AbortSignal): Promise<string> {
  return (await inspectWeights(path, cacheFolder, signal)).sha256;
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
  const stem = path.replace(/\.safetensors$/i, '');
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
