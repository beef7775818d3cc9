/**
 * What a screen reader says of work in progress: the stage when it begins, and its quarters; not every step, which would
 * drown everything else.
 */
export interface WorkProgress {
  readonly stage: string;
  readonly step: number;
  /** null while unknown. */
  readonly total: number | null;
}

/** A moment worth saying. */
export interface Announced {
  readonly stage: string;
  /** 0, 25, 50 or 75. */
  readonly percent: number;
}

/** Stages of fewer steps are over before they are said. */
const FEWEST_STEPS = 4;

/** The quarter that the work is in; null where there is nothing to say. */
export function announcedOf({ stage, step, total }: WorkProgress): Announced | null {
  if (total === null || total < FEWEST_STEPS || step >= total) return null;
  return { stage, percent: 25 * Math.floor((4 * step) / total) };
}
