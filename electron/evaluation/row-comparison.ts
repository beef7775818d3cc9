/** Which row of the ablation leads, and whether by more than chance: differences are taken scene by scene. */
import { mean } from './image-metrics.ts';
import type { Scores } from './scene-scores.ts';

/** The scores that are compared, and which way is better. */
export const comparedScores = {
  prompt: { title: 'prompt', better: 'higher' },
  certainty: { title: 'certainty', better: 'higher' },
  concept: { title: 'concept', better: 'higher' },
  colourDistance: { title: 'Delta E', better: 'lower' },
  backgroundPsnr: { title: 'background', better: 'higher' },
  colourLeakage: { title: 'leakage', better: 'lower' },
} as const satisfies Partial<Record<keyof Scores, { title: string; better: 'higher' | 'lower' }>>;

export type ComparedScore = keyof typeof comparedScores;

/** How the row under test stands against the best of the others, in one score. */
export interface Lead {
  /** The best of the other rows. */
  readonly rival: string;
  /** Mean by which the row is better than its rival; negative when it is worse. */
  readonly margin: number;
  /** Standard error of that mean. */
  readonly standardError: number;
}

/**
 * @param rows scores by row and scene; every row has the same scenes in the same order
 * @param row the row under test
 */
export function leadOf(
  rows: Readonly<Record<string, readonly Scores[]>>,
  row: string,
  score: ComparedScore,
): Lead {
  const sign = comparedScores[score].better === 'higher' ? 1 : -1;
  const marginsOver = (other: string) =>
    rows[row]!.map((scores, index) => sign * (scores[score] - rows[other]![index]![score]));
  const [rival] = Object.keys(rows)
    .filter((name) => name !== row)
    .map((name) => ({ name, margin: mean(marginsOver(name)) }))
    .sort((one, other) => one.margin - other.margin);
  const margins = marginsOver(rival!.name);
  const variance = mean(margins.map((margin) => (margin - rival!.margin) ** 2));
  return {
    rival: rival!.name,
    margin: rival!.margin,
    standardError: margins.length > 1 ? Math.sqrt(variance / (margins.length - 1)) : Number.NaN,
  };
}

/** A lead in words. */
export function describeLead(row: string, score: ComparedScore, lead: Lead): string {
  const { title } = comparedScores[score];
  const size = `${Math.abs(lead.margin).toFixed(4)} ± ${lead.standardError.toFixed(4)}`;
  if (lead.margin === 0) return `${title}: (${row}) is level with (${lead.rival})`;
  if (lead.margin < 0) return `${title}: (${row}) does not lead; (${lead.rival}) is better by ${size}`;
  return `${title}: (${row}) leads, before (${lead.rival}) by ${size}`;
}
