/** Work on one thing, one piece after another: a later piece starts from what the earlier one has left. */

/** The last piece of each. */
const last = new WeakMap<object, Promise<void>>();

/**
 * Starts the work once all earlier work on the same object has ended, well or not.
 *
 * @param on whose turn it is, for example a project's session
 * @returns what the work returns
 * @throws what the work throws
 */
export function inTurn<Result>(on: object, work: () => Promise<Result>): Promise<Result> {
  const before = last.get(on) ?? Promise.resolve();
  const result = before.then(work);
  // The caller hears of a failure; the next piece does not depend on it.
  last.set(
    on,
    result.then(
      () => undefined,
      () => undefined,
    ),
  );
  return result;
}
