/**
 * Caches the concepts' hidden states of the U-Net's self-attention in memory, so that a re-tune needs no rows for
 * them.
 *
 * One step of one concept is about a megabyte with the starter pack and 23 to 46 with Stable Diffusion at 512 x 512.
 * When the cache is full, concepts that this run does not need are evicted, least recently used first; a run never
 * evicts its own, because it reads them in the order in which it stored them. What does not fit is computed again the
 * next time.
 */

import { availableMemoryBytes, memoryLimitBytes } from '../../foundation/memory.ts';
import type { AttentionCache } from '../../pipeline/pnp-mix-types.ts';
import type { CachedHiddenStates } from '../../pipeline/ports.ts';

/** An eighth of this process's memory, but never more than half of what is free. */
function defaultLimitBytes(heldBytes: number): number {
  return Math.min(memoryLimitBytes() / 8, heldBytes + availableMemoryBytes() / 2);
}

/** A run's view of the cache: the states under a key, and where to store new ones. */
export class ConceptAttentionCache {
  readonly #limitBytes: (heldBytes: number) => number;
  /** Least recently used first. */
  readonly #trajectories = new Map<string, Map<number, CachedHiddenStates>>();
  #heldBytes = 0;

  /** @param limitBytes the limit, given the current size */
  constructor(limitBytes: (heldBytes: number) => number = defaultLimitBytes) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** For one run: the states it reads stay until the next run. */
  forRun(): (key: string) => AttentionCache {
    const inUse = new Set<string>();
    return (key) => {
      inUse.add(key);
      const kept = this.#trajectories.get(key) ?? new Map<number, CachedHiddenStates>();
      this.#trajectories.delete(key);
      this.#trajectories.set(key, kept);
      return {
        get: (stepIndex) => kept.get(stepIndex),
        set: (stepIndex, states) => {
          // Cleared since: states stored here could never be found or released.
          if (this.#trajectories.get(key) !== kept) return;
          // Two concepts of one picture and prompt run side by side, and store the same states.
          if (kept.has(stepIndex)) return;
          if (!this.#makeRoom(states.byteLength, inUse)) return;
          kept.set(stepIndex, states);
          this.#heldBytes += states.byteLength;
        },
      };
    };
  }

  clear(): void {
    this.#trajectories.clear();
    this.#heldBytes = 0;
  }

  /** @returns false when the run's own states leave no room */
  #makeRoom(bytes: number, inUse: ReadonlySet<string>): boolean {
    for (const [key, kept] of this.#trajectories) {
      if (this.#heldBytes + bytes <= this.#limitBytes(this.#heldBytes)) return true;
      if (inUse.has(key)) continue;
      this.#trajectories.delete(key);
      for (const { byteLength } of kept.values()) this.#heldBytes -= byteLength;
    }
    return this.#heldBytes + bytes <= this.#limitBytes(this.#heldBytes);
  }
}
