/**
 * The tool in hand, whatever it works on: gives what the user does on the canvas to the masks, to the placed pictures or to
 * the frame. A gesture stays with what it began on.
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

/** The tools of masks, which move and transform placed pictures too, the hand, and the frame's. */
export type CanvasTool = ToolName | 'hand' | 'frame';

/** What the tools work on. */
export interface ToolScene {
  /** Of the picture on the canvas, in pixels. */
  readonly size: Size;
  readonly masks: readonly PaintableMask[];
  /** The mask in hand. */
  readonly activeMaskId: string | null;
  /** In layer order; those that are placed lie on the picture. */
  readonly concepts: readonly DocumentConcept[];
  /** The concept in hand. */
  readonly activeId: string | null;
}

type Target = 'masks' | 'place' | 'frame';

/** How near to the box of a mask in hand the pointer takes it, in screen pixels. */
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

  /** A gesture is under way that Escape would drop. */
  get isActive(): boolean {
    return this.masks.isActive || this.place.isActive || this.frame.isActive;
  }

  /** Gestures and operations that were finished so far. */
  get gestureCount(): number {
    return this.masks.gestureCount + this.#placeCount;
  }

  /** A gesture on what is placed, or on the frame, was finished. */
  count(): void {
    this.#placeCount++;
  }

  get tool(): CanvasTool {
    return this.#tool;
  }

  /** Takes a tool in hand. What the one before was in the middle of is kept, as if it had been finished. */
  setTool(tool: CanvasTool): void {
    if (tool === this.#tool) return;
    this.#concludePlaced();
    this.#tool = tool;
    if (tool === 'frame') this.masks.conclude();
    // The hand only looks: what the mask's tool is in the middle of goes on after it.
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

  /** Feeds the tool in hand, in background pixels. */
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
   * The pointer is wanted for something else, such as a pinch.
   *
   * @param hasDrawn whether the pointer has gone farther than a click may
   */
  interrupt(hasDrawn: boolean): void {
    if (this.#target === 'masks') this.masks.interrupt(hasDrawn);
    else if (hasDrawn) this.#concludePlaced();
    else this.#cancelPlaced();
  }

  /** Drops the gesture under way. */
  cancel(): void {
    this.masks.cancel();
    this.#cancelPlaced();
  }

  /** Ends the gesture under way and keeps what it did: the user goes on to something else. */
  conclude(): void {
    this.masks.conclude();
    this.#concludePlaced();
  }

  /** Another project is about to be shown: see {@link MaskWorkbench.leaveProject}. */
  leaveProject(): void {
    this.#cancelPlaced();
    this.masks.leaveProject();
  }

  /** Everything that was drawn so far and saved is in the history. */
  markSaved(): void {
    this.masks.markSaved();
  }

  /** Moves the placed picture or the frame in hand by the keyboard. @returns whether there is one */
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

  /** With the move tool: the mask in hand where the pointer is on it, else what is placed. */
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
