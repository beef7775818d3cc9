/**
 * The pages of one participant, in order. They follow from the participant's seed alone, so nothing has to be stored.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Study } from './study-file.ts';

/** Ratings go from 1 to 5, as in the paper. */
export const LOWEST_RATING = 1;
export const HIGHEST_RATING = 5;

/** One page of the questionnaire. */
export interface Trial {
  /** Of the study file; an attention check borrows the pictures of one. */
  readonly id: string;
  /** Its key among the participant's ratings. */
  readonly key: string;
  readonly prompt: string;
  readonly references: readonly string[];
  /** Methods in the order (a), (b), ... of this participant and trial. */
  readonly methods: readonly string[];
  /** Files in the same order. */
  readonly candidates: readonly string[];
  /** The rating that an attention check asks for; null for a trial. */
  readonly requested: number | null;
}

/** @param seed of the participant, an unsigned 32-bit integer */
export function questionnaireOf(study: Study, seed: number): readonly Trial[] {
  const random = mersenne(seed);
  const chosen = shuffled(study.trials, random).slice(0, study.trialsPerParticipant);
  const trials = chosen.map((trial) => toTrial(trial, study, random, null));
  for (let check = 0; check < study.attentionChecks; check++) {
    const borrowed = chosen[uniformInt(random, 0, chosen.length - 1)]!;
    const requested = uniformInt(random, LOWEST_RATING, HIGHEST_RATING);
    const page = { ...toTrial(borrowed, study, random, requested), key: `check ${check + 1}` };
    // Never first: participants read the first page anyway.
    trials.splice(uniformInt(random, 1, trials.length), 0, page);
  }
  return trials;
}

function toTrial(
  { id, prompt, references, candidates }: Study['trials'][number],
  { methods }: Study,
  random: RandomGenerator,
  requested: number | null,
): Trial {
  const order = shuffled(methods, random);
  return {
    id,
    key: `trial ${id}`,
    prompt,
    references,
    methods: order,
    candidates: order.map((method) => candidates[method]!),
    requested,
  };
}

/** Fisher and Yates. */
function shuffled<Value>(values: readonly Value[], random: RandomGenerator): Value[] {
  const result = [...values];
  for (let last = result.length - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
