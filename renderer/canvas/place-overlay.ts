/** The overlay of placed pictures and the frame: handles, snapping lines, the frame. */
import Konva from 'konva';
import type { FrameRectangle } from '../../electron/contract/frame.ts';
import { rotateHandleOf } from '../editor/place-tool.ts';
import { cornersOf } from '../editor/placement.ts';
import type { SnapGuide } from '../editor/snapping.ts';
import type { Size } from '../editor/view-transform.ts';
import type { PlacedPicture } from './place-workbench.ts';

const HANDLE_PX = 10;
const ROTATE_RADIUS_PX = 6;
const DARK = 'rgba(0, 0, 0, 0.75)';
const LIGHT = '#ffffff';
const GUIDE = '#ff2d95';

export interface OverlayScene {
  readonly background: Size;
  /** The active placed picture, with handles while it can be transformed. */
  readonly placed: PlacedPicture | undefined;
  readonly hasHandles: boolean;
  readonly guides: readonly SnapGuide[];
  /** Shown if it is not the whole background, or the frame tool is active. */
  readonly frame: FrameRectangle | undefined;
  readonly isFrameTool: boolean;
}

export class PlaceOverlay {
  readonly shape: Konva.Shape;
  #scene: OverlayScene | undefined;

  constructor() {
    this.shape = new Konva.Shape({
      listening: false,
      perfectDrawEnabled: false,
      sceneFunc: (context, shape) => {
        if (this.#scene) draw(context._context, this.#scene, 1 / shape.getAbsoluteScale().x);
      },
    });
  }

  show(scene: OverlayScene): void {
    this.#scene = scene;
  }

  clear(): void {
    this.#scene = undefined;
  }
}

/** @param px a screen pixel in background pixels */
function draw(canvas: CanvasRenderingContext2D, scene: OverlayScene, px: number): void {
  if (scene.frame) drawFrame(canvas, scene.frame, scene, px);
  if (scene.placed) drawHandles(canvas, scene.placed, scene.hasHandles, px);
  for (const { axis, at } of scene.guides) {
    canvas.strokeStyle = GUIDE;
    canvas.lineWidth = px;
    canvas.beginPath();
    canvas.moveTo(axis === 'x' ? at : 0, axis === 'x' ? 0 : at);
    canvas.lineTo(axis === 'x' ? at : scene.background.width, axis === 'x' ? scene.background.height : at);
    canvas.stroke();
  }
}

function drawFrame(
  canvas: CanvasRenderingContext2D,
  { left, top, width, height }: FrameRectangle,
  { background, isFrameTool }: OverlayScene,
  px: number,
): void {
  // Dim everything outside the frame.
  canvas.fillStyle = isFrameTool ? 'rgba(0, 0, 0, 0.45)' : 'rgba(0, 0, 0, 0.16)';
  canvas.beginPath();
  canvas.rect(0, 0, background.width, background.height);
  canvas.rect(left, top, width, height);
  canvas.fill('evenodd');
  twoTone(canvas, px, [8 * px, 5 * px], () => canvas.strokeRect(left, top, width, height));
  if (!isFrameTool) return;
  for (const x of [left, left + width / 2, left + width]) {
    for (const y of [top, top + height / 2, top + height]) {
      if (x !== left + width / 2 || y !== top + height / 2) square(canvas, x, y, px);
    }
  }
}

function drawHandles(
  canvas: CanvasRenderingContext2D,
  { placement, cutOut }: PlacedPicture,
  hasHandles: boolean,
  px: number,
): void {
  const corners = cornersOf(placement, cutOut);
  const { edge, handle } = rotateHandleOf(placement, cutOut, 1 / px);
  twoTone(canvas, px, [], () => {
    canvas.beginPath();
    for (const { x, y } of corners) canvas.lineTo(x, y);
    canvas.closePath();
    if (hasHandles) {
      canvas.moveTo(edge.x, edge.y);
      canvas.lineTo(handle.x, handle.y);
    }
    canvas.stroke();
  });
  if (!hasHandles) return;
  for (const { x, y } of corners) square(canvas, x, y, px);
  canvas.beginPath();
  canvas.arc(handle.x, handle.y, ROTATE_RADIUS_PX * px, 0, 2 * Math.PI);
  fillHandle(canvas, px);
}

/** Two lines, dark under light, to be visible on any picture. */
function twoTone(
  canvas: CanvasRenderingContext2D,
  px: number,
  dash: readonly number[],
  stroke: () => void,
): void {
  canvas.strokeStyle = DARK;
  canvas.lineWidth = 3 * px;
  stroke();
  canvas.strokeStyle = LIGHT;
  canvas.lineWidth = 1.25 * px;
  canvas.setLineDash([...dash]);
  stroke();
  canvas.setLineDash([]);
}

function square(canvas: CanvasRenderingContext2D, x: number, y: number, px: number): void {
  const side = HANDLE_PX * px;
  canvas.beginPath();
  canvas.rect(x - side / 2, y - side / 2, side, side);
  fillHandle(canvas, px);
}

function fillHandle(canvas: CanvasRenderingContext2D, px: number): void {
  canvas.fillStyle = LIGHT;
  canvas.strokeStyle = DARK;
  canvas.lineWidth = 1.5 * px;
  canvas.fill();
  canvas.stroke();
}
