/**
 * Snapping: a moved picture snaps to edges and centres of the background and of other placed pictures. Per axis, the
 * nearest pair of a line of the moved box and a target line within reach wins.
 */

/** Fractional pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A snapping line to show. */
export interface SnapGuide {
  readonly axis: 'x' | 'y';
  /** In background pixels. */
  readonly at: number;
}

export interface Snap {
  /** The correction of the move, in background pixels. */
  readonly x: number;
  readonly y: number;
  readonly guides: readonly SnapGuide[];
}

interface Line {
  readonly distance: number;
  readonly at: number;
}

function linesOf(from: number, to: number): readonly [number, number, number] {
  return [from, (from + to) / 2, to];
}

function nearest(moved: readonly number[], targets: readonly number[], within: number): Line | undefined {
  let best: Line | undefined;
  for (const line of moved) {
    for (const at of targets) {
      const distance = at - line;
      if (Math.abs(distance) > within) continue;
      if (!best || Math.abs(distance) < Math.abs(best.distance)) best = { distance, at };
    }
  }
  return best;
}

/**
 * @param box of the moved picture at the pointer
 * @param targets boxes of the background and the other pictures
 * @param within snapping distance, in background pixels
 */
export function snapBox(box: Box, targets: readonly Box[], within: number): Snap {
  const x = nearest(
    linesOf(box.left, box.right),
    targets.flatMap(({ left, right }) => linesOf(left, right)),
    within,
  );
  const y = nearest(
    linesOf(box.top, box.bottom),
    targets.flatMap(({ top, bottom }) => linesOf(top, bottom)),
    within,
  );
  return {
    x: x?.distance ?? 0,
    y: y?.distance ?? 0,
    guides: [
      ...(x ? [{ axis: 'x', at: x.at } as const] : []),
      ...(y ? [{ axis: 'y', at: y.at } as const] : []),
    ],
  };
}
