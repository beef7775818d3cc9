/**
 * Finds the salient subject of a picture without a phrase: with U2-Net (Qin et al. 2020, arXiv 2005.09007), IS-Net (Qin
 * et al. 2022, arXiv 2203.03041), BiRefNet (Zheng et al. 2024, arXiv 2401.03407), or another export of their form: a
 * picture in, one map out, or several with the best first.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { boundingRectangle } from '../../pipeline/masks/rectangle.ts';
import { maskWhere } from '../../pipeline/masks/region.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { MaskProposal, SubjectSegmenter } from '../../pipeline/preparation-ports.ts';
import { firstNonFinite, type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { resizeImage } from '../images/images.ts';
import { resizePlane } from '../images/plane-resize.ts';
import { openOnnxFile } from '../packs/onnx-file.ts';
import { readJson } from '../packs/pack-files.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import type { ModelSession } from '../runtime/sessions.ts';

export const SUBJECT_FILE = 'onnx/model.onnx';
const PREPROCESSOR_FILE = 'preprocessor_config.json';

/** Share of the map's range from which a pixel belongs to the subject. */
const THRESHOLD = 0.5;
/** Maps with a smaller range of values are treated as empty. */
const LEAST_RANGE = 1e-3;
/** Side for a model that accepts any size and does not state one: U2-Net's training size. */
const USUAL_SIDE = 320;

const channelsSchema = z.tuple([z.number(), z.number(), z.number()]);
/** In transformers' format; without the file, the values of U2-Net's authors. */
const preprocessorSchema = z.object({
  image_mean: channelsSchema.default([0.485, 0.456, 0.406]),
  image_std: channelsSchema.default([0.229, 0.224, 0.225]),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  size: z.object({ width: z.int().positive(), height: z.int().positive() }).optional(),
});
type Preprocessor = z.output<typeof preprocessorSchema>;

interface Ports {
  readonly input: string;
  readonly output: string;
  readonly width: number;
  readonly height: number;
}

export class SalientSubjectSegmenter implements SubjectSegmenter {
  readonly name = 'the subject model';
  readonly #session: ModelSession;
  readonly #ports: Ports;
  readonly #preprocessor: Preprocessor;

  private constructor(session: ModelSession, ports: Ports, preprocessor: Preprocessor) {
    this.#session = session;
    this.#ports = ports;
    this.#preprocessor = preprocessor;
  }

  /** @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY */
  static async open(folder: string, device: EngineDevice): Promise<SalientSubjectSegmenter> {
    const preprocessor = await readPreprocessor(join(folder, PREPROCESSOR_FILE));
    const session = await openOnnxFile('subject model', join(folder, SUBJECT_FILE), {}, device);
    try {
      return new SalientSubjectSegmenter(session, readPorts(session, preprocessor), preprocessor);
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  async find({ pixels }: NamedImage, signal?: CancelSignal): Promise<MaskProposal | undefined> {
    // 1. Resize the picture to the model's size, ignoring its aspect: (x / 255 - mean) / std.
    const { input, output, width, height } = this.#ports;
    const { image_mean: mean, image_std: std, rescale_factor: factor } = this.#preprocessor;
    const { data } = await resizeImage(pixels, { width, height });
    const plane = width * height;
    const values = new Float32Array(3 * plane);
    for (let at = 0; at < plane; at++) {
      for (let channel = 0; channel < 3; channel++) {
        values[channel * plane + at] = (data[3 * at + channel]! * factor - mean[channel]!) / std[channel]!;
      }
    }
    throwIfCancelled(signal);
    const results = await this.#session.run(
      { [input]: new ort.Tensor('float32', values, [1, 3, height, width]) },
      [output],
    );
    throwIfCancelled(signal);
    // 2. Resize its map, 0 to 1, to the picture's size.
    const map = normalisedMap(results[output]!);
    if (map === undefined) return undefined;
    const opacity = await resizePlane(map, pixels);
    const mask = maskWhere(opacity.dims, (at) => opacity.data[at]! >= THRESHOLD);
    const bounds = boundingRectangle(mask);
    if (bounds === undefined) return undefined;
    const { left, top } = bounds;
    return {
      mask,
      box: { left, top, right: left + bounds.width, bottom: top + bounds.height },
      score: scoreOf(opacity, mask),
    };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

async function readPreprocessor(path: string): Promise<Preprocessor> {
  if (!existsSync(path)) return preprocessorSchema.parse({});
  const parsed = preprocessorSchema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  throw new StudioError('MODEL_INVALID', `${path} does not describe how to prepare pictures for the model.`, {
    cause: parsed.error,
  });
}

/**
 * Finds the picture and the map; exports name them freely.
 *
 * @throws StudioError MODEL_INVALID naming the model's inputs
 */
function readPorts({ inputs, outputs }: ModelSession, { size }: Preprocessor): Ports {
  const [input, ...others] = inputs;
  const [output] = outputs;
  if (
    input?.isTensor &&
    input.type === 'float32' &&
    input.shape.length === 4 &&
    input.shape[1] === 3 &&
    others.length === 0 &&
    output?.isTensor
  ) {
    const [height, width] = [input.shape[2], input.shape[3]];
    // What the model accepts takes precedence over its preprocessor's settings.
    return {
      input: input.name,
      output: output.name,
      width: typeof width === 'number' && width > 0 ? width : (size?.width ?? USUAL_SIDE),
      height: typeof height === 'number' && height > 0 ? height : (size?.height ?? USUAL_SIDE),
    };
  }
  const taken = inputs.map(({ name }) => name).join(', ');
  throw new StudioError(
    'MODEL_INVALID',
    `The subject model takes ${taken}, where one picture of three channels was expected.`,
  );
}

/**
 * The first map of an output, scaled to 0..1; logits go through the logistic function first.
 *
 * @returns dims [height, width]; undefined for a map without contrast
 */
function normalisedMap({ data, dims }: ort.Tensor): Tensor | undefined {
  const [height, width] = dims.slice(-2) as [number, number];
  const values = Float32Array.from((data as Float32Array).subarray(0, height * width));
  if (firstNonFinite(tensor(values, [height, width])) >= 0) {
    throw new StudioError('NON_FINITE', 'The subject model returned a value that is not a number.');
  }
  const isLogits = values.some((value) => value < 0 || value > 1);
  const shares = isLogits ? values.map((value) => 1 / (1 + Math.exp(-value))) : values;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of shares) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most - least < LEAST_RANGE) return undefined;
  return tensor(
    shares.map((value) => (value - least) / (most - least)),
    [height, width],
  );
}

/** Confidence of the map: its mean inside the mask, 0..1. */
function scoreOf(opacity: Tensor, mask: Tensor): number {
  let [sum, count] = [0, 0];
  for (const [at, inside] of mask.data.entries()) {
    if (inside === 0) continue;
    sum += opacity.data[at]!;
    count++;
  }
  return sum / count;
}
