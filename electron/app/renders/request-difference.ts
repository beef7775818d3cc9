/** The differences of two render requests, one per setting. */
import type { RenderDifference } from '../../contract/render-record.ts';
import type { RenderRequest } from '../../contract/render-request.ts';

type RenderConcept = RenderRequest['scene']['concepts'][number];

/** JSON, as requests consist of; what is absent counts as null. */
type Value = RenderDifference['a'];

/** A concept of both requests, or of one alone. */
interface Pair {
  /** Its name, that in the second request if it has one there. */
  readonly concept: string;
  readonly a: RenderConcept | null;
  readonly b: RenderConcept | null;
}

/**
 * Every value that differs between {@link a} and {@link b}, in the order of the request. Frames are compared as wholes,
 * and so is what only one of the two has.
 */
export function requestDifference(a: RenderRequest, b: RenderRequest): RenderDifference[] {
  const of = (concept: string | null, path: string, valueA: unknown, valueB: unknown) =>
    differencesOf(valueA, valueB, path).map((difference) => ({ concept, ...difference }));
  const withoutConcepts = ({ concepts: _, ...scene }: RenderRequest['scene']) => scene;
  return [
    ...of(null, 'scene', withoutConcepts(a.scene), withoutConcepts(b.scene)),
    ...pairsOf(a.scene.concepts, b.scene.concepts).flatMap((pair) => of(pair.concept, '', pair.a, pair.b)),
    ...of(null, 'parameters', a.parameters, b.parameters),
    ...of(null, 'pack', a.pack, b.pack),
  ];
}

/**
 * Requests have no identifiers of concepts: one of the same name is the same, wherever it is in the list; of the others,
 * one of the same picture was renamed.
 */
function pairsOf(a: readonly RenderConcept[], b: readonly RenderConcept[]): Pair[] {
  const left = [...a];
  const take = (matches: (concept: RenderConcept) => boolean): RenderConcept | null => {
    const index = left.findIndex(matches);
    return index < 0 ? null : left.splice(index, 1)[0]!;
  };
  const byName = b.map((after) => take(({ name }) => name === after.name));
  const kept = b.map((after, index) => ({
    before: byName[index] ?? take(({ image }) => image === after.image),
    after,
  }));
  const seen = new Map<string, number>();
  return [...kept, ...left.map((before) => ({ before, after: null }))].map(({ before, after }) => {
    const { name } = after ?? before!;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { concept: count === 1 ? name : `${name} (${count})`, a: before, b: after };
  });
}

function differencesOf(a: unknown, b: unknown, path: string): { path: string; a: Value; b: Value }[] {
  if (isRecord(a) && isRecord(b) && path !== 'scene.frame') {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differencesOf(a[key] ?? null, b[key] ?? null, path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ path, a: a as Value, b: b as Value }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
