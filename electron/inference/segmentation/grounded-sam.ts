/**
 * Masks from text by Grounded SAM (Ren et al., arXiv 2401.14159): Grounding DINO finds boxes for a phrase, a prompt
 * segmenter makes a mask of each.
 */

import type { PreTrainedModel, Processor } from '@huggingface/transformers';
import { notice } from '../../contract/notices.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { clipBox, suppressOverlaps } from '../../pipeline/masks/non-maximum-suppression.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type {
  Detection,
  MaskProposal,
  PhraseFindings,
  PhraseQuery,
  PhraseSegmenter,
  PromptSegmenter,
} from '../../pipeline/preparation-ports.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { loadOptions, loadTransformers, type Transformers, withModel } from '../runtime/transformers.ts';

/** Most boxes to make masks for. */
const MOST_BOXES = 8;

interface GroundingProcessor {
  post_process_grounded_object_detection(
    outputs: unknown,
    inputIds: unknown,
    options: {
      box_threshold: number;
      text_threshold: number;
      target_sizes: [height: number, width: number][];
    },
  ): {
    scores: number[];
    boxes: [left: number, top: number, right: number, bottom: number][];
    labels: string[];
  }[];
}

/** Finds boxes for a phrase. */
export class GroundingDino {
  readonly #transformers: Transformers;
  readonly #model: PreTrainedModel;
  readonly #processor: Processor;

  private constructor(transformers: Transformers, model: PreTrainedModel, processor: Processor) {
    this.#transformers = transformers;
    this.#model = model;
    this.#processor = processor;
  }

  /**
   * @param folder config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx
   * @throws StudioError MODEL_INVALID, OUT_OF_MEMORY
   */
  static async open(folder: string, device: EngineDevice): Promise<GroundingDino> {
    const transformers = await loadTransformers();
    return withModel('Grounding DINO', { loadingFrom: folder }, async () => {
      const processor = await transformers.AutoProcessor.from_pretrained(folder, { local_files_only: true });
      const model = await transformers.AutoModelForZeroShotObjectDetection.from_pretrained(
        folder,
        loadOptions(device),
      );
      return new GroundingDino(transformers, model, processor);
    });
  }

  /** @returns boxes within the picture, best first, without those that overlap a better one */
  detect({ pixels }: NamedImage, query: PhraseQuery): Promise<Detection[]> {
    return withModel('Grounding DINO', 'running', async () => {
      const { RawImage } = this.#transformers;
      const { width, height } = pixels;
      const picture = new RawImage(new Uint8ClampedArray(pixels.data), width, height, 3);
      // The model was trained on lower-case phrases that end in a period; it scores one phrase at a time.
      const text = `${query.phrase.toLowerCase().replace(/[.\s]+$/, '')}.`;
      const inputs = (await this.#processor(picture, text)) as { input_ids: unknown };
      const outputs = await this.#model(inputs);
      const processor = this.#processor as unknown as GroundingProcessor;
      const [found] = processor.post_process_grounded_object_detection(outputs, inputs.input_ids, {
        box_threshold: query.boxThreshold,
        text_threshold: query.textThreshold,
        target_sizes: [[height, width]],
      });
      const detections = found!.boxes.flatMap(([left, top, right, bottom], index) => {
        // A box without a word above the text threshold does not match the phrase.
        if (found!.labels[index]!.trim() === '') return [];
        const box = clipBox({ left, top, right, bottom }, width, height);
        return box === undefined ? [] : [{ box, score: found!.scores[index]! }];
      });
      return suppressOverlaps(detections, query.overlapThreshold);
    });
  }

  async release(): Promise<void> {
    await this.#model.dispose();
  }
}

export class GroundedSegmenter implements PhraseSegmenter {
  readonly name: string;
  readonly #detector: GroundingDino;
  readonly #segmenter: PromptSegmenter;

  /** @param segmenter its opener releases it */
  constructor(detector: GroundingDino, segmenter: PromptSegmenter) {
    this.#detector = detector;
    this.#segmenter = segmenter;
    this.name = `Grounding DINO and ${segmenter.name}`;
  }

  async find(image: NamedImage, query: PhraseQuery, signal?: CancelSignal): Promise<PhraseFindings> {
    throwIfCancelled(signal);
    const detections = await this.#detector.detect(image, query);
    const proposals: MaskProposal[] = [];
    for (const { box, score } of detections.slice(0, MOST_BOXES)) {
      throwIfCancelled(signal);
      const [best] = await this.#segmenter.segment(image, { points: [], box }, signal);
      if (best !== undefined) proposals.push({ mask: best.mask, score, box });
    }
    const left = detections.length - MOST_BOXES;
    return {
      proposals,
      notices: left > 0 ? [notice('MORE_FOUND', { count: left, most: MOST_BOXES })] : [],
    };
  }

  async release(): Promise<void> {
    await this.#detector.release();
  }
}
