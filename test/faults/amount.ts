/**
 * How many rounds a long check runs: a few in `npm test`, as many as requested in `npm run soak`, which sets SOAK_COUNT
 * and SOAK_SEED and reads the figures appended to SOAK_FIGURES.
 */
import { appendFileSync } from 'node:fs';

export interface Figures {
  /** What was done, such as kills or requests. */
  readonly attempts: number;
  /** What the program acknowledged as saved. */
  readonly acknowledged?: number;
  /** Further facts worth knowing. */
  readonly [name: string]: number | undefined;
}

/** Whether this is a soak, long enough to judge its distribution. */
export const isSoak: boolean = process.env.SOAK_COUNT !== undefined;

/**
 * @param usual the amount in `npm test`
 * @param share of a soak's count, 0 to 1
 */
export function amount(usual: number, share: number): number {
  return isSoak ? Math.max(1, Math.round(Number(process.env.SOAK_COUNT) * share)) : usual;
}

/** Chooses what is done; random unless SOAK_SEED is set. It is printed so that a run can be repeated. */
export const seed: number = Number(process.env.SOAK_SEED ?? Date.now() % 2 ** 31);

/** Only ends what hangs: five minutes per attempt plus ten to start, for machines shared by many. */
export function timeLimitMs(attempts: number): number {
  return 600_000 + attempts * 300_000;
}

/** Prints figures and appends them to the soak's. */
export function recordFigures(name: string, figures: Figures): void {
  const line = JSON.stringify({ name, seed, ...figures });
  console.log(line);
  if (process.env.SOAK_FIGURES !== undefined) appendFileSync(process.env.SOAK_FIGURES, `${line}\n`);
}
