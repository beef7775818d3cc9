/**
 * Results that show by themselves. A render that the user asked for shows on the canvas when it is done; but one
 * who has begun to paint since keeps the canvas, and sees a message that the result is there.
 */
import type { RenderSummary } from '../../electron/contract/render-record.ts';

/** What of the mask workbench counts. */
export interface PaintingState {
  /** A gesture is under way. */
  readonly isActive: boolean;
  /** Gestures that were finished so far. */
  readonly gestureCount: number;
}

export interface ResultViews {
  readonly show: (render: RenderSummary) => void;
  readonly announce: (render: RenderSummary) => void;
}

/** What a page leaves to the next one of a render whose end it has not seen. */
export interface AwaitedRender {
  readonly renderId: string;
  /** Whether the user has painted since it was asked for. */
  readonly hasPainted: boolean;
}

/** The mark of a render that is only to be offered, whatever the user does from now on. */
const PAINTED = -1;

export class AwaitedResults {
  readonly #painting: PaintingState;
  readonly #places: ResultViews;
  readonly #marks = new Map<string, number>();

  constructor(painting: PaintingState, places: ResultViews) {
    this.#painting = painting;
    this.#places = places;
  }

  /** Where the painting stands; to be taken before the render is asked for. */
  mark(): number {
    return this.#painting.gestureCount;
  }

  /** From now on the end of this render counts. */
  expect(renderId: string, mark: number): void {
    this.#marks.set(renderId, mark);
  }

  /** Those whose end is still to come. */
  awaited(): readonly AwaitedRender[] {
    return [...this.#marks].map(([renderId, mark]) => ({ renderId, hasPainted: mark !== this.mark() }));
  }

  /** Goes on waiting for what the page before this one waited for. */
  resume(renders: readonly AwaitedRender[]): void {
    for (const { renderId, hasPainted } of renders) {
      this.expect(renderId, hasPainted ? PAINTED : this.mark());
    }
  }

  /** A render changed its state. */
  changed(render: RenderSummary): void {
    const mark = this.#marks.get(render.renderId);
    if (mark === undefined || render.state === 'queued' || render.state === 'running') return;
    this.#marks.delete(render.renderId);
    if (render.state !== 'done') return;
    const { isActive, gestureCount } = this.#painting;
    if (isActive || gestureCount !== mark) this.#places.announce(render);
    else this.#places.show(render);
  }
}
