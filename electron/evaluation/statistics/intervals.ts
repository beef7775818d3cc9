/**
 * Means with intervals, and paired comparisons of methods.
 *
 * Pictures of one set share their concepts and prompt, so they are not independent: whole sets are drawn, not pictures
 * (cluster bootstrap; docs/decisions/0191). Seeded: the same values give the same interval on every machine.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** A measured value and the set that its picture belongs to. */
export interface ClusteredValue {
  readonly cluster: string;
  readonly value: number;
}

/** A mean and its 95 % interval. */
export interface Interval {
  readonly mean: number;
  /** Bounds; null for a single cluster of a single value, of which nothing is known. */
  readonly low: number | null;
  readonly high: number | null;
  /** Number of values. */
  readonly count: number;
}

/** One method against another on the same pictures. */
export interface Comparison {
  /** Mean of the differences, with its interval. */
  readonly difference: Interval;
  /** Of the sign-flip test: how often chance alone gives a mean difference at least as large. null without clusters. */
  readonly pValue: number | null;
  /** 'undecided' whenever the interval contains zero, or chance alone does as much in one of twenty cases. */
  readonly verdict: 'higher' | 'lower' | 'undecided';
}

const RESAMPLES = 2000;
const FLIPS = 10_000;
/** Up to this many clusters, all flips are tried: 2^12. */
const MOST_EXACT_CLUSTERS = 12;
const SEED = 41;
/** p above which a difference counts as chance. */
const MOST_CHANCE = 0.05;

/**
 * The mean and its percentile bootstrap interval.
 *
 * Clusters are resampled if there are at least two, else single values.
 *
 * @throws RangeError for an empty list
 */
export function intervalOf(values: readonly ClusteredValue[]): Interval {
  if (values.length === 0) throw new RangeError('The mean of no values was requested.');
  const clusters = clustersOf(values);
  const mean = meanOf(clusters, (index) => index, clusters.length);
  if (clusters.length < 2) return { mean, low: null, high: null, count: values.length };
  const random = mersenne(SEED);
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    meanOf(clusters, () => uniformInt(random, 0, clusters.length - 1), clusters.length),
  ).sort();
  return { mean, low: quantile(means, 0.025), high: quantile(means, 0.975), count: values.length };
}

/**
 * Compares two methods by the differences of the pictures that both have.
 *
 * @param differences of the first method minus the second
 * @throws RangeError for an empty list
 */
export function compare(differences: readonly ClusteredValue[]): Comparison {
  const difference = intervalOf(differences);
  const pValue = signFlipTest(differences);
  return { difference, pValue, verdict: verdictOf(difference, pValue) };
}

/** Both must agree: with two or three sets a bootstrap interval is too narrow, which only the test shows. */
function verdictOf({ low, high }: Interval, pValue: number | null): Comparison['verdict'] {
  if (low === null || high === null || pValue === null || pValue >= MOST_CHANCE) return 'undecided';
  if (low > 0) return 'higher';
  return high < 0 ? 'lower' : 'undecided';
}

/**
 * Sign-flip permutation test, two-sided: under the hypothesis of no difference every cluster's differences could as well
 * have the other sign. Exact up to twelve clusters.
 */
export function signFlipTest(differences: readonly ClusteredValue[]): number | null {
  const clusters = clustersOf(differences);
  if (clusters.length < 2) return null;
  const sums = clusters.map(({ sum }) => sum);
  const observed = Math.abs(sums.reduce((total, sum) => total + sum, 0));
  // Sums of floats differ in their last bits by order.
  const threshold = observed * (1 - 1e-12);
  if (sums.length <= MOST_EXACT_CLUSTERS) {
    const count = 2 ** sums.length;
    let extreme = 0;
    for (let flips = 0; flips < count; flips++) {
      const total = sums.reduce((sum, value, at) => sum + ((flips >> at) & 1 ? -value : value), 0);
      if (Math.abs(total) >= threshold) extreme++;
    }
    return extreme / count;
  }
  const random = mersenne(SEED);
  let extreme = 1;
  for (let draw = 0; draw < FLIPS; draw++) {
    const total = sums.reduce((sum, value) => sum + (uniformInt(random, 0, 1) === 0 ? value : -value), 0);
    if (Math.abs(total) >= threshold) extreme++;
  }
  return extreme / (FLIPS + 1);
}

interface Cluster {
  readonly sum: number;
  readonly count: number;
}

/** Sums by cluster; every value by itself if there is only one cluster. */
function clustersOf(values: readonly ClusteredValue[]): readonly Cluster[] {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { cluster, value } of values) {
    const known = sums.get(cluster) ?? { sum: 0, count: 0 };
    sums.set(cluster, { sum: known.sum + value, count: known.count + 1 });
  }
  return sums.size > 1 ? [...sums.values()] : values.map(({ value }) => ({ sum: value, count: 1 }));
}

/** Mean over all values of the picked clusters. */
function meanOf(clusters: readonly Cluster[], pick: (index: number) => number, count: number): number {
  let [sum, values] = [0, 0];
  for (let index = 0; index < count; index++) {
    const cluster = clusters[pick(index)]!;
    sum += cluster.sum;
    values += cluster.count;
  }
  return sum / values;
}

/** Linear interpolation between order statistics. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [below, above] = [Math.floor(at), Math.ceil(at)];
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
