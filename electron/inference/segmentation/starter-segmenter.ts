/**
 * Masks from text with the starter pack's own model (native-models/training/train_masks.py): one map per word, where
 * a phrase's map is the minimum of its words'. It knows the pack's subjects and appearances, and reports words that
 * it does not know.
 */

import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import * as z from 'zod';
import { notice } from '../../contract/notices.ts';
import { inPackWords, type Vocabulary } from '../../contract/vocabulary.ts';
import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { connectedComponents } from '../../pipeline/masks/connected-components.ts';
import { fillHoles } from '../../pipeline/masks/holes-and-specks.ts';
import { boundingRectangle, type Rectangle } from '../../pipeline/masks/rectangle.ts';
import { maskWhere, regionOf } from '../../pipeline/masks/region.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type {
  MaskProposal,
  PhraseFindings,
  PhraseNotice,
  PhraseQuery,
  PhraseSegmenter,
} from '../../pipeline/preparation-ports.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import { resizePlane } from '../images/plane-resize.ts';
import { openOnnxFile, readModelConfig } from '../packs/onnx-file.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import type { ModelSession } from '../runtime/sessions.ts';
import { joinWindows, type SquareWindow, squareWindows, type WindowMap } from './square-windows.ts';

/** `things` are the subjects, `looks` the appearances: the file's names are those of the released pack. */
const configSchema = z.object({
  format: z.literal(1),
  architecture: z.literal('phrase-segmenter'),
  inputSize: z.int().positive(),
  words: z.array(z.string()).min(1),
  things: z.array(z.string()).min(1),
  looks: z.array(z.string()),
});
type Config = z.output<typeof configSchema>;

/** Words that do not change the meaning of a phrase. */
const FILLERS = new Set([
  'a',
  'an',
  'the',
  'my',
  'one',
  'and',
  'of',
  'photo',
  'background',
  'picture',
  'in',
  'with',
]);

/** A part smaller than this share of the largest belongs to it (a balloon's string) and is not another subject. */
const PART_SHARE = 0.25;
/** A detection must cover this share of the picture. */
const LEAST_SHARE = 0.002;

export class StarterSegmenter implements PhraseSegmenter {
  readonly name = 'the pack’s own segmenter';
  readonly #config: Config;
  readonly #session: ModelSession;
  readonly #vocabulary: Vocabulary | null;
  /** The squares of the last picture, which is often searched for several words. */
  #last: { readonly contentHash: string; readonly windows: readonly SquareWindow[] } | undefined;

  private constructor(config: Config, session: ModelSession, vocabulary: Vocabulary | null) {
    this.#config = config;
    this.#session = session;
    this.#vocabulary = vocabulary;
  }

  /**
   * @param vocabulary of the pack, for phrases in other languages
   * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, OUT_OF_MEMORY
   */
  static async open(
    folder: string,
    device: EngineDevice,
    vocabulary: Vocabulary | null = null,
  ): Promise<StarterSegmenter> {
    const config = await readModelConfig(folder, configSchema);
    const { inputSize, words } = config;
    const session = await openOnnxFile(
      'segmenter',
      join(folder, 'model.onnx'),
      {
        inputs: [
          { name: 'picture', type: 'float32', dims: ['batch', 3, inputSize, inputSize] },
          { name: 'words', type: 'float32', dims: ['batch', words.length] },
        ],
        outputs: [
          { name: 'mask_logits', type: 'float32', dims: ['batch', 1, 'height', 'width'] },
          { name: 'presence_logit', type: 'float32', dims: ['batch'] },
        ],
      },
      device,
    );
    return new StarterSegmenter(config, session, vocabulary);
  }

  async find(image: NamedImage, query: PhraseQuery, signal?: CancelSignal): Promise<PhraseFindings> {
    throwIfCancelled(signal);
    const { asked, unknown } = this.#read(query.phrase);
    const { things, looks } = this.#config;
    const known = { subjects: things, looks };
    const words: readonly string[] = unknown.map((word) => `"${word}"`);
    const notices: PhraseNotice[] =
      words.length > 0 ? [notice('PHRASE_WORDS_IGNORED', { ...known, words })] : [];
    const subjects = this.subjectsIn(query.phrase);
    if (subjects.length !== 1) {
      return {
        proposals: [],
        notices: [
          subjects.length === 0
            ? notice('PHRASE_UNKNOWN', { ...known, phrase: query.phrase })
            : notice('PHRASE_OF_SEVERAL', { phrase: query.phrase, subjects }),
        ],
      };
    }
    // The subject's own map draws the outline; the appearance only decides whether it is the intended one.
    const windows = await this.#windowsOf(image);
    const { width, height } = image.pixels;
    const isWide = width > height;
    const seen = await this.#run(windows, subjects, signal);
    const presence = Math.max(...seen.map((window) => window.presence));
    const isShown = (window: SeenWindow) => window.presence >= query.textThreshold;
    const logits = joinWindows(
      seen.map((window) => (isShown(window) ? window : { start: window.start, logits: undefined })),
      isWide,
    );
    if (logits === undefined) return { proposals: [], notices };
    const enlarged = await resizePlane(logits, { width, height });
    const found = proposalsOf(enlarged, presence, query.boxThreshold);
    if (found.length === 0 || asked.length === subjects.length) return { proposals: found, notices };
    const meant = await resizePlane(joinWindows(await this.#run(windows, asked, signal), isWide)!, {
      width,
      height,
    });
    return {
      proposals: found.filter(({ mask }) => meanProbability(meant, mask) >= query.textThreshold),
      notices,
    };
  }

