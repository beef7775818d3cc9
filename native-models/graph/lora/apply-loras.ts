/** Applies LoRAs to a checkpoint: finds the weight that each of their modules changes. */
import { basename } from 'node:path';
import type { Checkpoint, CheckpointComponent, ComponentFolder } from '../checkpoint-types.ts';
import { GraphError } from '../graph-error.ts';
import type { SafetensorsEntry } from '../safetensors.ts';
import { ldmModuleNames } from './ldm-module-names.ts';
import type { LoraFile, LoraModule } from './lora-file.ts';
import type { LowRankChange } from './weight-changes.ts';

/** A LoRA with the user's weight. */
export interface WeightedLora {
  readonly file: LoraFile;
  /** 1 as trained, 0 for no effect; negative weights subtract. */
  readonly weight: number;
}

/**
 * Returns the checkpoint with LoRAs applied; reads no weights.
 *
 * @throws GraphError ARCHITECTURE_UNSUPPORTED if a LoRA changes a weight that the checkpoint does not have, or that has
 * another size: it was made for another model
 */
export function withLoras(checkpoint: Checkpoint, loras: readonly WeightedLora[]): Checkpoint {
  if (loras.length === 0) return checkpoint;
  const components = new Map<ComponentFolder, CheckpointComponent>();
  const changes = new Map<ComponentFolder, Map<string, LowRankChange[]>>();
  const targets = new Map<ComponentFolder, Map<string, SafetensorsEntry>>();
  for (const [name, component] of checkpoint.components) {
    targets.set(name, targetsOf(name, component));
    changes.set(name, new Map());
  }
  for (const { file, weight } of loras) {
    for (const module of file.modules) {
      const target = targets.get(module.component)?.get(module.key);
      assertFits(file, module, target);
      const byName = changes.get(module.component)!;
      const change = { path: file.path, down: module.down, up: module.up, scale: weight * module.scale };
      byName.set(target.name, [...(byName.get(target.name) ?? []), change]);
    }
  }
  for (const [name, component] of checkpoint.components) {
    const own = changes.get(name)!;
    components.set(name, own.size === 0 ? component : { ...component, changes: own });
  }
  return { ...checkpoint, components };
}

/** A component's weights by the keys of LoRA files. */
function targetsOf(
  name: ComponentFolder,
  { weightFiles }: CheckpointComponent,
): Map<string, SafetensorsEntry> {
  const weights = weightFiles
    .flatMap(({ tensors }) => [...tensors.values()])
    .filter((entry) => entry.name.endsWith('.weight') && entry.shape.length > 1);
  const modules = weights.map((entry) => [entry.name.slice(0, -'.weight'.length), entry] as const);
  const targets = new Map<string, SafetensorsEntry>();
  for (const [module, entry] of modules) {
    targets.set(module.replace(/^text_model\./, '').replaceAll('.', '_'), entry);
  }
  if (name !== 'unet') return targets;
  // kohya's LoRAs for SDXL use sgm's module names.
  const originals = ldmModuleNames(modules.map(([module]) => module));
  for (const [module, entry] of modules) {
    const original = originals.get(module);
    if (original !== undefined) targets.set(original.replaceAll('.', '_'), entry);
  }
  return targets;
}

function assertFits(
  file: LoraFile,
  { component, key, down, up }: LoraModule,
  target: SafetensorsEntry | undefined,
): asserts target is SafetensorsEntry {
  const name = basename(file.path);
  const base = file.metadata.get('modelspec.architecture') ?? file.metadata.get('ss_base_model_version');
  const made = base === undefined ? 'it was made for another model' : `it was made for ${base}`;
  if (target === undefined) {
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      `The LoRA ${name} does not fit this model: ${made}. It changes ${component} ${key}, which is not in the model.`,
    );
  }
  const [rows, ...columns] = target.shape;
  const size = (dims: readonly number[]) => dims.reduce((product, one) => product * one, 1);
  const fits =
    up.shape[0] === rows &&
    size(up.shape.slice(1)) === down.shape[0] &&
    size(down.shape.slice(1)) === size(columns);
  if (fits) return;
  throw new GraphError(
    'ARCHITECTURE_UNSUPPORTED',
    `The LoRA ${name} does not fit this model: ${made}. Its change to ${component} ${key} is [${up.shape}] times ` +
      `[${down.shape}]; the weight is [${target.shape}].`,
  );
}
