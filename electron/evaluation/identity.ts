/**
 * Measures whether the concept itself arrives, not only its colour: by the classifier's features, a region should be
 * nearer to its own concept image than to those of other scenes.
 */

import { cosineSimilarity, mean } from '../inference/scoring/image-metrics.ts';
import { evenly } from './evaluation-scenes.ts';

/** Number of concept images of other scenes that a region is compared with. */
export const DISTRACTORS = 20;

/** The classifier's features for one scene. */
export interface SceneFeatures {
  readonly isHeldOut: boolean;
  /** Of each concept image's subject. */
  readonly concepts: readonly Float32Array[];
  /** Of each region of the result, in the same order. */
  readonly regions: readonly Float32Array[];
}

/** How many regions were matched to their own concept. */
export interface Identity {
  readonly regions: number;
  readonly distractors: number;
  /** Share, 0..1; chance is 1 / (distractors + 1). */
  readonly recognised: number;
}

/**
 * The nearest-neighbour test.
 *
 * @param scenes source of distractors, sampled evenly from all other scenes
 * @param tested the scenes whose regions are tested, a subset of `scenes`
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
