/** The outlines of a search’s hits: solid in the accent colour for the chosen ones, dashed for the others. */
import { useMemo } from 'react';
import { Group, Shape } from 'react-konva';
import { MaskContour } from '../editor/mask-contour.ts';
import type { MaskPlane } from '../editor/mask-plane.ts';
import type { MaskSpace } from '../editor/mask-space.ts';
import { pathOf } from './mask-image.ts';
import { strokeOutline } from './stroke-outline.ts';

export interface HitOutline {
  readonly id: string;
  /** At the size of the masks of the picture on the canvas. */
  readonly plane: MaskPlane;
  readonly isChosen: boolean;
}

const LINE_PX = 2;
const BORDER_PX = 4;
const DASH_PX = [6, 4] as const;

export function HitOutlines({ outlines, space }: { outlines: readonly HitOutline[]; space: MaskSpace }) {
  return (
    <Group listening={false} scaleX={1 / space.scaleX} scaleY={1 / space.scaleY}>
      {outlines.map((outline) => (
        <OneOutline key={outline.id} {...outline} />
      ))}
    </Group>
  );
}

function OneOutline({ plane, isChosen }: HitOutline) {
  const path = useMemo(() => outlineOf(plane), [plane]);
  return (
    <Shape
      perfectDrawEnabled={false}
      sceneFunc={(context, shape) =>
        strokeOutline(context._context, shape.getAbsoluteScale().x, path, {
          colour: isChosen ? '#33c6a6' : '#ffffff',
          linePx: LINE_PX,
          borderPx: BORDER_PX,
          dashPx: isChosen ? undefined : DASH_PX,
        })
      }
    />
  );
}

function outlineOf(plane: MaskPlane): Path2D {
  const contour = new MaskContour(plane);
  contour.update(plane, 0, plane.height);
  return pathOf(contour.lines());
}
