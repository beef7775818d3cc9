/**
 * Caches what renders compute from a scene's pictures and masks alone, so that a re-tune does not compute it again. It
 * belongs to one prepared scene, and goes with it.
 */

/** Beyond it the oldest values are evicted. A frame of 1024 x 1024 with two concepts takes about 70 MB. */
const LIMIT_BYTES = 96 * 2 ** 20;

/** A value, and what it takes. */
interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
}

export class SceneMemo {
  readonly #limitBytes: number;
  /** Oldest first. */
  readonly #kept = new Map<string, Kept<unknown>>();
  #heldBytes = 0;

  constructor(limitBytes = LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * A value that nobody changes afterwards, from the cache if possible.
   *
   * @param key of everything that it depends on beyond the scene; of one type of value each
   * @param bytesOf roughly what it takes; values larger than the limit are not cached
   */
  async get<Value>(
    key: readonly (string | number | boolean)[],
    bytesOf: (value: Value) => number,
    compute: () => Promise<Value> | Value,
  ): Promise<Value> {
    const name = JSON.stringify(key);
    const known = this.#kept.get(name) as Kept<Value> | undefined;
    if (known !== undefined) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known.value;
    }
    const value = await compute();
    const bytes = bytesOf(value);
    // Computed twice at once: the later one counts.
    this.#forget(name);
    for (const oldest of this.#kept.keys()) {
      if (this.#heldBytes + bytes <= this.#limitBytes) break;
      this.#forget(oldest);
    }
    if (bytes <= this.#limitBytes) {
      this.#kept.set(name, { value, bytes });
      this.#heldBytes += bytes;
    }
    return value;
  }

  #forget(name: string): void {
    const found = this.#kept.get(name);
    if (found === undefined) return;
    this.#kept.delete(name);
    this.#heldBytes -= found.bytes;
  }
}
