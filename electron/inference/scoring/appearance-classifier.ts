/**
 * The two small networks of a pack's evaluation scenes that score results: one recognises an object and its
 * appearance, the other the place in a picture. native-models/training/train_classifier.py trains them.
 *
 * They always run on the CPU, so that results are equal on every machine.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { parseJsonFile } from '../../foundation/files/read-json.ts';
import { validate } from '../../foundation/validate.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import { imageToTensor, type RgbImage } from '../../pipeline/processors/image.ts';
import { assertDims, type Tensor } from '../../pipeline/tensor/tensor.ts';
import { chooseDevice } from '../runtime/devices.ts';
import { createSession, type ModelSession } from '../runtime/sessions.ts';

const descriptionSchema = z.object({
  version: z.literal(1),
  classes: z.array(z.string()).min(2),
  backgrounds: z.array(z.string()).min(2),
  input: z.object({
    name: z.literal('image'),
    size: z.int().positive(),
    range: z.tuple([z.literal(-1), z.literal(1)]),
    channels: z.literal('RGB'),
  }),
  /** Margin around the object, relative to the longer side of its mask's box. */
  crop: z.object({ margin: z.number().min(0).max(1) }),
  outputs: z.object({
    'classifier.onnx': z.object({ logits: z.int().positive(), feature: z.int().positive() }),
    'background-classifier.onnx': z.object({ background_logits: z.int().positive() }),
  }),
});
type Description = z.infer<typeof descriptionSchema>;

/** A network's classification of a picture. */
export interface Classification {
  /** The likeliest class or place. */
  readonly name: string;
  /** Probability of each class or place by name; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** The object network's result for a crop. */
export interface ObjectClassification extends Classification {
  /** Appearance features, a vector of length 1: the same subject on another background has a high cosine. */
  readonly feature: Float32Array;
}

export class AppearanceClassifier {
  readonly classes: readonly string[];
  readonly places: readonly string[];
  /** SHA-256 of its files. */
  readonly fingerprint: string;
  readonly #description: Description;
  readonly #objects: ModelSession;
  readonly #places: ModelSession;

  private constructor(
    description: Description,
    fingerprint: string,
    objects: ModelSession,
    places: ModelSession,
  ) {
    this.fingerprint = fingerprint;
    this.#description = description;
    this.classes = description.classes;
    this.places = description.backgrounds;
    this.#objects = objects;
    this.#places = places;
  }

  /**
   * Opens classifier.json and its two networks; the caller releases them.
   *
   * @param folder a pack's folder `evaluation`
   * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID
   */
  static async open(folder: string): Promise<AppearanceClassifier> {
    const description = await readDescription(folder);
    const { size } = description.input;
    const { logits, feature } = description.outputs['classifier.onnx'];
    const objects = await openNetwork(folder, 'classifier.onnx', size, { logits, feature });
    try {
      const outputs = description.outputs['background-classifier.onnx'];
      const places = await openNetwork(folder, 'background-classifier.onnx', size, outputs);
      return new AppearanceClassifier(description, await fingerprintOf(folder), objects, places);
    } catch (error) {
      await objects.release();
      throw error;
    }
  }

  /**
   * Classifies one object of a picture, in the square around its mask.
   *
   * @param mask dims [height, width] of the picture, 0..1, with at least one element of 0.5 or more
   * @throws RangeError for an empty mask; StudioError INTERNAL
   */
  async classifyObject(image: RgbImage, mask: Tensor): Promise<ObjectClassification> {
    const crop = await this.cropOf(image, mask);
    const { logits, feature } = await this.#run(this.#objects, crop, ['logits', 'feature']);
    return { ...classify(this.classes, logits!), feature: feature! };
  }

  /**
   * What the network sees of one object: the square around its mask, in the network's size.
   *
   * @param mask dims [height, width] of the picture, 0..1, with at least one element of 0.5 or more
   * @throws RangeError for an empty mask
   */
  cropOf(image: RgbImage, mask: Tensor): Promise<RgbImage> {
    return resize(cropAround(image, mask, this.#description.crop.margin), this.#description.input.size);
  }

  /**
   * Classifies the place in a picture.
   *
   * @throws StudioError INTERNAL
   */
  async classifyPlace(image: RgbImage): Promise<Classification> {
    const whole = await resize(image, this.#description.input.size);
    const { background_logits: logits } = await this.#run(this.#places, whole, ['background_logits']);
    return classify(this.places, logits!);
  }

  async release(): Promise<void> {
    await this.#objects.release();
    await this.#places.release();
  }

  async #run(
    session: ModelSession,
    image: RgbImage,
    outputs: readonly string[],
  ): Promise<Record<string, Float32Array>> {
    const { data, dims } = imageToTensor(image);
    const results = await session.run({ image: new ort.Tensor('float32', data, [1, ...dims]) }, outputs);
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => [name, value.data as Float32Array]),
    );
  }
}

async function fingerprintOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['classifier.json', 'classifier.onnx', 'background-classifier.onnx']) {
    hash.update(await readEvaluationFile(join(folder, name)));
  }
  return hash.digest('hex');
}