  get subjects(): readonly string[] {
    return this.#config.things;
  }

  subjectsIn(text: string): readonly string[] {
    return this.#read(text).asked.filter((word) => this.#config.things.includes(word));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #read(phrase: string): { asked: string[]; unknown: string[] } {
    const text = this.#vocabulary === null ? phrase : inPackWords(phrase, this.#vocabulary);
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu) ?? [];
    const asked = words.filter((word) => this.#config.words.includes(word));
    const unknown = words.filter((word) => !this.#config.words.includes(word) && !FILLERS.has(word));
    return { asked: [...new Set(asked)], unknown: [...new Set(unknown)] };
  }

  async #windowsOf({ pixels, contentHash }: NamedImage): Promise<readonly SquareWindow[]> {
    if (this.#last?.contentHash !== contentHash) {
      this.#last = { contentHash, windows: await squareWindows(pixels, this.#config.inputSize) };
    }
    return this.#last.windows;
  }

  /** What each square shows of the words. */
  async #run(
    windows: readonly SquareWindow[],
    asked: readonly string[],
    signal: CancelSignal | undefined,
  ): Promise<SeenWindow[]> {
    const { words } = this.#config;
    const wanted = Float32Array.from(words, (word) => Number(asked.includes(word)));
    const seen: SeenWindow[] = [];
    for (const { start, picture } of windows) {
      throwIfCancelled(signal);
      const { mask_logits: logits, presence_logit: presence } = await this.#session.run(
        {
          picture: new ort.Tensor('float32', picture.data, [1, ...picture.dims]),
          words: new ort.Tensor('float32', wanted, [1, words.length]),
        },
        ['mask_logits', 'presence_logit'],
      );
      seen.push({
        start,
        logits: tensor(logits!.data as Float32Array, logits!.dims.slice(2)),
        presence: probability((presence!.data as Float32Array)[0]!),
      });
    }
    throwIfCancelled(signal);
    return seen;
  }
}

/** A square's map of dims [h, w], and the probability that it shows the subject. */
interface SeenWindow extends WindowMap {
  readonly logits: Tensor;
  readonly presence: number;
}

const probability = (logit: number) => 1 / (1 + Math.exp(-logit));

/** Mean probability over a mask's elements. */
function meanProbability(logits: Tensor, mask: Tensor): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < mask.data.length; at++) {
    if (mask.data[at] === 0) continue;
    sum += probability(logits.data[at]!);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** The connected parts where the map is positive, small ones joined to the nearest large one, best first. */
function proposalsOf(logits: Tensor, presence: number, threshold: number): MaskProposal[] {
  const dims = logits.dims;
  const region = fillHoles(
    maskWhere(dims, (at) => logits.data[at]! > 0),
    LEAST_SHARE * logits.data.length,
  );
  const { labels, areas } = connectedComponents(regionOf(region), 8);
  const largest = Math.max(0, ...areas);
  if (largest < LEAST_SHARE * logits.data.length) return [];
  const boxes = areas.map(
    (_, index) => boundingRectangle(maskWhere(dims, (at) => labels[at] === index + 1))!,
  );
  const isLarge = areas.map((area) => area >= PART_SHARE * largest);
  const owners = areas.map((_, index) => (isLarge[index] ? index : nearest(boxes[index]!, boxes, isLarge)));
  const proposals = areas.flatMap((_, index): MaskProposal[] => {
    if (!isLarge[index]) return [];
    const mask = maskWhere(dims, (at) => labels[at] !== 0 && owners[labels[at]! - 1] === index);
    const score = presence * meanProbability(logits, mask);
    const { left, top, width, height } = boundingRectangle(mask)!;
    return score < threshold
      ? []
      : [{ mask, score, box: { left, top, right: left + width, bottom: top + height } }];
  });
  return proposals.sort((a, b) => b.score - a.score);
}

/** Index of the large part whose box is nearest. */
function nearest(box: Rectangle, boxes: readonly Rectangle[], isLarge: readonly boolean[]): number {
  const gap = (aStart: number, aLength: number, bStart: number, bLength: number) =>
    Math.max(bStart - aStart - aLength, aStart - bStart - bLength, 0);
  const distance = (other: Rectangle) =>
    Math.hypot(
      gap(box.left, box.width, other.left, other.width),
      gap(box.top, box.height, other.top, other.height),
    );
  let best = -1;
  for (const [index, other] of boxes.entries()) {
    if (isLarge[index] && (best < 0 || distance(other) < distance(boxes[best]!))) best = index;
  }
  return best;
}
