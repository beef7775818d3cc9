/**
 * The placed pictures on the canvas, in layer order, each over its own shadow and behind what is in front of it, as in
 * the render.
 */
import { Shape } from 'react-konva';
import { placementMatrix } from '../../electron/contract/placement.ts';
import { targetId } from '../editor/mask-target.ts';
import type { Size } from '../editor/view-transform.ts';
import type { MaskWorkbench } from './mask-workbench.ts';
import type { PlacedPicture, PlaceWorkbench } from './place-workbench.ts';

export function PlacedPictures({
  workbench,
  masks,
}: {
  workbench: PlaceWorkbench;
  /** Provides the front masks. */
  masks: MaskWorkbench;
}) {
  return (
    <Shape
      perfectDrawEnabled={false}
      sceneFunc={(context) => {
        const canvas = context._context;
        for (const picture of workbench.pictures) {
          const front = masks.imageOf(targetId({ conceptId: picture.id, role: 'front' }));
          if (front)
            drawBehind(canvas, front.canvas, masks.space.background, (on) => drawPlaced(on, picture));
          else drawPlaced(canvas, picture);
        }
      }}
    />
  );
}

/** Draws on a separate canvas first, and removes what a front mask covers. */
function drawBehind(
  canvas: CanvasRenderingContext2D,
  front: HTMLCanvasElement,
  background: Size,
  draw: (on: OffscreenCanvasRenderingContext2D) => void,
): void {
  const { width, height } = canvas.canvas;
  const own = new OffscreenCanvas(width, height).getContext('2d')!;
  own.imageSmoothingEnabled = canvas.imageSmoothingEnabled;
  own.setTransform(canvas.getTransform());
  draw(own);
  own.globalCompositeOperation = 'destination-out';
  own.drawImage(front, 0, 0, background.width, background.height);
  canvas.save();
  canvas.resetTransform();
  canvas.drawImage(own.canvas, 0, 0);
  canvas.restore();
}

function drawPlaced(
  canvas: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  { placement, cutOut }: PlacedPicture,
): void {
  const { a, b, c, d, e, f } = placementMatrix(placement, cutOut);
  const { opacity, shadow } = placement;
  if (shadow && cutOut.shadow) {
    const { outline, marginPx } = cutOut.shadow;
    canvas.save();
    canvas.globalAlpha = opacity * shadow.opacity;
    // A shadow falls in the same direction at any rotation of its picture.
    canvas.translate(shadow.offsetXPx, shadow.offsetYPx);
    canvas.transform(a, b, c, d, e, f);
    canvas.drawImage(
      outline,
      -marginPx,
      -marginPx,
      cutOut.width + 2 * marginPx,
      cutOut.height + 2 * marginPx,
    );
    canvas.restore();
  }
  canvas.save();
  canvas.globalAlpha = opacity;
  canvas.transform(a, b, c, d, e, f);
  canvas.drawImage(cutOut.picture, 0, 0, cutOut.width, cutOut.height);
  canvas.restore();
}
