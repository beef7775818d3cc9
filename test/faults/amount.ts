/**
 * How much of a long check runs: a little in `npm test`, as much as is asked for in `npm run soak`, which sets
 * SOAK_COUNT and SOAK_SEED and reads the figures that are appended to SOAK_FIGURES.
 */
import { appendFileSync } from 'node:fs';

export interface Figures {
  /** What was done, such as kills or requests. */
  readonly attempts: number;
  /** What the program said is saved. */
  readonly acknowledged?: number;
  /** What more is worth knowing. */
  readonly [name: string]: number | undefined;
}

/** Whether this is a soak, long enough for its distribution to be judged. */
export const isSoak: boolean = process.env.SOAK_COUNT !== undefined;

/**
 * @param usual in `npm test`
 * @param share of a soak's count, 0 to 1
 */
export function amount(usual: number, share: number): number {
  return isSoak ? Math.max(1, Math.round(Number(process.env.SOAK_COUNT) * share)) : usual;
}

/** Chooses what is done; another one every time unless SOAK_SEED says otherwise. It is printed, to have it again. */
export const seed: number = Number(process.env.SOAK_SEED ?? Date.now() % 2 ** 31);

/** It only ends what hangs: five minutes for each attempt, on a machine that many share, and ten to begin with. */
export function timeLimitMs(attempts: number): number {
  return 600_000 + attempts * 300_000;
}

/** Prints figures, and hands them to the soak. */
export function recordFigures(name: string, figures: Figures): void {
  const line = JSON.stringify({ name, seed, ...figures });
  console.log(line);
  if (process.env.SOAK_FIGURES !== undefined) appendFileSync(process.env.SOAK_FIGURES, `${line}\n`);
}
