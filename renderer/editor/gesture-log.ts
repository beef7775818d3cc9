/**
 * Gestures on their way into the history, so that a page that goes away can leave them to the next one: what the tool
 * painted, from the first effect of a gesture until its mask is saved. {@link replayGesture} paints the same again.
 */
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { MaskSession, PaintEffect } from './mask-session.ts';
import type { GestureLabel } from './tools/tool.ts';
import type { Size } from './view-transform.ts';

export interface RecordedGesture {
  readonly targetId: string;
  readonly size: Size;
  /** The mask that it began on; undefined where that one was itself still on its way. */
  readonly base?: AssetId | null | undefined;
  /** The mask that it made; undefined until that has a name. */
  readonly result?: AssetId | null | undefined;
  readonly label: GestureLabel;
  readonly effects: readonly PaintEffect[];
  /** It ended because the page went away: its mask cannot have been saved. */
  readonly isCutShort: boolean;
}

export class GestureLog {
  #effects: PaintEffect[] = [];
  /** With the mask that each made, once that has a name. */
  readonly #unsaved = new Map<RecordedGesture, AssetId | null | undefined>();

  /** Gestures that were finished and may not be in the history yet, in their order. */
  get unsaved(): readonly RecordedGesture[] {
    return [...this.#unsaved].map(([gesture, result]) => ({ ...gesture, result }));
  }

  /** Takes note of an effect of the gesture under way. */
  add(effect: PaintEffect): void {
    // A move starts from the mask as it was every time: only the last one counts.
    if (effect.kind === 'transform' && this.#effects.at(-1)?.kind === 'transform') this.#effects.pop();
    this.#effects.push(effect);
  }

  /** Drops the gesture under way. */
  drop(): void {
    this.#effects = [];
  }

  /** Ends the gesture under way. */
  finish(gesture: Omit<RecordedGesture, 'effects'>): RecordedGesture {
    const recorded = { ...gesture, effects: this.#effects };
    this.#effects = [];
    return recorded;
  }

  /** A finished gesture, of this page or of the one before, is on its way into the history. */
  sent(gesture: RecordedGesture): void {
    this.#unsaved.set(gesture, undefined);
  }

  /** The mask of a gesture has a name; that does not say yet that it is in the history. */
  named(gesture: RecordedGesture, result: AssetId | null): void {
    if (this.#unsaved.has(gesture)) this.#unsaved.set(gesture, result);
  }

  /** Everything that was on its way has arrived. */
  markSaved(): void {
    this.#unsaved.clear();
  }
}

/**
 * Those of a concept's gestures that are missing in its mask.
 *
 * @param gestures in their order
 * @param mask the mask that the concept has
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
  // Somebody else has changed the mask: what was finished is in its history or was taken back.
  return fitting.filter(({ isCutShort }) => isCutShort);
}

/** Paints a recorded gesture; it is still to be committed. */
export function replayGesture(session: MaskSession, { effects }: RecordedGesture): void {
  for (const effect of effects) session.paint(effect);
}
