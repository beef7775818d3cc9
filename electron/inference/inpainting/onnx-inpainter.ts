/**
 * Fills holes with a model with LaMa's interface (Suvorov et al., arXiv 2109.07161): LaMa itself, or the starter
 * pack's own (native-models/training/train_inpainter.py). Such models accept one size only: a square around the hole,
 * with context, is cut out, resized to that size, filled, and resized back.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import { boundingRectangle, type Rectangle } from '../../pipeline/masks/rectangle.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { Inpainter } from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { firstNonFinite, type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { resizeImage } from '../images/images.ts';
import { resizePlane } from '../images/plane-resize.ts';
import { openOnnxFile, readModelConfig } from '../packs/onnx-file.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import type { ModelSession } from '../runtime/sessions.ts';

/** Files that identify an inpainter: LaMa's export, and the starter pack's. */
export const INPAINTER_FILES = ['lama_fp32.onnx', 'model.onnx'] as const;

/** Context around the hole, as wide as the hole on every side, so that a third of the square's width is hole. */
const CONTEXT_SHARE = 1;

const configSchema = z.object({
  format: z.literal(1),
  architecture: z.literal('inpainter'),
  name: z.string().min(1),
});

/** Names and size of the model's inputs and output. */
interface Ports {
  readonly image: string;
  readonly mask: string;
  readonly output: string;
  readonly width: number;
  readonly height: number;
}

export class OnnxInpainter implements Inpainter {
  readonly name: string;
  readonly #session: ModelSession;
  readonly #ports: Ports;
  /** Value of a white output pixel: 1 or 255. */
  readonly #white: number;

  private constructor(name: string, session: ModelSession, ports: Ports, white: number) {
    this.name = name;
    this.#session = session;
    this.#ports = ports;
    this.#white = white;
  }

