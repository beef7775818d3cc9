/** The placed pictures on the canvas, in layer order, each over its own shadow, as in the render. */
import { Shape } from 'react-konva';
import { placementMatrix } from '../../electron/contract/placement.ts';
import type { PlacedPicture, PlaceWorkbench } from './place-workbench.ts';

export function PlacedPictures({ workbench }: { workbench: PlaceWorkbench }) {
  return (
    <Shape
      perfectDrawEnabled={false}
      sceneFunc={(context) => {
        for (const picture of workbench.pictures) drawPlaced(context._context, picture);
      }}
    />
  );
}

function drawPlaced(canvas: CanvasRenderingContext2D, { placement, cutOut }: PlacedPicture): void {
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
