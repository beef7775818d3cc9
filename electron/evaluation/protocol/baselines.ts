/** Methods without a model, which any method must outperform. */
import { boundingRectangle } from '../../pipeline/masks/rectangle.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import { frontToBack } from '../../pipeline/mixing/latent-masks.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { compositeOver } from '../../pipeline/processors/image.ts';
import { dilate } from '../../pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { fitCutOut } from '../composed-scenes.ts';
import { blendPoisson } from './poisson-blending.ts';
import type { BaselineName } from './protocol-file.ts';

export const BASELINE_TITLES: Readonly<Record<BaselineName, string>> = {
  background: 'Background unchanged',
  paste: 'Copy and paste',
  poisson: 'Copy, paste, Poisson blending',
};

/** The pictures of a scene, decoded. */
export interface BaselineScene {
  readonly background: RgbImage;
  /** The background without the objects; null keeps them under the pasted subjects. */
  readonly inpainted: RgbImage | null;
  readonly concepts: readonly {
    readonly image: RgbImage;
    /** The subject, dims [height, width] of the image; null: all of it. */
    readonly subject: Tensor | null;
    /** Its region, dims [height, width] of the background. */
    readonly region: Tensor;
    /** Layer order: the larger number is in front; of equals the earlier one is, as in the method. */
    readonly order: number;
  }[];
}

/**
 * The baseline's picture: the background, or each subject fitted into the bounds of its region, on their lower edge,
 * over the background without the objects, from the back layer to the front.
 */
export async function baselinePicture(name: BaselineName, scene: BaselineScene): Promise<RgbImage> {
  if (name === 'background') return scene.background;
  let picture = scene.inpainted ?? scene.background;
  for (const index of frontToBack(scene.concepts).toReversed()) {
    const { image, subject, region } = scene.concepts[index]!;
    const cut = { subject: subject ?? wholeOf(image), region };
    const selected = name === 'poisson' && subject !== null ? loosened(cut.subject, region) : cut;
    const { layer, opacity } = await layerOf(image, selected.subject, selected.region, picture);
    picture =
      name === 'paste'
        ? compositeOver(picture, layer, opacity)
        : blendPoisson(
            picture,
            layer,
            Uint8Array.from(opacity.data, (value) => (value >= 0.5 ? 1 : 0)),
          );
  }
  return picture;
}

/** Margin of a selection to blend, relative to the longer side of the region's box. */
const SELECTION_MARGIN = 0.08;

/**
 * Poisson blending keeps gradients, those at the subject's outline too, if its selection contains the outline: it is
 * drawn loosely, with a margin of the concept image's own surroundings. Cut at the outline, a subject would lose its
 * colour to the background.
 */
function loosened(subject: Tensor, region: Tensor): { readonly subject: Tensor; readonly region: Tensor } {
  const [inSubject, inRegion] = [longerSide(subject), longerSide(region)];
  const marginPx = Math.max(Math.round(SELECTION_MARGIN * inRegion), 3);
  return {
    subject: dilate(subject, Math.max(Math.round((marginPx * inSubject) / inRegion), 1)),
    region: dilate(region, marginPx),
  };
}

function longerSide({ data, dims }: Tensor): number {
  const inside = data.map((value) => (value >= REGION_THRESHOLD ? 1 : 0));
  const bounds = boundingRectangle(tensor(inside, dims));
  if (bounds === undefined) throw new RangeError('A baseline needs masks that are not empty.');
  return Math.max(bounds.width, bounds.height);
}

function wholeOf({ width, height }: RgbImage): Tensor {
  return tensor(new Float32Array(width * height).fill(1), [height, width]);
}

/** The cut-out on a layer of the picture's size. */
async function layerOf(image: RgbImage, subject: Tensor, region: Tensor, { width, height }: RgbImage) {
  const { rgba, rectangle } = await fitCutOut({ image, subject, mask: region });
  const data = new Uint8Array(3 * width * height);
  const opacity = new Float32Array(width * height);
  for (let at = 0; at < rectangle.width * rectangle.height; at++) {
    const x = rectangle.left + (at % rectangle.width);
    const y = rectangle.top + Math.floor(at / rectangle.width);
    const pixel = y * width + x;
    data.set(rgba.subarray(4 * at, 4 * at + 3), 3 * pixel);
    opacity[pixel] = rgba[4 * at + 3]! / 255;
  }
  return { layer: { width, height, data }, opacity: tensor(opacity, [height, width]) };
}
