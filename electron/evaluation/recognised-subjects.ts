/** Subjects in a drawn picture, seen twice: by the pack's detector, and by the classifier, which is not told the name. */
import { encodePng } from '../inference/images/images.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import type { Tensor } from '../pipeline/tensor/tensor.ts';
import { type EvaluationContext, stopIfCancelled } from './metric.ts';

/** A place where the detector finds a subject. */
export interface SeenSubject {
  /** Whether the classifier recognises the same subject there. */
  readonly isRecognised: boolean;
  /** Dims [height, width] of the picture, 0..1. */
  readonly mask: Tensor;
  /** The classifier's appearance feature, a vector of length 1. */
  readonly feature: Float32Array;
}

/**
 * The places where the detector finds each subject, best first.
 *
 * @param names in the vocabulary of detector and classifier
 * @throws StudioError CANCELLED, and the engine's errors
 */
export async function seeSubjects(
  pixels: RgbImage,
  names: readonly string[],
  { engine, classifier, signal }: Pick<EvaluationContext, 'engine' | 'classifier' | 'signal'>,
): Promise<ReadonlyMap<string, readonly SeenSubject[]>> {
  const picture = { name: 'drawn', bytes: await encodePng(pixels) };
  const seen = new Map<string, readonly SeenSubject[]>();
  for (const name of names) {
    stopIfCancelled(signal);
    const { proposals } = await engine.preparation.findMask(picture, { phrase: name }, { signal });
    const places: SeenSubject[] = [];
    for (const { mask } of proposals) {
      const { name: recognised, feature } = await classifier.classifyObject(pixels, mask);
      places.push({ isRecognised: recognised === name, mask, feature });
    }
    seen.set(name, places);
  }
  return seen;
}

/** Whether a subject is in a picture: in the place where the detector is surest of it, the classifier sees it too. */
export function isFound(seen: ReadonlyMap<string, readonly SeenSubject[]>, name: string): boolean {
  return seen.get(name)?.[0]?.isRecognised ?? false;
}

/** Whether both see a subject that was not asked for, or a second one of a kind. */
export function hasExtra(
  seen: ReadonlyMap<string, readonly SeenSubject[]>,
  asked: readonly string[],
): boolean {
  return [...seen].some(
    ([name, places]) => places.filter((place) => place.isRecognised).length > Number(asked.includes(name)),
  );
}