async function readDescription(folder: string): Promise<Description> {
  const path = join(folder, 'classifier.json');
  const content = parseJsonFile(await readEvaluationFile(path), path, 'MODEL_INVALID');
  const problem = `${path} does not describe a classifier`;
  return checkLengths(path, validate(descriptionSchema, content, 'MODEL_INVALID', problem));
}

function checkLengths(path: string, description: Description): Description {
  const { classes, backgrounds, outputs } = description;
  const pairs = [
    ['classes', classes.length, outputs['classifier.onnx'].logits],
    ['backgrounds', backgrounds.length, outputs['background-classifier.onnx'].background_logits],
  ] as const;
  for (const [what, named, given] of pairs) {
    if (named === given) continue;
    throw new StudioError(
      'MODEL_INVALID',
      `${path} names ${named} ${what}, but its network gives ${given} values.`,
    );
  }
  return description;
}

async function openNetwork(
  folder: string,
  name: string,
  size: number,
  outputs: Readonly<Record<string, number>>,
): Promise<ModelSession> {
  const graph = {
    bytes: await readEvaluationFile(join(folder, name)),
    externalFolder: folder,
    inputs: [{ name: 'image', type: 'float32', dims: ['batch', 3, size, size] }],
    outputs: Object.entries(outputs).map(([output, length]) => ({
      name: output,
      type: 'float32' as const,
      dims: ['batch', length],
    })),
  } as const;
  return createSession(name, graph, await chooseDevice('cpu'));
}

async function readEvaluationFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${path} is missing or cannot be read.`, { cause });
  }
}

/**
 * The square around a mask's box: its longer side and the margin on every side. Parts outside the picture repeat
 * its edge.
 *
 * @param margin relative to the box's longer side
 * @throws RangeError for an empty mask
 */
export function cropAround(image: RgbImage, mask: Tensor, margin: number): RgbImage {
  assertDims(mask, [image.height, image.width], 'The mask of a crop');
  const { left, top, right, bottom } = boxOf(mask);
  const longer = Math.max(right - left, bottom - top);
  const side = Math.round(longer * (1 + 2 * margin));
  const startX = Math.round((left + right - side) / 2);
  const startY = Math.round((top + bottom - side) / 2);
  const data = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    const fromY = Math.min(Math.max(startY + y, 0), image.height - 1);
    for (let x = 0; x < side; x++) {
      const from = 3 * (fromY * image.width + Math.min(Math.max(startX + x, 0), image.width - 1));
      data.set(image.data.subarray(from, from + 3), 3 * (y * side + x));
    }
  }
  return { width: side, height: side, data };
}

/** Edges in pixels, right and bottom exclusive, of the elements of 0.5 or more. */
function boxOf({ data, dims }: Tensor): { left: number; top: number; right: number; bottom: number } {
  const width = dims[1]!;
  const box = { left: Number.POSITIVE_INFINITY, top: Number.POSITIVE_INFINITY, right: 0, bottom: 0 };
  for (let at = 0; at < data.length; at++) {
    if (data[at]! < REGION_THRESHOLD) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.max(box.bottom, y + 1);
  }
  if (box.right === 0) throw new RangeError('A crop around an empty mask was requested.');
  return box;
}

/** Shrinking averages over skipped pixels: without it small patterns would alias. */
async function resize({ width, height, data }: RgbImage, size: number): Promise<RgbImage> {
  const resized = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(size, size, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { width: size, height: size, data: new Uint8Array(resized) };
}

function classify(names: readonly string[], logits: Float32Array): Classification {
  const probabilities = softmax(logits);
  return {
    name: names[indexOfLargest(probabilities)]!,
    probabilities: Object.fromEntries(names.map((name, index) => [name, probabilities[index]!])),
  };
}

function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

function indexOfLargest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}
