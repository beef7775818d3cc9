/** Changes to a checkpoint for a render: another autoencoder, and LoRAs with their weights. */
import { basename, resolve } from 'node:path';
import {
  type Checkpoint,
  type LoraFile,
  openAutoencoder,
  openLora,
  triggerWordsOf,
  withLoras,
} from '../../../native-models/graph/index.ts';
import { withoutExtension } from '../../contract/model-choice.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import type { WeightInspection } from './weight-inspection.ts';

/** The chosen files. */
export interface ModelChanges {
  /** A file or folder with an autoencoder that replaces the checkpoint's own. */
  readonly vae?: string | undefined;
  readonly loras?: readonly { readonly path: string; readonly weight: number }[] | undefined;
}

/** Facts from a LoRA's metadata. */
export interface OpenedLora {
  readonly name: string;
  readonly weight: number;
  readonly triggerWords: readonly string[];
}

/** A checkpoint with its changes applied. */
export interface ChangedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The changes as a request records them; empty without any. */
  readonly identity: Pick<RenderRequest['pack'], 'vae' | 'loras'>;
  readonly loras: readonly OpenedLora[];
}

/** Used if neither the file nor the checkpoint states one: SD 1.x and 2.x. */
const USUAL_SCALING_FACTOR = 0.18215;

/**
 * Applies changes to a checkpoint; none of its files is modified.
 *
 * @param inspect reads a weights file once: returns its hash and checks its values
 * @throws StudioError MODEL_INVALID for a file of another kind or for another model, PACK_INCOMPLETE for a missing one
 */
export async function applyModelChanges(
  checkpoint: Checkpoint,
  { vae, loras = [] }: ModelChanges,
  inspect: (name: string, path: string) => Promise<WeightInspection>,
): Promise<ChangedCheckpoint> {
  let changed = checkpoint;
  let identity: ChangedCheckpoint['identity'] = {};
  if (vae !== undefined) {
    const { scaling_factor: own } = checkpoint.components.get('vae')?.config ?? {};
    const factor =
      typeof own === 'number' ? own : checkpoint.singleFile?.family === 'sdxl' ? 0.13025 : undefined;
    const component = await inStudioTerms(() => openAutoencoder(vae, factor ?? USUAL_SCALING_FACTOR));
    const { path } = component.weightFiles[0]!;
    const name = basename(resolve(vae));
    identity = { vae: { name, sha256: (await inspect(name, path)).sha256 } };
    changed = { ...changed, components: new Map(changed.components).set('vae', component) };
  }
  const opened: { file: LoraFile; weight: number; name: string; sha256: string }[] = [];
  for (const { path, weight } of loras) {
    const file = await inStudioTerms(() => openLora(resolve(path)));
    const name = withoutExtension(basename(path));
    opened.push({ file, weight, name, sha256: (await inspect(basename(path), file.path)).sha256 });
  }
  if (opened.length > 0) {
    changed = await inStudioTerms(() => withLoras(changed, opened));
    identity = { ...identity, loras: opened.map(({ name, sha256, weight }) => ({ name, sha256, weight })) };
  }
  return {
    checkpoint: changed,
    identity,
    loras: opened.map(({ file, name, weight }) => ({ name, weight, triggerWords: triggerWordsOf(file) })),
  };
}
