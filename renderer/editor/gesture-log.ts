/**
 * Gestures on their way into the history, so that a closing page can hand them to the next one: the tool's effects,
 * from the first one of a gesture until its mask is saved. {@link replayGesture} repaints them.
 */
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { MaskSession, PaintEffect } from './mask-session.ts';
import type { GestureLabel } from './tools/tool.ts';
import type { Size } from './view-transform.ts';

export interface RecordedGesture {
  readonly targetId: string;
  readonly size: Size;
  /** The mask that it started on; undefined if that one was not saved yet. */
  readonly base?: AssetId | null | undefined;
  /** The resulting mask; undefined until it has an id. */
  readonly result?: AssetId | null | undefined;
  readonly label: GestureLabel;
  readonly effects: readonly PaintEffect[];
  /** Whether it ended because the page closed: its mask cannot have been saved. */
  readonly isCutShort: boolean;
}

export class GestureLog {
  #effects: PaintEffect[] = [];
  /** Each with its resulting mask, once that has an id. */
  readonly #unsaved = new Map<RecordedGesture, AssetId | null | undefined>();

  /** Finished gestures that may not be in the history yet, in order. */
  get unsaved(): readonly RecordedGesture[] {
    return [...this.#unsaved].map(([gesture, result]) => ({ ...gesture, result }));
  }

  /** The effects of the current gesture, so far. */
  get current(): readonly PaintEffect[] {
    return this.#effects;
  }

  /** Records an effect of the current gesture. */
  add(effect: PaintEffect): void {
    // Every move starts from the original mask: only the last one counts.
    if (effect.kind === 'transform' && this.#effects.at(-1)?.kind === 'transform') this.#effects.pop();
    this.#effects.push(effect);
  }

  /** Cancels the current gesture. */
  drop(): void {
    this.#effects = [];
  }

  /** Ends the current gesture. */
  finish(gesture: Omit<RecordedGesture, 'effects'>): RecordedGesture {
    const recorded = { ...gesture, effects: this.#effects };
    this.#effects = [];
    return recorded;
  }

  /** Adds a finished gesture, of this page or the previous one, that is on its way into the history. */
  sent(gesture: RecordedGesture): void {
    this.#unsaved.set(gesture, undefined);
  }

  /** Sets the id of a gesture's mask, which may not be in the history yet. */
  named(gesture: RecordedGesture, result: AssetId | null): void {
    if (this.#unsaved.has(gesture)) this.#unsaved.set(gesture, result);
  }

  /** Everything on its way has arrived. */
  markSaved(): void {
    this.#unsaved.clear();
  }
}

/**
 * The gestures of a concept that are missing in its mask.
 *
 * @param gestures in order
 * @param mask the concept's current mask
 * @param size of the background
 */
export function missingGestures(
  gestures: readonly RecordedGesture[],
  mask: AssetId | null,
  size: Size,
): readonly RecordedGesture[] {
  const fitting = gestures.filter(
    (gesture) => gesture.size.width === size.width && gesture.size.height === size.height,
  );
  const arrived = fitting.findLastIndex(({ result }) => result !== undefined && result === mask);
  if (arrived >= 0) return fitting.slice(arrived + 1);
  if (fitting[0]?.base === mask) return fitting;
  // Another window has changed the mask: finished gestures are in its history or were undone.
  return fitting.filter(({ isCutShort }) => isCutShort);
}

/** Repaints a recorded gesture, without committing it. */
export function replayGesture(session: MaskSession, { effects }: RecordedGesture): void {
  for (const effect of effects) session.paint(effect);
}