  /** @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY */
  static async open(folder: string, device: EngineDevice): Promise<OnnxInpainter> {
    const file = INPAINTER_FILES.find((name) => existsSync(join(folder, name)));
    if (file === undefined) {
      throw new StudioError('PACK_INCOMPLETE', `${folder} has none of ${INPAINTER_FILES.join(', ')}.`);
    }
    const name = file === 'model.onnx' ? (await readModelConfig(folder, configSchema)).name : 'LaMa';
    const session = await openOnnxFile('inpainter', join(folder, file), {}, device);
    try {
      const ports = readPorts(session);
      return new OnnxInpainter(name, session, ports, await measureWhite(session, ports));
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async fill(image: RgbImage, hole: Tensor, signal?: CancelSignal): Promise<RgbImage> {
    throwIfCancelled(signal);
    const square = contextSquare(boundingRectangle(hole)!, image);
    const { width, height } = this.#ports;
    const cut = await resizeImage(cropImage(image, square), { width, height });
    const mask = await resizePlane(cropPlane(hole, square), { width, height });
    // Every pixel that the hole touches is hole: the model must not see the object's edge as surroundings.
    const isHole = mask.data.map((value) => Number(value > 0));
    const pixels = new Float32Array(3 * width * height);
    for (let at = 0; at < width * height; at++) {
      for (let channel = 0; channel < 3; channel++) {
        pixels[channel * width * height + at] = cut.data[3 * at + channel]! / 255;
      }
    }
    throwIfCancelled(signal);
    const output = await run(this.#session, this.#ports, pixels, isHole);
    if (firstNonFinite(tensor(output, [output.length])) >= 0) {
      throw new StudioError('NON_FINITE', 'The inpainter returned a value that is not a number.');
    }
    const filled = new Uint8ClampedArray(3 * width * height);
    const scale = 255 / this.#white;
    for (let at = 0; at < width * height; at++) {
      for (let channel = 0; channel < 3; channel++) {
        filled[3 * at + channel] = output[channel * width * height + at]! * scale;
      }
    }
    const back = await resizeImage({ width, height, data: new Uint8Array(filled.buffer) }, square);
    return pasteImage(image, back, square);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/**
 * Finds the picture (3 channels), the mask (1) and the one output; exports name them freely.
 *
 * @throws StudioError MODEL_INVALID naming the model's inputs
 */
function readPorts({ inputs, outputs }: ModelSession): Ports {
  const withChannels = (channels: number) =>
    inputs.find(
      (input) =>
        input.isTensor && input.type === 'float32' && input.shape.length === 4 && input.shape[1] === channels,
    );
  const image = withChannels(3);
  const mask = withChannels(1);
  const [output] = outputs;
  const [height, width] = image?.isTensor ? image.shape.slice(2) : [];
  const [maskHeight, maskWidth] = mask?.isTensor ? mask.shape.slice(2) : [];
  if (
    inputs.length !== 2 ||
    image === undefined ||
    mask === undefined ||
    output === undefined ||
    typeof width !== 'number' ||
    typeof height !== 'number' ||
    maskWidth !== width ||
    maskHeight !== height
  ) {
    const found = inputs.map((input) =>
      input.isTensor ? `${input.name} ${input.type} [${input.shape}]` : input.name,
    );
    throw new StudioError(
      'MODEL_INVALID',
      `An inpainter needs a picture [1, 3, height, width] and a mask [1, 1, height, width] of one fixed size, both ` +
        `float32; this one needs ${found.join(', ')}.`,
    );
  }
  return { image: image.name, mask: mask.name, output: output.name, width, height };
}

async function run(
  session: ModelSession,
  { image, mask, output, width, height }: Ports,
  pixels: Float32Array,
  hole: Float32Array,
): Promise<Float32Array> {
  const outputs = await session.run(
    {
      [image]: new ort.Tensor('float32', pixels, [1, 3, height, width]),
      [mask]: new ort.Tensor('float32', hole, [1, 1, height, width]),
    },
    [output],
  );
  const result = outputs[output]!;
  if (result.type !== 'float32' || result.size !== 3 * width * height) {
    throw new StudioError(
      'MODEL_INVALID',
      `The inpainter returns ${result.type} [${result.dims}] for a ${width} x ${height} picture.`,
    );
  }
  return result.data as Float32Array;
}

/**
 * Exports of LaMa return 0..1 or 0..255 without saying which: a test with a mid-grey picture without a hole shows it.
 *
 * @throws StudioError MODEL_INVALID when it is neither
 */
async function measureWhite(session: ModelSession, ports: Ports): Promise<number> {
  const plane = ports.width * ports.height;
  const output = await run(session, ports, new Float32Array(3 * plane).fill(0.5), new Float32Array(plane));
  const middle = output.toSorted()[Math.floor(output.length / 2)]!;
  if (middle > 0.25 && middle < 0.75) return 1;
  if (middle > 0.25 * 255 && middle < 0.75 * 255) return 255;
  throw new StudioError(
    'MODEL_INVALID',
    `The inpainter turns a grey picture without a hole into ${middle}: its range is neither 0..1 nor 0..255.`,
  );
}

/** A square around the hole with context, moved and clipped to lie in the picture. */
function contextSquare(
  hole: Rectangle,
  { width, height }: { readonly width: number; readonly height: number },
): Rectangle {
  const side = Math.ceil(Math.max(hole.width, hole.height) * (1 + 2 * CONTEXT_SHARE));
  const [squareWidth, squareHeight] = [Math.min(side, width), Math.min(side, height)];
  const place = (start: number, length: number, size: number, limit: number) =>
    Math.min(Math.max(Math.round(start + length / 2 - size / 2), 0), limit - size);
  return {
    left: place(hole.left, hole.width, squareWidth, width),
    top: place(hole.top, hole.height, squareHeight, height),
    width: squareWidth,
    height: squareHeight,
  };
}

function cropImage({ width, data }: RgbImage, part: Rectangle): RgbImage {
  const cropped = new Uint8Array(3 * part.width * part.height);
  for (let y = 0; y < part.height; y++) {
    const from = 3 * ((part.top + y) * width + part.left);
    cropped.set(data.subarray(from, from + 3 * part.width), 3 * y * part.width);
  }
  return { width: part.width, height: part.height, data: cropped };
}

function cropPlane({ data, dims }: Tensor, part: Rectangle): Tensor {
  const cropped = new Float32Array(part.width * part.height);
  for (let y = 0; y < part.height; y++) {
    const from = (part.top + y) * dims[1]! + part.left;
    cropped.set(data.subarray(from, from + part.width), y * part.width);
  }
  return tensor(cropped, [part.height, part.width]);
}

function pasteImage(image: RgbImage, part: RgbImage, at: Rectangle): RgbImage {
  const data = new Uint8Array(image.data);
  for (let y = 0; y < at.height; y++) {
    const row = part.data.subarray(3 * y * at.width, 3 * (y + 1) * at.width);
    data.set(row, 3 * ((at.top + y) * image.width + at.left));
  }
  return { ...image, data };
}
