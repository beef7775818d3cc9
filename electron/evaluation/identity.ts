/**
 * Does the concept itself arrive, not only its colour? A region is compared with its own concept image and with those
 * of other scenes: its own should lie nearest, by the classifier's features.
 */
import { evenly } from './evaluation-scenes.ts';
import { cosineSimilarity, mean } from './image-metrics.ts';

/** Concept images of other scenes that a region is compared with besides its own. */
export const DISTRACTORS = 20;

/** What the classifier sees of one scene. */
export interface SceneFeatures {
  readonly isHeldOut: boolean;
  /** Of each concept image's subject. */
  readonly concepts: readonly Float32Array[];
  /** Of each region of the result, in the same order. */
  readonly regions: readonly Float32Array[];
}

/** How many regions were taken for their own concept. */
export interface Identity {
  readonly regions: number;
  readonly distractors: number;
  /** Share, 0..1; chance is 1 / (distractors + 1). */
  readonly recognised: number;
}

/**
 * The nearest-neighbour test.
 *
 * @param scenes where distractors come from; they are taken evenly from all the other scenes
 * @param tested the scenes whose regions are asked about, some of `scenes`
 */
export function identityOf(
  scenes: readonly SceneFeatures[],
  tested: readonly SceneFeatures[] = scenes,
): Identity {
  const recognised: boolean[] = [];
  let fewest = DISTRACTORS;
  for (const scene of tested) {
    const others = evenly(
      scenes.filter((other) => other !== scene).flatMap(({ concepts }) => concepts),
      DISTRACTORS,
    );
    fewest = Math.min(fewest, others.length);
    for (const [index, region] of scene.regions.entries()) {
      const own = cosineSimilarity(region, scene.concepts[index]!);
      recognised.push(others.every((other) => cosineSimilarity(region, other) < own));
    }
  }
  return { regions: recognised.length, distractors: fewest, recognised: mean(recognised.map(Number)) };
}
