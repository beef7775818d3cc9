/** Small copies of the scene's pictures, from which the page tells what they are. */
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { looksLikePhotograph, type PictureSample, SAMPLE_SIDE_PX } from '../../editor/picture-facts.ts';
import type { Studio } from '../../session/studio.ts';

/** Number of pictures whose samples are kept. */
const KEPT_SAMPLES = 32;

export async function isPhotograph(studio: Studio, id: AssetId): Promise<boolean> {
  return looksLikePhotograph(await sampleOf(studio, id));
}

/** In the order of their last use. */
const samples = new Map<AssetId, PictureSample>();

export async function sampleOf({ pictureLibrary }: Studio, id: AssetId): Promise<PictureSample> {
  const sample = samples.get(id) ?? (await readSample(pictureLibrary, id));
  samples.delete(id);
  samples.set(id, sample);
  if (samples.size > KEPT_SAMPLES) samples.delete(samples.keys().next().value!);
  return sample;
}

async function readSample(pictureLibrary: Studio['pictureLibrary'], id: AssetId): Promise<PictureSample> {
  try {
    const { base } = await pictureLibrary.open(id);
    const scale = Math.min(SAMPLE_SIDE_PX / Math.max(base.width, base.height), 1);
    const side = (length: number) => Math.max(Math.round(length * scale), 1);
    const [width, height] = [side(base.width), side(base.height)];
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(base, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    pictureLibrary.release(id);
  }
}
