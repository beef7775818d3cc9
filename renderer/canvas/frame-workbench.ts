/** The frame on the canvas: the document's, and the current gesture on it. Outside React. */
import type { FrameRectangle } from '../../electron/contract/frame.ts';
import {
  concludeFrame,
  FRAME_IDLE,
  type FrameInput,
  type FrameState,
  nudgedFrame,
  stepFrame,
} from '../editor/frame-tool.ts';
import type { Point } from '../editor/mask-plane.ts';
import type { Size } from '../editor/view-transform.ts';

export class FrameWorkbench {
  readonly #commit: (frame: FrameRectangle) => void;
  #background: Size = { width: 1, height: 1 };
  #frame: FrameRectangle = { left: 0, top: 0, width: 1, height: 1 };
  #scale = 1;
  #state: FrameState = FRAME_IDLE;
  #shown: FrameRectangle | undefined;
  #isNudging = false;
  #redraw: () => void = () => {};

  /** @param commit called with a gesture's final frame, one step of the history */
  constructor(commit: (frame: FrameRectangle) => void) {
    this.#commit = commit;
  }

  /** Called when the frame has to be redrawn. At most one canvas listens. */
  setRedraw(redraw: () => void): void {
    this.#redraw = redraw;
  }

  /** The frame to draw now. */
  get shown(): FrameRectangle {
    return this.#shown ?? this.#frame;
  }

  get isActive(): boolean {
    return this.#state.drag !== undefined || this.#isNudging;
  }

  follow({ left, top, width, height }: FrameRectangle, background: Size): void {
    this.#frame = { left, top, width, height };
    this.#background = { width: background.width, height: background.height };
    if (!this.isActive) this.#shown = undefined;
    this.#redraw();
  }

  /** @param scale screen pixels per background pixel */
  setScale(scale: number): void {
    this.#scale = scale;
  }

  input(input: FrameInput): void {
    if (input.kind === 'down') this.conclude();
    const scene = { background: this.#background, frame: this.shown, scale: this.#scale };
    const { state, shown, committed } = stepFrame(this.#state, input, scene);
    this.#state = state;
    this.#end(committed ?? shown, committed);
  }

  cancel(): void {
    this.#state = FRAME_IDLE;
    this.#isNudging = false;
    this.#end(undefined, undefined);
  }

  /** Commits the current gesture. */
  conclude(): void {
    this.endNudging();
    const frame = concludeFrame(this.#state);
    this.#state = FRAME_IDLE;
    if (frame) this.#end(frame, frame);
  }

  /** Moves the frame by the keyboard; {@link endNudging} commits the moves as one step of the history. */
  nudge(by: Point): void {
    if (this.#state.drag) return;
    this.#isNudging = true;
    this.#end(nudgedFrame(this.shown, by, this.#background), undefined);
  }

  endNudging(): void {
    if (!this.#isNudging) return;
    this.#isNudging = false;
    this.#end(this.shown, this.shown);
  }

  #end(shown: FrameRectangle | undefined, committed: FrameRectangle | undefined): void {
    this.#shown = shown;
    if (committed) this.#commit(committed);
    this.#redraw();
  }
}
