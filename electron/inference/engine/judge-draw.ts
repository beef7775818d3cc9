/**
 * Judges a drawn background by the pack's own detector: are the prompt's subjects in it, each once?
 */
import { phraseSearchSchema } from '../../contract/preparation.ts';
import type { PhraseSegmenter } from '../../pipeline/preparation-ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { hashPixels } from '../images/images.ts';
import { mean } from '../scoring/image-metrics.ts';

/**
 * A subject found with a lower score is often another one: of draws with all subjects above it 96 % were right on
 * pictures of other seeds than the evaluation's, of those above the detector's own threshold 93 %.
 */
const SURE_SCORE = 0.8;
/** A further place with this score is a second one of its kind, which mostly stands where another subject should. */
const SECOND_SCORE = 0.5;

/** What the detector thinks of a draw. */
export interface DrawJudgement {
  /** 0..1: the mean score of the subjects; a subject that is there twice counts half. */
  readonly quality: number;
  /** Whether to keep it without drawing again. */
  readonly isSure: boolean;
  /** The subjects that were not found. */
  readonly missing: readonly string[];
}

/**
 * @param segmenter knows which of the prompt's words are subjects
 * @throws PipelineError CANCELLED; StudioError OUT_OF_MEMORY, INTERNAL
 */
export async function judgeDraw(
  segmenter: PhraseSegmenter,
  prompt: string,
  image: RgbImage,
  signal: AbortSignal | undefined,
): Promise<DrawJudgement> {
  const picture = { pixels: image, contentHash: hashPixels(image) };
  const subjects = segmenter.subjectsIn?.(prompt) ?? [];
  const missing: string[] = [];
  const scores: number[] = [];
  for (const subject of subjects) {
    const query = phraseSearchSchema.parse({ phrase: subject });
    const { proposals } = await segmenter.find(picture, query, signal);
    const [first, second] = proposals;
    if (first === undefined) missing.push(subject);
    // "Cats" alone may well be two.
    const isTwice = subjects.length > 1 && (second?.score ?? 0) >= SECOND_SCORE;
    scores.push((first?.score ?? 0) * (isTwice ? 0.5 : 1));
  }
  return {
    quality: scores.length === 0 ? 1 : mean(scores),
    isSure: scores.every((score) => score >= SURE_SCORE),
    missing,
  };
}
