/** Structural sharing: parts of a new value that equal the old one stay the same objects. */

/**
 * Components that compare by identity, such as React's, then see only what changed, even if the host repeats
 * everything.
 *
 * @param before the known value
 * @param after a new value of the same type: JSON, with immutable objects and arrays
 * @returns equal to `after`; `before` itself if they are equal, else with the equal parts of `before`
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
