/** Candidates for the background, viewed one after another before one is used. */

export interface Candidate {
  /** The picture's id. */
  readonly image: string;
  readonly seed: number;
}

/**
 * The candidates after some were regenerated.
 *
 * @param replacementOf a candidate's replacement; undefined without one yet
 */
export function withReplacements(
  candidates: readonly Candidate[],
  replacementOf: (seed: number) => Candidate | undefined,
): readonly (Candidate & { readonly originalSeed: number })[] {
  return candidates.map((candidate) => ({
    ...(replacementOf(candidate.seed) ?? candidate),
    originalSeed: candidate.seed,
  }));
}

/**
 * The index of a candidate some steps away, wrapping around.
 *
 * @param count 1 or more
 */
export function steppedPlace(at: number, by: number, count: number): number {
  return (((at + by) % count) + count) % count;
}

/** The action of a key among candidates; undefined for keys without one. */
export function placeByKey(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return steppedPlace(at, 1, count);
    case 'ArrowLeft':
    case 'ArrowUp':
      return steppedPlace(at, -1, count);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
