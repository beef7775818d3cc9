/**
 * The active tool: passes the user's input on the canvas to the masks, the placed pictures or the frame. A gesture
 * stays with the target that it started on.
 */
import type { DocumentConcept } from '../../electron/contract/scene-document.ts';
import type { Point } from '../editor/mask-plane.ts';
import type { PaintableMask } from '../editor/mask-target.ts';
import type { ToolInput } from '../editor/tools/tool.ts';
import type { ToolName } from '../editor/tools/tools.ts';
import type { Size } from '../editor/view-transform.ts';
import type { FrameWorkbench } from './frame-workbench.ts';
import type { MaskWorkbench } from './mask-workbench.ts';
import type { PlaceWorkbench } from './place-workbench.ts';

/** The mask tools (move and transform also work on placed pictures), the hand, and the frame tool. */
export type CanvasTool = ToolName | 'hand' | 'frame';

/** What the tools work on. */
export interface ToolScene {
  /** Of the picture on the canvas, in pixels. */
  readonly size: Size;
  readonly masks: readonly PaintableMask[];
  /** The active mask. */
  readonly activeMaskId: string | null;
  /** In layer order; placed ones lie on the picture. */
  readonly concepts: readonly DocumentConcept[];
  /** The active concept. */
  readonly activeId: string | null;
}

type Target = 'masks' | 'place' | 'frame';

/** How near the pointer must be to the active mask's box to grab it, in screen pixels. */
const NEAR_PX = 12;

export class CanvasTools {
  readonly masks: MaskWorkbench;
  readonly place: PlaceWorkbench;
  readonly frame: FrameWorkbench;
  #tool: CanvasTool = 'brush';
  #target: Target = 'masks';
  #activeMaskId: string | null = null;
  #scale = 1;
  #placeCount = 0;

  constructor(masks: MaskWorkbench, place: PlaceWorkbench, frame: FrameWorkbench) {
    this.masks = masks;
    this.place = place;
    this.frame = frame;
  }

  /** Whether a gesture is in progress that Escape would cancel. */
  get isActive(): boolean {
    return this.masks.isActive || this.place.isActive || this.frame.isActive;
  }

  /** Number of finished gestures and operations. */
  get gestureCount(): number {
    return this.masks.gestureCount + this.#placeCount;
  }

  /** Called when a gesture on a placed picture or the frame has finished. */
  count(): void {
    this.#placeCount++;
  }

  get tool(): CanvasTool {
    return this.#tool;
  }

  /** Activates a tool. The previous tool's unfinished gesture is committed. */
  setTool(tool: CanvasTool): void {
    if (tool === this.#tool) return;
    this.#concludePlaced();
    this.#tool = tool;
    if (tool === 'frame') this.masks.conclude();
    // The hand only pans: the mask tool's gesture continues after it.
    else if (tool !== 'hand') this.masks.setTool(tool);
  }

  /** Follows the document, or the part of it that is shown. */
  follow({ size, masks, activeMaskId, concepts, activeId }: ToolScene): void {
    this.#activeMaskId = activeMaskId;
    this.masks.follow(masks, size, activeMaskId);
    this.place.follow(concepts, size, activeId);
  }

  /** @param scale screen pixels per background pixel */
  setScale(scale: number): void {
    this.#scale = scale;
    this.masks.setSettings({ scale });
    this.place.setSettings({ scale });
    this.frame.setScale(scale);
  }

  /** Passes an input to the active tool, in background pixels. */
  input(input: ToolInput): void {
    if (input.kind === 'down') this.#target = this.#targetAt(input.pointer);
    if (this.#target === 'masks' || input.kind === 'double' || input.kind === 'confirm') {
      if (this.#target === 'masks') this.masks.input(input);
      return;
    }
    const target = this.#target === 'place' ? this.place : this.frame;
    if (input.kind === 'lift') target.conclude();
    else if (input.kind === 'cancel') target.cancel();
    else {
      const { x, y, shift, alt } = input.pointer;
      target.input({ kind: input.kind, point: { x, y }, shift, alt });
    }
  }

  /**
   * The pointer is needed for something else, such as a pinch.
   *
   * @param hasDrawn whether the pointer moved farther than a click may
   */
  interrupt(hasDrawn: boolean): void {
    if (this.#target === 'masks') this.masks.interrupt(hasDrawn);
    else if (hasDrawn) this.#concludePlaced();
    else this.#cancelPlaced();
  }

  /** Cancels the current gesture. */
  cancel(): void {
    this.masks.cancel();
    this.#cancelPlaced();
  }

  /** Commits the current gesture, because the user does something else. */
  conclude(): void {
    this.masks.conclude();
    this.#concludePlaced();
  }

  /** Called before another project is shown: see {@link MaskWorkbench.leaveProject}. */
  leaveProject(): void {
    this.#concludePlaced();
    // A drag that has not moved.
    this.#cancelPlaced();
    this.masks.leaveProject();
  }

  /** Everything drawn and saved so far is in the history. */
  markSaved(): void {
    this.masks.markSaved();
  }

  /** Moves the active placed picture or the frame by the keyboard. @returns whether there is one */
  nudge(by: Point): boolean {
    if (this.#tool === 'move') return this.place.nudge(by);
    if (this.#tool !== 'frame') return false;
    this.frame.nudge(by);
    return true;
  }

  endNudging(): void {
    this.place.endNudging();
    this.frame.endNudging();
  }

  #concludePlaced(): void {
    this.place.conclude();
    this.frame.conclude();
  }

  #cancelPlaced(): void {
    this.place.cancel();
    this.frame.cancel();
  }

  /** The move tool works on the active mask if the pointer is on it, else on placed pictures. */
  #targetAt(point: Point): Target {
    if (this.#tool === 'frame') return 'frame';
    if (this.#tool !== 'move') return 'masks';
    if (this.place.active) return 'place';
    const bounds = this.#activeMaskId === null ? undefined : this.masks.boundsOf(this.#activeMaskId);
    const near = NEAR_PX / this.#scale;
    const isOnMask =
      bounds !== undefined &&
      point.x >= bounds.left - near &&
      point.x <= bounds.right + near &&
      point.y >= bounds.top - near &&
      point.y <= bounds.bottom + near;
    return !isOnMask && this.place.isOver(point) ? 'place' : 'masks';
  }
}
