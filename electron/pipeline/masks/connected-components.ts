/** Connected parts of a region. */
import type { Region } from './region.ts';

/** Which elements are connected: 4 by an edge, 8 by an edge or a corner. */
export type Connectivity = 4 | 8;

/** The parts of a region; part n has label n, areas[n - 1] and atBorder[n - 1]. */
export interface ConnectedComponents {
  /** Row-major: 0 outside the region, else 1.. in the order of each part's first element. */
  readonly labels: Int32Array;
  /** Number of elements of each part. */
  readonly areas: readonly number[];
  /** Whether the part touches the border of the picture. */
  readonly atBorder: readonly boolean[];
}

/** Labels the connected parts of a region by flood fill, in time linear in the number of elements. */
export function connectedComponents(
  { inside, height, width }: Region,
  connectivity: Connectivity,
): ConnectedComponents {
  const labels = new Int32Array(inside.length);
  const areas: number[] = [];
  const atBorder: boolean[] = [];
  const pending = new Int32Array(inside.length);
  for (let first = 0; first < inside.length; first++) {
    if (inside[first] === 0 || labels[first] !== 0) continue;
    const label = areas.length + 1;
    let area = 0;
    let touches = false;
    let count = 1;
    pending[0] = first;
    labels[first] = label;
    while (count > 0) {
      count--;
      const at = pending[count]!;
      const y = Math.floor(at / width);
      const x = at - y * width;
      area++;
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) touches = true;
      for (let stepY = y > 0 ? -1 : 0; stepY <= (y < height - 1 ? 1 : 0); stepY++) {
        for (let stepX = x > 0 ? -1 : 0; stepX <= (x < width - 1 ? 1 : 0); stepX++) {
          if (connectivity === 4 && stepX !== 0 && stepY !== 0) continue;
          const neighbour = at + stepY * width + stepX;
          if (inside[neighbour] === 0 || labels[neighbour] !== 0) continue;
          labels[neighbour] = label;
          pending[count] = neighbour;
          count++;
        }
      }
    }
    areas.push(area);
    atBorder.push(touches);
  }
  return { labels, areas, atBorder };
}
