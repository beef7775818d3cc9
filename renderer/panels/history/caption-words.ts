/** A render's caption: how it differs from the one before it. */
import type { TFunction } from 'i18next';
import {
  type RenderChange,
  type RenderDifference,
  type RenderSummary,
  variationOf,
} from '../../../electron/contract/render-record.ts';
import { durationOf } from '../widgets/locale.ts';
import { differenceInWords } from './difference-words.ts';

export interface Caption {
  /** The first difference, and how many more there are. */
  readonly short: string;
  /** All of them. */
  readonly long: string;
}

/** Weights are not what a user changes: where only they differ, the pack was reinstalled. */
function isWorthReading({ path }: RenderDifference): boolean {
  return !path.startsWith('pack.') || path === 'pack.id';
}

/**
 * A render's caption in the strip and the grid: of variations, which share everything else, the seed; of the first
 * render, how long it took.
 *
 * @param change undefined until it is read
 */
export function captionOfRender(
  render: RenderSummary,
  change: RenderChange | undefined,
  t: TFunction,
): Caption {
  const caption = captionOf(change?.since ? change.differences : undefined, t);
  const variation = variationOf(render);
  if (variation) {
    return { short: `${t('parameters.seed.name')} ${variation.seed}`, long: caption?.long ?? '' };
  }
  return caption ?? { short: render.totalMs === null ? '' : durationOf(render.totalMs), long: '' };
}

/** @param differences to the render before; undefined where there is none */
export function captionOf(
  differences: readonly RenderDifference[] | undefined,
  t: TFunction,
): Caption | null {
  if (differences === undefined) return null;
  const own = differences.filter(isWorthReading);
  const [first, ...rest] = own;
  if (first === undefined) return { short: t('history.same'), long: t('history.same') };
  const more = rest.length > 0 ? ` +${rest.length}` : '';
  return {
    short: shortly(first, t) + more,
    long: own.map((difference) => differenceInWords(difference, t)).join('\n'),
  };
}

/** With the value after the change only: what it was is in the caption before. */
function shortly(difference: RenderDifference, t: TFunction): string {
  const { concept, path, b } = difference;
  if (path === 'parameters.beta') return `${t('parameters.short.beta')} ${b}`;
  if (concept !== null && path === 'alpha') return `${t('parameters.short.alpha')} ${b} (${concept})`;
  return differenceInWords(difference, t, true);
}
