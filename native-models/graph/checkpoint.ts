/**
 * Checkpoints in the diffusers folder layout: one folder per component (`unet/`, `vae/`, `text_encoder/`, ...), each
 * with a `config.json` and weights as `.safetensors`, in one file or several. A folder that is itself one component
 * (a TAESD download, for instance) is a checkpoint too, and so is a single file in the original naming, by itself or as
 * the only one of its folder.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  type Checkpoint,
  type CheckpointComponent,
  COMPONENT_FOLDERS,
  type ComponentFolder,
} from './checkpoint-types.ts';
import { ComponentWeights } from './component-weights.ts';
import { readJsonObject } from './config.ts';
import { recogniseForeignFile, recogniseForeignFolder, recogniseTensorNames } from './foreign-file.ts';
import { GraphError } from './graph-error.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';
import { findNonFiniteTensors } from './safetensors-values.ts';
import { isSingleFile, openSingleFile } from './single-file/open-single-file.ts';

/** How to choose between variants of files. */
export interface OpenOptions {
  /** 'fp16' prefers `*.fp16.safetensors` where both are there; without it they are a fall-back. */
  readonly variant?: 'fp16';
}

const classOfSingleComponent: Record<string, ComponentFolder> = {
  UNet2DConditionModel: 'unet',
  AutoencoderKL: 'vae',
  AutoencoderTiny: 'vae',
  CLIPTextModel: 'text_encoder',
  CLIPTextModelWithProjection: 'text_encoder',
};

/**
 * Finds and checks a checkpoint's files; reads headers only.
 *
 * @param folder a diffusers checkpoint, the folder of one component, or a single file
 * @throws GraphError CHECKPOINT_INCOMPLETE, CONFIG_INVALID, FILE_UNREADABLE, FOREIGN_FILE (a file of another format,
 *   with what to do), SAFETENSORS_*
 */
export function openCheckpoint(folder: string, options: OpenOptions = {}): Checkpoint {
  const root = resolve(folder);
  if (!isFolder(root)) return openFile(root);
  const components = new Map<ComponentFolder, CheckpointComponent>();
  for (const name of COMPONENT_FOLDERS) {
    const componentFolder = join(root, name);
    if (isFolder(componentFolder)) components.set(name, openComponent(componentFolder, options));
  }
  if (components.size === 0 && existsSync(join(root, 'config.json'))) {
    const component = openComponent(root, options);
    const name = classOfSingleComponent[component.className];
    if (name === undefined) {
      throw new GraphError(
        'ARCHITECTURE_UNSUPPORTED',
        `${root} contains a ${component.className}, which is not supported.`,
      );
    }
    components.set(name, component);
  }
  if (components.size === 0) {
    const [single, ...others] = singleFilesIn(root);
    if (single !== undefined && others.length === 0) return openSingleFile(single);
    if (single !== undefined) {
      const names = [single, ...others].map((path) => basename(path)).join(', ');
      throw new GraphError(
        'FOREIGN_FILE',
        `${root} contains several checkpoints (${names}). Choose one of the files.`,
      );
    }
    const foreign = recogniseForeignFolder(root);
    if (foreign !== undefined) throw new GraphError('FOREIGN_FILE', foreign.message);
    const message = `${root} is not a diffusers checkpoint: it has none of the folders ${COMPONENT_FOLDERS.join(', ')}.`;
    throw new GraphError('CHECKPOINT_INCOMPLETE', message);
  }
  return { folder: root, components };
}

/** @throws GraphError CHECKPOINT_INCOMPLETE when the checkpoint has no such folder */
export function requireComponent(checkpoint: Checkpoint, name: ComponentFolder): CheckpointComponent {
  const component = checkpoint.components.get(name);
  if (component !== undefined) return component;
  const lacks =
    checkpoint.singleFile === undefined ? `no ${name}/ folder` : `no ${PART_NAMES[name]} (${name}) in it`;
  const advice = name === 'vae' ? ' Choose one with --vae FILE.' : '';
  throw new GraphError('CHECKPOINT_INCOMPLETE', `The checkpoint ${checkpoint.folder} has ${lacks}.${advice}`);
}

const PART_NAMES: Readonly<Record<ComponentFolder, string>> = {
  unet: 'U-Net',
  vae: 'autoencoder',
  tiny_vae: 'small autoencoder',
  text_encoder: 'text encoder',
  text_encoder_2: 'second text encoder',
};

/** @throws GraphError FOREIGN_FILE, FILE_UNREADABLE, and what {@link openSingleFile} throws */
function openFile(path: string): Checkpoint {
  const foreign = recogniseForeignFile(path);
  if (foreign !== undefined && foreign.kind !== 'single-file') {
    throw new GraphError('FOREIGN_FILE', foreign.message);
  }
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new GraphError('FILE_UNREADABLE', `${path} does not exist.`);
  }
  const file = openSafetensors(path);
  if (isSingleFile(file.tensors.keys())) return openSingleFile(path, file);
  if (foreign !== undefined) throw new GraphError('FOREIGN_FILE', foreign.message);
  const message = `${path} is a part of a checkpoint. Open the folder with model_index.json that it belongs to.`;
  throw new GraphError('FOREIGN_FILE', message);
}

