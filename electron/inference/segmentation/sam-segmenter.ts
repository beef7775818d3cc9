/**
 * Masks from clicks and boxes by Segment Anything (Kirillov et al., arXiv 2304.02643): SAM, SlimSAM and SAM 2.1 through
 * @huggingface/transformers. The picture's embedding, nearly all of the work, is cached: a further click only runs
 * the decoder.
 */
import type { Tensor as ModelTensor, PreTrainedModel, Processor } from '@huggingface/transformers';
import { StudioError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { boundingRectangle } from '../../pipeline/masks/rectangle.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type {
  ImageBox,
  MaskPrompt,
  MaskProposal,
  PromptSegmenter,
} from '../../pipeline/preparation-ports.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import {
  loadOptions,
  loadTransformers,
  readModelType,
  type Transformers,
  withModel,
} from '../runtime/transformers.ts';

/** Number of cached embeddings; one of SAM takes 8 MB. */
const KEPT_PICTURES = 3;

type Size = [height: number, width: number];

/** The encoder's output for a picture. */
interface Embedding {
  readonly tensors: Record<string, ModelTensor>;
  readonly originalSizes: Size[];
  readonly reshapedSizes: Size[];
}

interface SamModelLike extends PreTrainedModel {
  get_image_embeddings(inputs: { pixel_values: ModelTensor }): Promise<Record<string, ModelTensor>>;
}

interface SamImageProcessor {
  reshape_input_points(
    points: number[][][] | number[][][][],
    originalSizes: Size[],
    reshapedSizes: Size[],
    isBox?: boolean,
  ): ModelTensor;
  add_input_labels(labels: number[][], points: ModelTensor): ModelTensor;
  post_process_masks(
    masks: ModelTensor,
    originalSizes: Size[],
    reshapedSizes: Size[],
  ): Promise<ModelTensor[]>;
}

export class SamSegmenter implements PromptSegmenter {
  readonly name: string;
  readonly #transformers: Transformers;
  readonly #model: SamModelLike;
  readonly #processor: Processor;
  readonly #takesBoxes: boolean;
  readonly #needsPoints: boolean;
  readonly #embeddings = new Map<string, Promise<Embedding>>();

  private constructor(name: string, transformers: Transformers, model: SamModelLike, processor: Processor) {
    this.name = name;
    // SAM 2's decoders accept a box without points; the library passes an empty list of them.
    this.#needsPoints = model instanceof transformers.SamModel;
    this.#transformers = transformers;
    this.#model = model;
    this.#processor = processor;
    const sessions = model.sessions as Record<string, { inputNames: readonly string[] }>;
    this.#takesBoxes = sessions.prompt_encoder_mask_decoder!.inputNames.includes('input_boxes');
  }

  /**
   * @param folder config.json, preprocessor_config.json, onnx/vision_encoder.onnx,
   *   onnx/prompt_encoder_mask_decoder.onnx
   * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY
   */
  static async open(folder: string, device: EngineDevice): Promise<SamSegmenter> {
    const modelType = await readModelType(folder);
    const isSecond = modelType.startsWith('sam2');
    if (!isSecond && modelType !== 'sam') {
      throw new StudioError('MODEL_INVALID', `${folder} contains a model of type "${modelType}", not a SAM.`);
    }
    const transformers = await loadTransformers();
    const name = isSecond ? 'SAM 2.1' : 'SAM';
    return withModel(name, { loadingFrom: folder }, async () => {
      const modelClass = isSecond ? transformers.Sam2Model : transformers.SamModel;
      const processor = await transformers.AutoProcessor.from_pretrained(folder, { local_files_only: true });
      const model = await modelClass.from_pretrained(folder, loadOptions(device));
      return new SamSegmenter(name, transformers, model as SamModelLike, processor);
    });
  }

