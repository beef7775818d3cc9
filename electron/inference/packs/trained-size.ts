/** The picture size that a checkpoint was trained for. */

type Config = Readonly<Record<string, unknown>>;

/**
 * @returns in pixels; null if the configurations of the U-Net and the autoencoder do not state it
 */
export function trainedSize(
  unet: Config | undefined,
  vae: Config | undefined,
): { width: number; height: number } | null {
  const { sample_size: sampleSize } = unet ?? {};
  const { block_out_channels: blocks } = vae ?? {};
  if (!Array.isArray(blocks)) return null;
  const downscale = 2 ** (blocks.length - 1);
  const [height, width] = Array.isArray(sampleSize) ? sampleSize : [sampleSize, sampleSize];
  if (typeof height !== 'number' || typeof width !== 'number') return null;
  return { width: width * downscale, height: height * downscale };
}