/** Files in a folder that are complete checkpoints in the original naming. */
function singleFilesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.safetensors$/i.test(name));
  return names
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => recogniseForeignFile(path)?.kind === 'single-file')
    .filter((path) => isSingleFile(openSafetensors(path).tensors.keys()));
}

/**
 * Names of the component's tensors that hold NaN or an infinity. Reads all weights; for explaining a NaN result.
 *
 * @throws GraphError CHECKPOINT_INCOMPLETE, FILE_UNREADABLE or SAFETENSORS_TRUNCATED
 */
export function nonFiniteTensors(checkpoint: Checkpoint, name: ComponentFolder): string[] {
  return requireComponent(checkpoint, name).weightFiles.flatMap(findNonFiniteTensors);
}

/** The tensors of a component, none of them used yet. */
export function componentWeights(component: CheckpointComponent): ComponentWeights {
  return new ComponentWeights(component.weightFiles, component.changes);
}

/**
 * Finds and checks the files of one component's folder; reads headers only.
 *
 * @throws GraphError as {@link openCheckpoint}
 */
export function openComponent(folder: string, options: OpenOptions = {}): CheckpointComponent {
  const configPath = join(folder, 'config.json');
  if (!existsSync(configPath)) {
    throw new GraphError('CHECKPOINT_INCOMPLETE', `${folder} has no config.json.`);
  }
  const config = readJsonObject(configPath);
  const className = classNameOf(config, configPath);
  return { folder, className, config, weightFiles: findWeightFiles(folder, options).map(openWeights) };
}

/** @throws GraphError FOREIGN_FILE for a file of another kind, and the errors of {@link openSafetensors} */
function openWeights(path: string): SafetensorsFile {
  let file: SafetensorsFile;
  try {
    file = openSafetensors(path);
  } catch (cause) {
    const foreign = recogniseForeignFile(path);
    // A truncated file has its own code.
    if (foreign === undefined || foreign.kind === 'truncated') throw cause;
    throw new GraphError('FOREIGN_FILE', foreign.message, { cause });
  }
  const foreign = recogniseTensorNames(basename(path), file.tensors.keys());
  if (foreign !== undefined) throw new GraphError('FOREIGN_FILE', foreign.message);
  return file;
}

/** diffusers writes `_class_name`, transformers `architectures`. */
function classNameOf(config: Record<string, unknown>, path: string): string {
  const { _class_name: className, architectures } = config;
  if (typeof className === 'string') return className;
  if (Array.isArray(architectures) && architectures.length === 1 && typeof architectures[0] === 'string') {
    return architectures[0];
  }
  throw new GraphError(
    'CONFIG_INVALID',
    `${path} names no class: neither _class_name nor architectures says one.`,
  );
}

/** Paths of the weight files, by the names that diffusers and transformers write. */
function findWeightFiles(folder: string, { variant }: OpenOptions): string[] {
  const stems = ['diffusion_pytorch_model', 'model'];
  const plain = stems.flatMap((stem) => [`${stem}.safetensors`, `${stem}.safetensors.index.json`]);
  const half = stems.flatMap((stem) => [`${stem}.fp16.safetensors`, `${stem}.safetensors.index.fp16.json`]);
  const candidates = variant === 'fp16' ? [...half, ...plain] : [...plain, ...half];
  const found = candidates.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) {
    const foreign = recogniseForeignFolder(folder);
    if (foreign !== undefined) {
      throw new GraphError('FOREIGN_FILE', `${basename(folder)}/: ${foreign.message}`);
    }
    const message = `${folder} has no weights in the safetensors format; looked for ${candidates.join(', ')}.`;
    throw new GraphError('CHECKPOINT_INCOMPLETE', message);
  }
  return found.endsWith('.json') ? shardsOf(found, folder) : [found];
}

/** The files that a shard index lists: { weight_map: { tensor: file } }. */
function shardsOf(indexPath: string, folder: string): string[] {
  const { weight_map: weightMap } = readJsonObject(indexPath);
  if (typeof weightMap !== 'object' || weightMap === null) {
    throw new GraphError('CONFIG_INVALID', `${indexPath} has no weight_map.`);
  }
  const names = [...new Set(Object.values(weightMap))];
  return names.map((name) => {
    if (typeof name !== 'string' || name !== basename(name) || !name.endsWith('.safetensors')) {
      throw new GraphError(
        'CONFIG_INVALID',
        `${indexPath} lists ${JSON.stringify(name)}, which is no file beside it.`,
      );
    }
    return join(folder, name);
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
