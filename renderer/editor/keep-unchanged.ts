/** Structural sharing: what a new value has in common with the one before stays the same object. */

/**
 * Whatever compares by identity, such as a React component, then sees only what changed, however often the host tells
 * everything.
 *
 * @param before what was known
 * @param after of the same kind: JSON, whose objects and arrays are never changed
 * @returns equal to `after`; `before` itself where they are equal, and its parts where those are
 */
export function keepUnchanged<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after;
  if (Array.isArray(before) && Array.isArray(after)) {
    const kept = after.map((value, index) => keepUnchanged(before[index], value));
    const isSame =
      before.length === kept.length && kept.every((value, index) => Object.is(value, before[index]));
    return (isSame ? before : kept) as T;
  }
  if (!isPlainObject(before) || !isPlainObject(after)) return after;
  const names = Object.keys(after);
  const kept = Object.fromEntries(names.map((name) => [name, keepUnchanged(before[name], after[name])]));
  const isSame =
    Object.keys(before).length === names.length &&
    names.every((name) => Object.hasOwn(before, name) && Object.is(kept[name], before[name]));
  return (isSame ? before : kept) as T;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}