  async segment(image: NamedImage, prompt: MaskPrompt, signal?: CancelSignal): Promise<MaskProposal[]> {
    throwIfCancelled(signal);
    const embedding = await this.#embed(image);
    throwIfCancelled(signal);
    return withModel(this.name, 'running', () => this.#decode(embedding, prompt));
  }

  async release(): Promise<void> {
    this.#embeddings.clear();
    await this.#model.dispose();
  }

  /** The embedding of a picture; the most recently used are cached. */
  #embed({ pixels, contentHash }: NamedImage): Promise<Embedding> {
    const known = this.#embeddings.get(contentHash);
    this.#embeddings.delete(contentHash);
    const embedding =
      known ??
      withModel(this.name, 'running', async () => {
        const { RawImage } = this.#transformers;
        const picture = new RawImage(new Uint8ClampedArray(pixels.data), pixels.width, pixels.height, 3);
        const inputs = (await this.#processor(picture)) as {
          pixel_values: ModelTensor;
          original_sizes: Size[];
          reshaped_input_sizes: Size[];
        };
        return {
          tensors: await this.#model.get_image_embeddings({ pixel_values: inputs.pixel_values }),
          originalSizes: inputs.original_sizes,
          reshapedSizes: inputs.reshaped_input_sizes,
        };
      }).catch((error: unknown) => {
        this.#embeddings.delete(contentHash);
        throw error;
      });
    this.#embeddings.set(contentHash, embedding);
    if (this.#embeddings.size > KEPT_PICTURES) {
      this.#embeddings.delete(this.#embeddings.keys().next().value!);
    }
    return embedding;
  }

  async #decode(embedding: Embedding, prompt: MaskPrompt): Promise<MaskProposal[]> {
    const { originalSizes, reshapedSizes, tensors } = embedding;
    const images = this.#processor.image_processor as unknown as SamImageProcessor;
    const [[height, width]] = originalSizes as [Size];
    const box = prompt.box;
    const points =
      box !== null && !this.#takesBoxes
        ? [...prompt.points, ...pointsForBox(box, width, height)]
        : prompt.points;
    const inputs: Record<string, ModelTensor> = { ...tensors };
    if (points.length > 0) {
      const places = [points.map(({ x, y }) => [x, y])];
      inputs.input_points = images.reshape_input_points(places, originalSizes, reshapedSizes);
      inputs.input_labels = images.add_input_labels(
        [points.map(({ isInside }) => Number(isInside))],
        inputs.input_points,
      );
    } else if (this.#needsPoints) {
      // SAM's decoders need points in every call; -10 marks one to ignore.
      inputs.input_points = images.reshape_input_points([[[0, 0]]], originalSizes, reshapedSizes);
      inputs.input_labels = images.add_input_labels([[-10]], inputs.input_points);
    }
    if (box !== null && this.#takesBoxes) {
      const corners = [[[box.left, box.top, box.right, box.bottom]]];
      inputs.input_boxes = images.reshape_input_points(corners, originalSizes, reshapedSizes, true);
    }
    const output = (await this.#model(inputs)) as { iou_scores: ModelTensor; pred_masks: ModelTensor };
    const [masks] = await images.post_process_masks(output.pred_masks, originalSizes, reshapedSizes);
    const scores = output.iou_scores.data as Float32Array;
    const plane = width * height;
    const values = masks!.data as Uint8Array;
    const proposals = Array.from(scores, (score, index): MaskProposal => {
      const mask = tensor(Float32Array.from(values.subarray(index * plane, (index + 1) * plane)), [
        height,
        width,
      ]);
      const within = box !== null && !this.#takesBoxes ? cropToBox(mask, box) : mask;
      return { mask: within, score: Math.min(Math.max(score, 0), 1), box: boxOf(within) };
    });
    return proposals.filter((proposal) => proposal.box !== null).sort((a, b) => b.score - a.score);
  }
}

/**
 * Replaces a box for a decoder that accepts only points (`Xenova/sam-vit-base`): its centre is inside, and points
 * slightly beyond its corners are outside. The mask is then clipped to the box.
 */
function pointsForBox({ left, top, right, bottom }: ImageBox, width: number, height: number) {
  const marginX = 0.05 * (right - left);
  const marginY = 0.05 * (bottom - top);
  const corners = [
    { x: left - marginX, y: top - marginY },
    { x: right + marginX, y: top - marginY },
    { x: left - marginX, y: bottom + marginY },
    { x: right + marginX, y: bottom + marginY },
  ];
  return [
    { x: (left + right) / 2, y: (top + bottom) / 2, isInside: true },
    ...corners
      .filter(({ x, y }) => x >= 0 && y >= 0 && x < width && y < height)
      .map((corner) => ({ ...corner, isInside: false })),
  ];
}

function cropToBox(mask: Tensor, { left, top, right, bottom }: ImageBox): Tensor {
  const width = mask.dims[1]!;
  return tensor(
    mask.data.map((value, at) => {
      const [x, y] = [(at % width) + 0.5, Math.floor(at / width) + 0.5];
      return x > left && x < right && y > top && y < bottom ? value : 0;
    }),
    mask.dims,
  );
}

function boxOf(mask: Tensor): ImageBox | null {
  const found = boundingRectangle(mask);
  if (found === undefined) return null;
  const { left, top, width, height } = found;
  return { left, top, right: left + width, bottom: top + height };
}
