/**
 * The exact Euclidean distance transform, in time linear in the number of elements.
 *
 * Meijster, Roerdink, Hesselink: "A general algorithm for computing distance transforms in linear time" (2000).
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | B | region | the elements whose distance is 0 |
 * | g(x, y) | columnDistance | distance to the nearest element of B in the same column |
 * | F(x, i) | parabola | (x - i)^2 + g(i)^2 |
 * | Sep(i, u) | separation | first x from which column u is nearer than column i |
 * | s, t | columns, starts | columns on the lower envelope, and where each begins to be the lowest |
 */
import type { Region } from './region.ts';

/**
 * Squared Euclidean distance, in elements, from every element to the nearest element of a region.
 *
 * @returns row-major, `height * width` values; 0 inside the region; Infinity everywhere for an empty region.
 * Exact as long as height^2 + width^2 <= 2^24 (float32 holds whole numbers up to there).
 */
export function squaredDistanceTo({ inside, height, width }: Region): Float32Array {
  const squared = new Float32Array(height * width);
  if (!inside.includes(1)) return squared.fill(Number.POSITIVE_INFINITY);

  // 1. Down and up every column. `farther` is larger than any distance that can occur.
  const farther = height + width;
  const columnDistance = new Int32Array(height * width);
  for (let at = 0; at < inside.length; at++) {
    if (inside[at] === 0) columnDistance[at] = at < width ? farther : columnDistance[at - width]! + 1;
  }
  for (let at = inside.length - width - 1; at >= 0; at--) {
    const below = columnDistance[at + width]! + 1;
    if (below < columnDistance[at]!) columnDistance[at] = below;
  }

  // 2. Along every row, the lower envelope of one parabola per column.
  const columns = new Int32Array(width);
  const starts = new Int32Array(width);
  const columnSquared = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      // Distances past `farther` come from a column without the region and must not outgrow it.
      const distance = Math.min(columnDistance[row + x]!, farther);
      columnSquared[x] = distance * distance;
    }
    let last = 0;
    columns[0] = 0;
    starts[0] = 0;
    for (let u = 1; u < width; u++) {
      while (last >= 0) {
        const x = starts[last]!;
        const column = columns[last]!;
        const lower = (x - column) * (x - column) + columnSquared[column]!;
        if (lower <= (x - u) * (x - u) + columnSquared[u]!) break;
        last--;
      }
      if (last < 0) {
        last = 0;
        columns[0] = u;
        continue;
      }
      const column = columns[last]!;
      const separation = Math.floor(
        (u * u - column * column + columnSquared[u]! - columnSquared[column]!) / (2 * (u - column)),
      );
      if (separation + 1 < width) {
        last++;
        columns[last] = u;
        starts[last] = separation + 1;
      }
    }
    for (let x = width - 1; x >= 0; x--) {
      const column = columns[last]!;
      squared[row + x] = (x - column) * (x - column) + columnSquared[column]!;
      if (x === starts[last]) last--;
    }
  }
  return squared;
}
