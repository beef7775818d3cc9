/** How a mask's share of the picture is written. */
import { coverageOf, isBlank, type MaskPlane } from '../../editor/mask-plane.ts';

/** The smallest share that is written, in percent. */
const LEAST_PERCENT = 0.1;

/** @returns percent, to a tenth; '< 0.1' for less, '0' only for a mask with nothing in it, or none */
export function writtenShare(plane: MaskPlane | undefined): string {
  if (plane === undefined) return '0';
  const percent = Math.round(coverageOf(plane) * 1000) / 10;
  if (percent >= LEAST_PERCENT) return String(percent);
  return isBlank(plane) ? '0' : `< ${LEAST_PERCENT}`;
}
