/** The values along an axis of a sweep: a range with a number of values, or numbers typed by the user. */
import { MAX_SEED } from '../../electron/contract/parameters.ts';
import { MAX_SWEEP_VALUES, type SweepParameter, sweepValueSchema } from '../../electron/contract/sweep.ts';
import { ALPHA_FIELD, PARAMETER_FIELDS } from './parameter-fields.ts';

export interface SweepRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** How many seeds the slider offers; others can be typed. */
const SLIDER_SEEDS = 100;

/** The range of the slider of a parameter. */
export function sweepRange(parameter: SweepParameter): SweepRange {
  if (parameter === 'alpha') return ALPHA_FIELD;
  if (parameter === 'strength') return { min: 0, max: 1, step: 0.05 };
  if (parameter === 'seed') return { min: 0, max: Math.min(SLIDER_SEEDS, MAX_SEED), step: 1 };
  const field = PARAMETER_FIELDS.find((one) => one.kind === 'slider' && one.name === parameter);
  const { min, max, step } = field as Extract<typeof field, { kind: 'slider' }>;
  return { min, max, step };
}

/**
 * Evenly spaced values from one end of a range to the other, on the parameter's steps.
 *
 * @param count 1 to {@link MAX_SWEEP_VALUES}; fewer values are given where fewer steps lie between
 */
export function valuesBetween(from: number, to: number, count: number, { step }: SweepRange): number[] {
  const decimals = step < 1 ? 2 : 0;
  const values = Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 0 : index / (count - 1);
    const steps = Math.round((share * (to - from)) / step);
    return Number((from + steps * step).toFixed(decimals));
  });
  return [...new Set(values)];
}

/** Consecutive seeds. */
export function seedsFrom(seed: number, count: number): number[] {
  const first = Math.min(seed, MAX_SEED - count + 1);
  return Array.from({ length: count }, (_, index) => first + index);
}

/**
 * Another number of values between the same ends, which may have been typed and lie beyond the slider. Of one value, or
 * of none that the parameter can have, the whole range; of seeds, those that follow.
 */
export function withCount(
  values: readonly number[] | undefined,
  count: number,
  parameter: SweepParameter,
): number[] {
  const range = sweepRange(parameter);
  const [from, to] =
    values === undefined ? [range.min, range.max] : [Math.min(...values), Math.max(...values)];
  if (parameter === 'seed' && to - from < count - 1) return seedsFrom(from, count);
  const isPoint = from === to && count > 1;
  return isPoint ? valuesBetween(range.min, range.max, count, range) : valuesBetween(from, to, count, range);
}

/** Typed numbers, separated by commas; undefined for anything that the parameter cannot be, or too many. */
export function parseValues(text: string, parameter: SweepParameter): number[] | undefined {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const schema = sweepValueSchema(parameter);
  const isValid = values.every((value) => schema.safeParse(value).success);
  const unique = [...new Set(values)];
  return isValid && unique.length <= MAX_SWEEP_VALUES ? unique : undefined;
}

/** The ends of typed values on the slider; its whole range while they are none. */
export function endsOf(values: readonly number[] | undefined, { min, max }: SweepRange): [number, number] {
  if (values === undefined) return [min, max];
  const clamp = (value: number) => Math.min(Math.max(value, min), max);
  return [clamp(Math.min(...values)), clamp(Math.max(...values))];
}
