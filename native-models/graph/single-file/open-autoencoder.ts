/** Stand-alone autoencoders: a file in LDM's or diffusers' naming, or a diffusers folder. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { openCheckpoint, requireComponent } from '../checkpoint.ts';
import type { CheckpointComponent } from '../checkpoint-types.ts';
import { readJsonObject } from '../config.ts';
import { recogniseForeignFile } from '../foreign-file.ts';
import { GraphError } from '../graph-error.ts';
import { openSafetensors } from '../safetensors.ts';
import { isAutoencoder, mapLdmAutoencoder } from './ldm-autoencoder.ts';
import { withoutPrefix } from './tensor-view.ts';

/** Prefixes of the autoencoder in whole checkpoints. */
const PREFIXES = ['', 'first_stage_model.', 'vae.'];

/**
 * Opens an autoencoder that replaces a checkpoint's own; reads headers only.
 *
 * @param path a `.safetensors` file, the folder of an AutoencoderKL or AutoencoderTiny, or a checkpoint that has one
 * @param scalingFactor of the latents it is for; overridden by a config.json next to the file
 * @throws GraphError FOREIGN_FILE for a file without an autoencoder, CHECKPOINT_INCOMPLETE, CONFIG_INVALID,
 * SAFETENSORS_*, FILE_UNREADABLE
 */
export function openAutoencoder(path: string, scalingFactor: number): CheckpointComponent {
  const absolute = resolve(path);
  const status = statSync(absolute, { throwIfNoEntry: false });
  if (status === undefined) {
    throw new GraphError('FILE_UNREADABLE', `There is no autoencoder at ${path}.`);
  }
  if (status.isDirectory()) return requireComponent(openCheckpoint(absolute), 'vae');
  const foreign = recogniseForeignFile(absolute);
  if (foreign !== undefined && foreign.kind !== 'single-file') {
    throw new GraphError('FOREIGN_FILE', foreign.message);
  }
  const file = openSafetensors(absolute);
  for (const prefix of PREFIXES) {
    const tensors = withoutPrefix(file.tensors, prefix);
    if (!isAutoencoder(tensors)) continue;
    const { tensors: mapped, config } = mapLdmAutoencoder(tensors, scalingFactor);
    return {
      folder: absolute,
      className: 'AutoencoderKL',
      config: { ...config, ...ownConfig(absolute) },
      weightFiles: [{ ...file, tensors: mapped }],
    };
  }
  throw new GraphError(
    'FOREIGN_FILE',
    `${basename(absolute)} contains no autoencoder (VAE). Choose one in LDM's or diffusers' naming.`,
  );
}

/** For a file inside its diffusers folder. */
function ownConfig(path: string): Record<string, unknown> {
  const config = join(dirname(path), 'config.json');
  if (basename(path) !== 'diffusion_pytorch_model.safetensors' || !existsSync(config)) return {};
  return readJsonObject(config);
}
