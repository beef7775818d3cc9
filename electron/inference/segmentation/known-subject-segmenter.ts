/** Smart select for a pack whose own detector has a fixed vocabulary: it draws the outline of what it knows. */
import { phraseSearchSchema } from '../../contract/preparation.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { maskOverlap } from '../../pipeline/masks/mask-overlap.ts';
import { REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type {
  MaskPrompt,
  MaskProposal,
  PhraseSegmenter,
  PromptSegmenter,
} from '../../pipeline/preparation-ports.ts';

/** A subject with a lower score may be something else, in a photograph above all (docs/decisions/0088). */
const SURE_SCORE = 0.6;
/** From this overlap on both have the same thing, and the cut has the sharper outline. */
const SAME_IOU = 0.8;

export class KnownSubjectSegmenter implements PromptSegmenter {
  readonly name: string;
  readonly #detector: PhraseSegmenter;
  readonly #others: PromptSegmenter;
  readonly #sureScore: number;
  /** Of the last picture, which mostly gets further clicks. */
  #last: { readonly contentHash: string; readonly subjects: readonly MaskProposal[] } | undefined;

  /**
   * @param detector with `subjects`; its owner releases it
   * @param others for boxes, and for clicks on what the detector does not know
   * @param sureScore from which score on the detector's outline is taken, above 0; measured by test/bench/smart-select.ts
   */
  constructor(detector: PhraseSegmenter, others: PromptSegmenter, sureScore = SURE_SCORE) {
    this.#sureScore = sureScore;
    this.#detector = detector;
    this.#others = others;
    this.name = `${detector.name} and ${others.name}`;
  }

  async segment(image: NamedImage, prompt: MaskPrompt, signal?: CancelSignal): Promise<MaskProposal[]> {
    const cut = await this.#others.segment(image, prompt, signal);
    if (prompt.box !== null) return cut;
    const { width } = image.pixels;
    const holds = ({ data }: MaskProposal['mask'], { x, y }: MaskPrompt['points'][number]) =>
      data[Math.floor(y) * width + Math.floor(x)]! >= REGION_THRESHOLD;
    const known = (await this.#subjectsOf(image, signal)).find(({ mask }) =>
      prompt.points.every((point) => holds(mask, point) === point.isInside),
    );
    if (known === undefined) return cut;
    const [best] = cut;
    return best !== undefined && maskOverlap(best.mask, known.mask) >= SAME_IOU ? cut : [known];
  }

  release(): Promise<void> {
    this.#last = undefined;
    return this.#others.release();
  }

  /** Everything in the picture that the detector is sure of, best first. */
  async #subjectsOf(image: NamedImage, signal: CancelSignal | undefined): Promise<readonly MaskProposal[]> {
    if (this.#last?.contentHash !== image.contentHash) {
      const found: MaskProposal[] = [];
      for (const phrase of this.#detector.subjects ?? []) {
        const query = phraseSearchSchema.parse({ phrase, boxThreshold: this.#sureScore });
        found.push(...(await this.#detector.find(image, query, signal)).proposals);
      }
      this.#last = {
        contentHash: image.contentHash,
        subjects: found.toSorted((a, b) => b.score - a.score),
      };
    }
    return this.#last.subjects;
  }
}
