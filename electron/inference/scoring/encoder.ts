/**
 * CLIP and DINOv2 as measuring instruments: pictures and prompts as vectors. They always run on the CPU, so that
 * results are equal on every machine.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as ort from 'onnxruntime-node';
import {
  buildEncoderGraph,
  type EncoderGraph,
  encoderHalves,
  openEncoder,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { openEncoderTokenizer } from '../packs/pack-tokenizer.ts';
import { assertFiniteWeights, inspectWeights } from '../packs/weight-inspection.ts';
import { chooseDevice } from '../runtime/devices.ts';
import { createSession, type ModelSession } from '../runtime/sessions.ts';
import { inStudioTerms } from '../runtime/studio-errors.ts';
import {
  neutralColour,
  type PicturePreparation,
  preparedSize,
  preparePicture,
  readPreparation,
  squeezePicture,
} from './picture-preparation.ts';

/** Features of a picture's patches, row by row. */
export interface PatchFeatures {
  readonly perSide: number;
  /** One vector per patch. */
  readonly patches: readonly Float32Array[];
}

/** Facts about an encoder for reports. */
export interface EncoderIdentity {
  readonly name: string;
  readonly className: string;
  /** SHA-256 of what defines its embeddings: its graph, its weights, its preparation. */
  readonly fingerprint: string;
}

/** Pictures whose embeddings are kept: the references of a scene, and some. */
const RECENT = 48;

export class Encoder {
  readonly identity: EncoderIdentity;
  /** Whether it also takes prompts, as CLIP does. */
  readonly hasText: boolean;
  readonly #preparation: PicturePreparation;
  readonly #size: { readonly width: number; readonly height: number };
  readonly #embeddingName: string;
  readonly #perSide: number;
  readonly #image: ModelSession;
  readonly #text: ModelSession | undefined;
  readonly #tokenize: ((prompt: string) => { readonly ids: readonly number[] }) | undefined;
  /** What was computed last, by picture and output: every method of a scene is compared with the same references. */
  readonly #recent = new Map<string, Float32Array>();

  private constructor(parts: {
    identity: EncoderIdentity;
    preparation: PicturePreparation;
    graph: EncoderGraph<'image'>;
    image: ModelSession;
    text: ModelSession | undefined;
    tokenize: ((prompt: string) => { readonly ids: readonly number[] }) | undefined;
  }) {
    const { imageSize, className, patchesPerSide } = parts.graph.metadata;
    this.identity = parts.identity;
    this.hasText = parts.text !== undefined;
    this.#preparation = parts.preparation;
    this.#size = { width: imageSize, height: imageSize };
    this.#embeddingName = className === 'Dinov2Model' ? 'pooler_output' : 'image_embeds';
    this.#perSide = patchesPerSide;
    this.#image = parts.image;
    this.#text = parts.text;
    this.#tokenize = parts.tokenize;
  }

  /**
   * Opens an encoder; the caller releases it.
   *
   * @param folder as transformers saves it: config.json, model.safetensors, preprocessor_config.json, and for CLIP
   *   optionally its tokenizer; without one CLIP's own vocabulary is used, which comes with the program
   * @param cacheFolder for the result of reading the weights once
   * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID (another class, other sizes, values that are not numbers)
   */
  static async open(folder: string, cacheFolder: string): Promise<Encoder> {
    const component = await inStudioTerms(() => openEncoder(folder));
    const halves = encoderHalves(component);
    if (!halves.includes('image')) {
      throw new StudioError('MODEL_INVALID', `${folder} takes no pictures: it is a ${component.className}.`);
    }
    const preparation = await readPreparation(folder);
    const size = preparedSize(preparation);
    if (size === undefined || size.width !== size.height) {
      throw new StudioError('MODEL_INVALID', `${folder}: pictures have to be prepared to one square size.`);
    }
    const graph = await inStudioTerms(() => buildEncoderGraph(component, 'image', { imageSize: size.width }));
    if (graph.metadata.imageSize !== size.width) {
      throw new StudioError(
        'MODEL_INVALID',
        `${folder} prepares pictures of ${size.width} pixels, but its model takes ${graph.metadata.imageSize}.`,
      );
    }
    const hash = createHash('sha256').update(graph.bytes).update(JSON.stringify(preparation));
    for (const { path } of component.weightFiles) {
      const inspection = await inStudioTerms(() => inspectWeights(path, cacheFolder));
      assertFiniteWeights(basename(path), inspection);
      hash.update(inspection.sha256);
    }
    const device = await chooseDevice('cpu');
    const image = await createSession(`${component.className} (image)`, graph, device);
    try {
      const identity = {
        name: basename(folder),
        className: component.className,
        fingerprint: hash.digest('hex'),
      };
      if (!halves.includes('text')) {
        return new Encoder({ identity, preparation, graph, image, text: undefined, tokenize: undefined });
      }
      const textGraph = await inStudioTerms(() => buildEncoderGraph(component, 'text'));
      const tokenize = await openEncoderTokenizer(folder, textGraph.metadata.maxTokens);
      const text = await createSession(`${component.className} (text)`, textGraph, device);
      return new Encoder({ identity, preparation, graph, image, text, tokenize });
    } catch (error) {
      await image.release();
      throw error;
    }
  }

  /** The colour that the encoder sees as nothing; fills what a mask leaves out. */
  get neutralColour(): readonly [number, number, number] {
    return neutralColour(this.#preparation);
  }

  /** The embedding of a whole picture: CLIP's projected one, DINOv2's class token. Not normalised. */
  async embedPicture(image: RgbImage): Promise<Float32Array> {
    return this.#runImage(preparePicture(image, this.#preparation), this.#embeddingName);
  }

  /** The embedding of a prompt; words beyond CLIP's 77 tokens have no effect. @throws RangeError without a text half */
  async embedText(prompt: string): Promise<Float32Array> {
    if (this.#text === undefined || this.#tokenize === undefined) {
      throw new RangeError(`${this.identity.name} takes no text.`);
    }
    const { ids } = this.#tokenize(prompt);
    const input = new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    const { text_embeds: embedding } = await this.#text.run({ input_ids: input }, ['text_embeds']);
    return embedding!.data as Float32Array;
  }

  /** Features of the patches of the whole picture, squeezed into a square. */
  async embedPatches(image: RgbImage): Promise<PatchFeatures> {
    const states = await this.#runImage(
      squeezePicture(image, this.#size, this.#preparation),
      'last_hidden_state',
    );
    const count = this.#perSide ** 2;
    const width = states.length / (count + 1);
    // The class token comes first.
    const patches = Array.from({ length: count }, (_, patch) =>
      states.subarray((patch + 1) * width, (patch + 2) * width),
    );
    return { perSide: this.#perSide, patches };
  }

  async release(): Promise<void> {
    await this.#image.release();
    await this.#text?.release();
  }

  async #runImage({ data, dims }: Tensor, output: string): Promise<Float32Array> {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = `${output} ${createHash('sha256').update(bytes).digest('hex')}`;
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    const input = new ort.Tensor('float32', data, [1, ...dims]);
    const results = await this.#image.run({ pixel_values: input }, [output]);
    const computed = results[output]!.data as Float32Array;
    this.#recent.set(key, computed);
    const oldest = this.#recent.keys().next();
    if (this.#recent.size > RECENT && !oldest.done) this.#recent.delete(oldest.value);
    return computed;
  }
}
