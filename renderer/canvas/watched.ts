/** Something that React components follow from outside React, by `useSyncExternalStore`. */
export class Watched {
  readonly #listeners = new Set<() => void>();

  /** @returns ends it */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Grows with every change: a snapshot that is cheap to compare. */
  version = 0;
  getVersion = (): number => this.version;

  /** Says to the listeners that something changed; for the one who changed it. */
  changed(): void {
    this.version++;
    for (const listener of this.#listeners) listener();
  }
}
