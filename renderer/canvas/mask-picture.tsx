/** A mask over the picture: its colour at the chosen opacity, and its outline, which is always visible. */
import { Group, Image as KonvaImage, Shape } from 'react-konva';
import type { MaskSpace } from '../editor/mask-space.ts';
import type { MaskImage } from './mask-image.ts';

/** One mask on the canvas. */
export interface ShownMask {
  readonly id: string;
  /** Opacity of its colour, 0..1. */
  readonly opacity: number;
}

const LINE_PX = 1.25;
const BORDER_PX = 3;

export function MaskPicture({
  mask,
  image,
  space,
  isActive,
}: {
  mask: ShownMask;
  image: MaskImage | undefined;
  space: MaskSpace;
  isActive: boolean;
}) {
  if (!image) return null;
  return (
    <Group listening={false} scaleX={1 / space.scaleX} scaleY={1 / space.scaleY}>
      <KonvaImage image={image.canvas} opacity={mask.opacity} />
      <Shape
        perfectDrawEnabled={false}
        sceneFunc={(context, shape) => {
          // Constant width on the screen. Dark under light, to be visible on any picture.
          const { x: scale } = shape.getAbsoluteScale();
          const canvas = context._context;
          canvas.lineCap = 'square';
          canvas.strokeStyle = 'rgb(0 0 0 / 70%)';
          canvas.lineWidth = BORDER_PX / scale;
          canvas.stroke(image.outline);
          canvas.strokeStyle = isActive ? '#ffffff' : image.colour;
          canvas.lineWidth = LINE_PX / scale;
          canvas.stroke(image.outline);
        }}
      />
    </Group>
  );
}
