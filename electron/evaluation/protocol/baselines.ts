/** Methods without a model, which any method must outperform. */
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { compositeOver } from '../../pipeline/processors/image.ts';
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
  /** From the back layer to the front. */
  readonly concepts: readonly {
    readonly image: RgbImage;
    /** The subject, dims [height, width] of the image; null: all of it. */
    readonly subject: Tensor | null;
    /** Its region, dims [height, width] of the background. */
    readonly region: Tensor;
  }[];
}

/**
 * The baseline's picture: the background, or each subject fitted into the bounds of its region, on their lower edge,
 * over the background without the objects.
 */
export async function baselinePicture(name: BaselineName, scene: BaselineScene): Promise<RgbImage> {
  if (name === 'background') return scene.background;
  let picture = scene.inpainted ?? scene.background;
  for (const { image, subject, region } of scene.concepts) {
    const { layer, opacity } = await layerOf(image, subject ?? wholeOf(image), region, picture);
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
