/** A mask over the picture: its colour at the chosen opacity, and its outline, which is always visible. */
import { useMemo } from 'react';
import { Group, Image as KonvaImage, Rect, Shape } from 'react-konva';
import type { MaskSpace } from '../editor/mask-space.ts';
import { KeptOutline } from './kept-outline.ts';
import type { MaskImage } from './mask-image.ts';
import { strokeOutline } from './stroke-outline.ts';

/** One mask on the canvas. */
export interface ShownMask {
  readonly id: string;
  /** Opacity of its colour, 0..1. */
  readonly opacity: number;
}

/** The mask itself: white on black over the whole picture. It needs a layer of its own. */
export function BlackAndWhiteMask({ image, space }: { image: MaskImage | undefined; space: MaskSpace }) {
  if (!image) return null;
  const { width, height } = space.mask;
  return (
    <Group listening={false} scaleX={1 / space.scaleX} scaleY={1 / space.scaleY}>
      <KonvaImage image={image.canvas} />
      <Rect width={width} height={height} fill="#ffffff" globalCompositeOperation="source-in" />
      <Rect width={width} height={height} fill="#000000" globalCompositeOperation="destination-over" />
    </Group>
  );
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
  const kept = useMemo(() => (image && isActive ? new KeptOutline(image) : undefined), [image, isActive]);
  if (!image) return null;
  return (
    <Group listening={false} scaleX={1 / space.scaleX} scaleY={1 / space.scaleY}>
      <KonvaImage image={image.canvas} opacity={mask.opacity} />
      <Shape
        perfectDrawEnabled={false}
        sceneFunc={({ _context: layer }, shape) => {
          const { x: scale } = shape.getAbsoluteScale();
          const style = { colour: kept ? '#ffffff' : image.colour, linePx: LINE_PX, borderPx: BORDER_PX };
          if (kept) kept.draw(layer, scale, style);
          else strokeOutline(layer, scale, image.outline, style);
        }}
      />
    </Group>
  );
}
