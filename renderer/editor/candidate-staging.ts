/** Candidates for the background, viewed one after another before one is used. */

export interface Candidate {
  /** The picture's id. */
  readonly image: string;
  readonly seed: number;
}

/**
 * The candidates as they stand after some were regenerated.
 *
 * @param replacementOf what a candidate was replaced by; undefined where it was not, or not yet
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
 * The place of the next candidate, or of another one on the way; behind the last comes the first.
 *
 * @param count 1 or more
 */
export function steppedPlace(at: number, by: number, count: number): number {
  return (((at + by) % count) + count) % count;
}

/** What a key does among candidates; undefined for keys that do nothing here. */
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
