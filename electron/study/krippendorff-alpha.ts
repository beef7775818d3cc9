/**
 * Krippendorff's alpha: agreement of raters beyond chance, 1 for perfect, 0 for chance, with any number of raters and
 * missing ratings. Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), whose examples are the
 * tests.
 */

/** How far apart two ratings are. */
export type Metric = 'nominal' | 'ordinal' | 'interval';

/**
 * @param units the ratings of each item, in any order; items with fewer than two say nothing about agreement
 * @returns null if no item has two ratings, or all ratings are equal: agreement beyond chance is undefined then
 */
export function krippendorffAlpha(units: readonly (readonly number[])[], metric: Metric): number | null {
  const paired = units.filter((ratings) => ratings.length >= 2);
  const values = [...new Set(paired.flat())].sort((a, b) => a - b);
  if (values.length < 2) return null;
  const indexOf = new Map(values.map((value, index) => [value, index]));
  /** Coincidences: how often a value meets another within a unit, each unit's pairs weighted by 1 / (ratings - 1). */
  const coincidences = values.map(() => new Float64Array(values.length));
  for (const ratings of paired) {
    const counts = new Float64Array(values.length);
    for (const rating of ratings) counts[indexOf.get(rating)!]!++;
    for (const [c, count] of counts.entries()) {
      for (const [k, other] of counts.entries()) {
        const pairs = count * (c === k ? other - 1 : other);
        coincidences[c]![k]! += pairs / (ratings.length - 1);
      }
    }
  }
  const totals = coincidences.map((row) => row.reduce((sum, count) => sum + count, 0));
  const all = totals.reduce((sum, count) => sum + count, 0);
  const distance = squaredDistance(metric, values, totals);
  let [observed, expected] = [0, 0];
  for (const c of values.keys()) {
    for (const k of values.keys()) {
      observed += coincidences[c]![k]! * distance(c, k);
      expected += totals[c]! * totals[k]! * distance(c, k);
    }
  }
  return 1 - ((all - 1) * observed) / expected;
}

function squaredDistance(
  metric: Metric,
  values: readonly number[],
  totals: readonly number[],
): (c: number, k: number) => number {
  if (metric === 'nominal') return (c, k) => (c === k ? 0 : 1);
  if (metric === 'interval') return (c, k) => (values[c]! - values[k]!) ** 2;
  // Ordinal: how many ratings lie between the two, half of their own included.
  return (c, k) => {
    const [low, high] = c < k ? [c, k] : [k, c];
    const between = totals.slice(low, high + 1).reduce((sum, count) => sum + count, 0);
    return (between - (totals[low]! + totals[high]!) / 2) ** 2;
  };
}
