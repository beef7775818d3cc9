/**
 * The scores of one composed scene, counterparts of the paper's: its CLIP and DINO do not know this domain, so a
 * small classifier trained on the same artwork is used.
 */

import type {
  AppearanceClassifier,
  ObjectClassification,
} from '../inference/scoring/appearance-classifier.ts';
import type { LabColour } from '../inference/scoring/colour.ts';
import {
  backgroundPsnr,
  colourInside,
  colourLeakage,
  conceptColourDistance,
  cosineSimilarity,
  mean,
} from '../inference/scoring/image-metrics.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import type { EvaluationScene } from './evaluation-scenes.ts';

/** Scores of a picture, or their means over many. */
export interface Scores {
  /** Prompt: mean of `classFound` and `placeFound`; the counterpart of TCLIP. */
  readonly prompt: number;
  /** Share of the concepts whose region is classified as the class in the prompt. */
  readonly classFound: number;
  /** 1 when the classifier finds the prompt's place in the whole picture. */
  readonly placeFound: number;
  /** Mean probability of the prompt's classes and its place: finer than `prompt`. */
  readonly certainty: number;
  /** Cosine of the classifier's features of the concept image's subject and of the region; like ICLIP and IDINO. */
  readonly concept: number;
  /** Delta E between the mean colours of the subject and of the region. */
  readonly colourDistance: number;
  /** PSNR to the background outside the masks, in dB. */
  readonly backgroundPsnr: number;
  /** See {@link colourLeakage}. */
  readonly colourLeakage: number;
}

/** The references for a scene's results; computed once per scene. */
export interface SceneReference {
  readonly scene: EvaluationScene;
  /** The background, encoded and decoded. */
  readonly untouched: RgbImage;
  /** Of each concept image's subject. */
  readonly features: readonly Float32Array[];
  readonly colours: readonly LabColour[];
}

/** @param untouched the background, encoded and decoded */
export async function referenceOf(
  scene: EvaluationScene,
  untouched: RgbImage,
  classifier: AppearanceClassifier,
): Promise<SceneReference> {
  const features = [];
  const colours = [];
  for (const { image, subject } of scene.concepts) {
    features.push((await classifier.classifyObject(image, subject)).feature);
    colours.push(await colourInside(image, subject));
  }
  return { scene, untouched, features, colours };
}

/**
 * @param result the composed picture as decoded, nothing pasted back
 * @returns the scores, and the classifier's features of each concept's region
 */
export async function scoreScene(
  result: RgbImage,
  { scene, untouched, features, colours }: SceneReference,
  classifier: AppearanceClassifier,
): Promise<{ readonly scores: Scores; readonly regions: readonly Float32Array[] }> {
  const regions: ObjectClassification[] = [];
  for (const { mask } of scene.concepts) regions.push(await classifier.classifyObject(result, mask));
  const classFound = mean(
    scene.concepts.map(({ className }, index) => (regions[index]!.name === className ? 1 : 0)),
  );
  const classProbability = mean(
    scene.concepts.map(({ className }, index) => regions[index]!.probabilities[className] ?? 0),
  );
  const place = await classifier.classifyPlace(result);
  const placeFound = place.name === scene.place ? 1 : 0;
  const measured = scene.concepts.map(({ mask }, index) => ({ mask, colour: colours[index]! }));
  const scores = {
    prompt: (classFound + placeFound) / 2,
    classFound,
    placeFound,
    certainty: (classProbability + (place.probabilities[scene.place] ?? 0)) / 2,
    concept: mean(regions.map(({ feature }, index) => cosineSimilarity(feature, features[index]!))),
    colourDistance: await conceptColourDistance(result, measured),
    backgroundPsnr: backgroundPsnr(
      result,
      scene.background,
      scene.concepts.map(({ mask }) => mask),
    ),
    colourLeakage: await colourLeakage(result, untouched, measured),
  };
  return { scores, regions: regions.map(({ feature }) => feature) };
}

const SCORE_NAMES = [
  'prompt',
  'classFound',
  'placeFound',
  'certainty',
  'concept',
  'colourDistance',
  'backgroundPsnr',
  'colourLeakage',
] as const satisfies readonly (keyof Scores)[];

/** Means over scenes. */
export function meanScores(scores: readonly Scores[]): Scores {
  return Object.fromEntries(
    SCORE_NAMES.map((name) => [name, mean(scores.map((score) => score[name]))]),
  ) as Record<keyof Scores, number>;
}
