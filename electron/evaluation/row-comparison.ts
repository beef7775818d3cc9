/** Decides which row of the ablation leads, and whether by more than chance, from differences per scene. */
import { mean } from '../inference/scoring/image-metrics.ts';
import type { Scores } from './scene-scores.ts';

/** The compared scores, and which direction is better. */
export const comparedScores = {
  prompt: { title: 'prompt', better: 'higher' },
  certainty: { title: 'certainty', better: 'higher' },
  concept: { title: 'concept', better: 'higher' },
  colourDistance: { title: 'Delta E', better: 'lower' },
  backgroundPsnr: { title: 'background', better: 'higher' },
  colourLeakage: { title: 'leakage', better: 'lower' },
} as const satisfies Partial<Record<keyof Scores, { title: string; better: 'higher' | 'lower' }>>;

export type ComparedScore = keyof typeof comparedScores;

/** The row under test compared with the best of the others, in one score. */
export interface Lead {
  /** The best of the other rows. */
  readonly rival: string;
  /** Mean lead of the row over its rival; negative when it is worse. */
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
  return { rival: rival!.name, ...meanWithError(marginsOver(rival!.name)) };
}

/** The mean of differences, and its standard error; NaN for a single one. */
export function meanWithError(differences: readonly number[]): Pick<Lead, 'margin' | 'standardError'> {
  const margin = mean(differences);
  const variance = mean(differences.map((difference) => (difference - margin) ** 2));
  const { length } = differences;
  return { margin, standardError: length > 1 ? Math.sqrt(variance / (length - 1)) : Number.NaN };
}

/** Describes a lead. */
export function describeLead(row: string, score: ComparedScore, lead: Lead): string {
  const { title } = comparedScores[score];
  const size = `${Math.abs(lead.margin).toFixed(4)} ± ${lead.standardError.toFixed(4)}`;
  if (lead.margin === 0) return `${title}: (${row}) is level with (${lead.rival})`;
  if (lead.margin < 0) return `${title}: (${row}) does not lead; (${lead.rival}) is better by ${size}`;
  return `${title}: (${row}) leads, before (${lead.rival}) by ${size}`;
}
