/** The differences of two render requests, one line per setting. */
import type { RenderDifference } from '../../contract/render-record.ts';
import type { RenderRequest } from '../../contract/render-request.ts';

type Leaf = string | number | boolean | null;

/** Every value that differs between {@link a} and {@link b}, in the order of the request. */
export function requestDifference(a: RenderRequest, b: RenderRequest): RenderDifference[] {
  const [leavesA, leavesB] = [leavesOf(a), leavesOf(b)];
  return [...new Set([...leavesA.keys(), ...leavesB.keys()])]
    .map((path) => ({ path, a: leavesA.get(path) ?? null, b: leavesB.get(path) ?? null }))
    .filter((difference) => difference.a !== difference.b);
}

/** Values by path. Concepts are identified by name: one that moved in the list is still the same. */
function leavesOf({ scene, parameters, pack }: RenderRequest): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const { concepts, ...rest } = scene;
  collect(leaves, 'scene', rest);
  const seen = new Map<string, number>();
  for (const { name, ...concept } of concepts) {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    collect(leaves, `concepts.${name}${count === 1 ? '' : ` (${count})`}`, concept);
  }
  collect(leaves, 'parameters', parameters);
  collect(leaves, 'pack', pack);
  return leaves;
}

function collect(leaves: Map<string, Leaf>, path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    leaves.set(path, value as Leaf);
    return;
  }
  for (const [key, part] of Object.entries(value)) collect(leaves, `${path}.${key}`, part);
}
