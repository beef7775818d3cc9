/** The hits of a search by text, to choose from. */
import type { AssetId } from '../../electron/contract/render-request.ts';
import { INSIDE_FROM, type MaskPlane, maskPlane, type PixelRect, type Point } from './mask-plane.ts';

export interface MaskHit {
  readonly mask: AssetId;
  /** The model's confidence, 0..1. */
  readonly score: number;
  /** In pixels of the searched picture. */
  readonly box: PixelRect | null;
}

/** A search with several hits, or with none at its thresholds. */
export interface FoundHits {
  readonly conceptId: string;
  /** The searched picture. */
  readonly image: AssetId;
  readonly phrase: string;
  /** Best first. */
  readonly hits: readonly MaskHit[];
  /** Indices of the chosen hits, in order; they become one mask. */
  readonly chosen: readonly number[];
  /** Whether a search with other thresholds is on its way. */
  readonly isSearching: boolean;
}

/** The best hit is chosen until the user chooses. */
export function firstChosen(hits: readonly MaskHit[]): readonly number[] {
  return hits.length > 0 ? [0] : [];
}

/**
 * Chooses a hit.
 *
 * @param isAdded whether to add it to the others, or remove it if it is among them
 */
export function chooseHit(chosen: readonly number[], index: number, isAdded: boolean): readonly number[] {
  if (!isAdded) return [index];
  if (chosen.includes(index)) return chosen.filter((one) => one !== index);
  return [...chosen, index].sort((a, b) => a - b);
}

/** The smallest hit at a point, so that one inside another can be chosen; undefined for none. */
export function hitAt(planes: readonly (MaskPlane | undefined)[], { x, y }: Point): number | undefined {
  let found: { index: number; area: number } | undefined;
  for (const [index, plane] of planes.entries()) {
    if (!plane || x < 0 || y < 0 || x >= plane.width || y >= plane.height) continue;
    if (plane.data[Math.floor(y) * plane.width + Math.floor(x)]! < INSIDE_FROM) continue;
    const area = plane.data.reduce((sum, value) => sum + (value >= INSIDE_FROM ? 1 : 0), 0);
    if (found === undefined || area < found.area) found = { index, area };
  }
  return found?.index;
}

/** The union of masks of one size: the maximum of their pixels. */
export function mergePlanes([first, ...rest]: readonly [MaskPlane, ...MaskPlane[]]): MaskPlane {
  const data = first.data.slice();
  for (const plane of rest) {
    for (let at = 0; at < data.length; at++) data[at] = Math.max(data[at]!, plane.data[at]!);
  }
  return maskPlane(first.width, first.height, data);
}
