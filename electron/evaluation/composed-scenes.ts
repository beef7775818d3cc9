/**
 * Scenes with a pixel-exact true result, made from the evaluation scenes.
 *
 * The true picture is the empty place with the concepts' own cut-outs and their shadows on it. The background is the
 * same picture with other colours in the cut-outs: the method has to restore the true colours, and none of the old
 * ones may remain at the rim.
 */
import sharp from 'sharp';
import { shrinkMask } from '../pipeline/masks/grow-shrink.ts';
import { boundingRectangle, type Rectangle } from '../pipeline/masks/rectangle.ts';
import { REGION_THRESHOLD } from '../pipeline/masks/region.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import { gaussianBlur } from '../pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../pipeline/tensor/tensor.ts';

/** A scene and its true result; all pictures and masks have the size of the place. */
export interface ComposedScene {
  readonly background: RgbImage;
  readonly truth: RgbImage;
  /** The visible part of each cut-out, dims [height, width], 0..1, in the order of the concepts. */
  readonly masks: readonly Tensor[];
}

/** A concept image and the position of its subject. */
export interface PlacedConcept {
  readonly image: RgbImage;
  /** Its subject mask, dims [height, width] of the image, 0..1. */
  readonly subject: Tensor;
  /** The subject is fitted into the bounds of this mask, on their lower edge; dims [height, width]. */
  readonly mask: Tensor;
}

/** Tints of the old objects, by position. */
const TINTS = [
  [235, 40, 140],
  [20, 190, 60],
  [250, 150, 20],
] as const;

/**
 * @param place the background without objects and shadows
 * @param concepts from the back layer to the front
 */
export async function composeScene(
  place: RgbImage,
  concepts: readonly PlacedConcept[],
): Promise<ComposedScene> {
  const truth = Float32Array.from(place.data);
  const background = Float32Array.from(place.data);
  const masks: Tensor[] = [];
  for (const [index, concept] of concepts.entries()) {
    const { rgba, rectangle } = await fitCutOut(concept);
    for (const picture of [truth, background]) addShadow(picture, place, rectangle);
    const mask = tensor(new Float32Array(place.width * place.height), [place.height, place.width]);
    for (let at = 0; at < rectangle.width * rectangle.height; at++) {
      const x = rectangle.left + (at % rectangle.width);
      const y = rectangle.top + Math.floor(at / rectangle.width);
      const pixel = y * place.width + x;
      const alpha = rgba[at * 4 + 3]! / 255;
      const [r, g, b] = [rgba[at * 4]!, rgba[at * 4 + 1]!, rgba[at * 4 + 2]!];
      const old = [b, r, g].map((level, channel) => 0.6 * level + 0.4 * TINTS[index % 3]![channel]!);
      for (let channel = 0; channel < 3; channel++) {
        const to = pixel * 3 + channel;
        truth[to] = (1 - alpha) * truth[to]! + alpha * [r, g, b][channel]!;
        background[to] = (1 - alpha) * background[to]! + alpha * old[channel]!;
      }
      for (const earlier of masks) earlier.data[pixel] = earlier.data[pixel]! * (1 - alpha);
      mask.data[pixel] = alpha;
    }
    masks.push(mask);
  }
  const picture = (values: Float32Array) => ({
    ...place,
    data: new Uint8Array(Uint8ClampedArray.from(values)),
  });
  return { background: picture(background), truth: picture(truth), masks };
}

/** The cut-out at its size in the scene, four bytes per pixel, and its position. */
export async function fitCutOut({ image, subject, mask }: PlacedConcept) {
  // The rim of a subject contains the concept image's own surroundings: cut it off.
  const opacity = gaussianBlur(shrinkMask(subject, 1), 0.6);
  const thing = boundsOf(opacity);
  const room = boundsOf(mask);
  const scale = Math.min(room.width / thing.width, room.height / thing.height);
  const width = Math.max(Math.round(thing.width * scale), 1);
  const height = Math.max(Math.round(thing.height * scale), 1);
  const rgba = new Uint8Array(image.width * image.height * 4);
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    rgba.set(image.data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    rgba[pixel * 4 + 3] = Math.round(255 * Math.min(opacity.data[pixel]!, 1));
  }
  const scaled = await sharp(rgba, { raw: { width: image.width, height: image.height, channels: 4 } })
    .extract(thing)
    .resize({ width, height, fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  const left = room.left + Math.floor((room.width - width) / 2);
  return { rgba: scaled, rectangle: { left, top: room.top + room.height - height, width, height } };
}

/** A soft ellipse at the foot of a subject, as in the pack's own pictures. */
function addShadow(picture: Float32Array, { width, height }: RgbImage, at: Rectangle): void {
  const [radiusX, radiusY] = [0.46 * at.width, Math.max(4, 0.09 * at.height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance =
        ((x - at.left - at.width / 2) / radiusX) ** 2 + ((y - at.top - 0.97 * at.height) / radiusY) ** 2;
      const light = 1 - 0.35 * Math.min(Math.max(1.15 - distance, 0), 1);
      if (light === 1) continue;
      const first = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        picture[first + channel] = picture[first + channel]! * light;
      }
    }
  }
}

/** @throws RangeError for a mask that covers nothing */
function boundsOf(mask: Tensor): Rectangle {
  const inside = mask.data.map((value) => (value >= REGION_THRESHOLD ? 1 : 0));
  const bounds = boundingRectangle(tensor(inside, mask.dims));
  if (bounds === undefined) throw new RangeError('A composed scene needs masks that are not empty.');
  return bounds;
}
