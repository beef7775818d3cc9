/** State outside React that components follow by `useSyncExternalStore`. */
export class Watched {
  readonly #listeners = new Set<() => void>();

  /** @returns unsubscribes */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Version, incremented on every change: a snapshot that is cheap to compare. */
  version = 0;
  getVersion = (): number => this.version;

  /** Notifies the listeners of a change. */
  changed(): void {
    this.version++;
    for (const listener of this.#listeners) listener();
  }
}
