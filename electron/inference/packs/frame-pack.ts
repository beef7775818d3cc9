/** The sizes that a model pack works at. */
import type { FramePack } from '../../contract/frame.ts';
import type { ModelPack } from './model-pack.ts';

/**
 * Both sides of the model's input are multiples of the autoencoder's factor times the U-Net's: every level but the
 * last halves the latents, and levels of odd sides come back cut by a row (`upsample_size` in diffusers), which the
 * weights have never seen. A pack without a size accepts any that the latents allow.
 *
 * @param downscale image pixels per latent element
 */
export function framePackOf({ size, checkpoint }: ModelPack, downscale: number): FramePack {
  const levels = checkpoint.components.get('unet')?.config.block_out_channels;
  const halvings = size === null || !Array.isArray(levels) ? 0 : levels.length - 1;
  return { size: size && { width: size.width, height: size.height }, multiple: downscale * 2 ** halvings };
}
