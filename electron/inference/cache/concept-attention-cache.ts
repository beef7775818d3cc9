/**
 * Keeps in memory what the U-Net's self-attention saw of the concepts, so that a re-tune needs no rows for them.
 *
 * One step of one concept is about a megabyte with the starter pack and 23 to 46 with Stable Diffusion at 512 x 512.
 * When the room is full, concepts that this run does not need go, those first that were not used for longest; a run
 * never drives out its own, because it asks for them in the order in which it kept them. What finds no room is run
 * again the next time.
 */

import { availableMemoryBytes, memoryLimitBytes } from '../../foundation/memory.ts';
import type { AttentionCache } from '../../pipeline/pnp-mix-types.ts';
import type { CachedHiddenStates } from '../../pipeline/ports.ts';

/** An eighth of the memory that this process may use, and never more than half of what is left of it. */
function defaultLimitBytes(heldBytes: number): number {
  return Math.min(memoryLimitBytes() / 8, heldBytes + availableMemoryBytes() / 2);
}

/** Gives each run its view: which states are kept under a key, and where new ones go. */
export class ConceptAttentionCache {
  readonly #limitBytes: (heldBytes: number) => number;
  /** Least recently used first. */
  readonly #trajectories = new Map<string, Map<number, CachedHiddenStates>>();
  #heldBytes = 0;

  /** @param limitBytes how much may be held, given how much is */
  constructor(limitBytes: (heldBytes: number) => number = defaultLimitBytes) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** For one run: what it asks for stays until the next run. */
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
          // Cleared since: what would be kept here, nobody could find or let go any more.
          if (this.#trajectories.get(key) !== kept) return;
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
