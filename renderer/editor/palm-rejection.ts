/**
 * Tells a finger from the palm of the hand that holds a pen: while the pen touches or hovers, and shortly after, every
 * touch is the palm. A touch that was there before the pen is the palm too once the pen comes.
 */

/** How long after the pen touches are the palm's, in milliseconds: between two strokes the hand stays down. */
export const PALM_MS = 700;

export interface PalmPointer {
  readonly pointerId: number;
  readonly pointerType: string;
  /** On any clock that only goes forward, in milliseconds. */
  readonly timeStamp: number;
}

export class PalmRejection {
  #penAt = Number.NEGATIVE_INFINITY;
  /** Pens in contact. */
  readonly #pens = new Set<number>();
  /** Touches that are ignored until they are lifted. */
  readonly #palms = new Set<number>();

  /** A pointer touched, moved or hovered. */
  saw({ pointerType, timeStamp }: PalmPointer): void {
    if (pointerType === 'pen') this.#penAt = timeStamp;
  }

  /**
   * A pointer came down.
   *
   * @param touches those that are down already
   * @returns the touches that turn out to be the palm, the new one included; they must not do anything
   */
  pressed(pointer: PalmPointer, touches: Iterable<number>): readonly number[] {
    const { pointerId, pointerType, timeStamp } = pointer;
    if (pointerType === 'pen') {
      this.#pens.add(pointerId);
      this.#penAt = timeStamp;
      const palms = [...touches].filter((touch) => !this.#palms.has(touch));
      for (const palm of palms) this.#palms.add(palm);
      return palms;
    }
    if (pointerType !== 'touch') return [];
    if (this.#pens.size === 0 && timeStamp - this.#penAt > PALM_MS) return [];
    this.#palms.add(pointerId);
    return [pointerId];
  }

  /** Whether a pointer is a palm that is still down. */
  isPalm(pointerId: number): boolean {
    return this.#palms.has(pointerId);
  }

  /** A pointer was lifted or lost. */
  lifted({ pointerId, pointerType, timeStamp }: PalmPointer): void {
    this.#palms.delete(pointerId);
    if (this.#pens.delete(pointerId) && pointerType === 'pen') this.#penAt = timeStamp;
  }
}
