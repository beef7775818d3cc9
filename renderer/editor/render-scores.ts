/** Renders by their scores: which scores they have in common, and which render is best by one. */
import {
  areComparable,
  SCORE_NAMES,
  SCORES,
  type ScoreName,
} from '../../electron/contract/picture-scores.ts';
import type { RenderSummary } from '../../electron/contract/render-record.ts';

type Scored = Pick<RenderSummary, 'scores'>;

/** A render's score; null without it. */
export function scoreOf({ scores }: Scored, name: ScoreName): number | null {
  return scores?.values[name] ?? null;
}

/** Whether all that have scores were scored in the same way. */
export function haveComparableScores(renders: readonly Scored[]): boolean {
  const scored = renders.flatMap(({ scores }) => (scores === null ? [] : [scores]));
  return scored.every((scores) => areComparable(scores, scored[0]!));
}

/** The scores by which renders can be ranked: every scored one has them. */
export function commonScores(renders: readonly Scored[]): readonly ScoreName[] {
  const scored = renders.filter(({ scores }) => scores !== null);
  if (scored.length === 0 || !haveComparableScores(scored)) return [];
  return SCORE_NAMES.filter((name) => scored.every((render) => scoreOf(render, name) !== null));
}

/**
 * The score that ranks renders: the wanted one if they have it, else the first that they have.
 *
 * @param wanted as the settings have it
 */
export function rankingScore(renders: readonly Scored[], wanted: unknown): ScoreName | undefined {
  const common = commonScores(renders);
  return common.find((name) => name === wanted) ?? common[0];
}

/** The best first; those without the score stay in their order, last. */
export function rankedBy<Render extends Scored>(renders: readonly Render[], name: ScoreName): Render[] {
  const sign = SCORES[name].better === 'higher' ? -1 : 1;
  const key = (render: Render) => {
    const score = scoreOf(render, name);
    return score === null ? Number.POSITIVE_INFINITY : sign * score;
  };
  return renders.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x === y ? 0 : x - y;
  });
}

/** The best of several; undefined unless at least two can be ranked. */
export function bestOf<Render extends Scored>(
  renders: readonly Render[],
  wanted: unknown,
): Render | undefined {
  const name = rankingScore(renders, wanted);
  if (name === undefined || renders.filter(({ scores }) => scores !== null).length < 2) return undefined;
  return rankedBy(renders, name)[0];
}
