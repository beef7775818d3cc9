/** A picture on the canvas: its coarsest level, and over it the visible tiles at about the screen's resolution. */
import Konva from 'konva';
import { useEffect, useRef } from 'react';
import { Shape } from 'react-konva';
import { levelFor, levelSize, tileRect, tilesIn } from '../editor/picture-levels.ts';
import type { Size } from '../editor/view-transform.ts';
import type { Picture, PictureLibrary } from './picture-library.ts';

export function TiledPicture({
  picture,
  library,
  size,
  x = 0,
  isDifference = false,
}: {
  picture: Picture;
  library: PictureLibrary;
  /** In scene coordinates. */
  size: Size;
  x?: number;
  /** Draws the difference to the picture under it. */
  isDifference?: boolean;
}) {
  const shape = useRef<Konva.Shape>(null);
  useEffect(() => library.subscribe(() => shape.current?.getLayer()?.batchDraw()), [library]);
  return (
    <Shape
      ref={shape}
      x={x}
      width={size.width}
      height={size.height}
      perfectDrawEnabled={false}
      sceneFunc={(context, node) => {
        const canvas = context._context;
        if (!isDifference) drawTiles(canvas, node, picture, library, size);
        else drawOnce(canvas, 'difference', (over) => drawTiles(over, node, picture, library, size));
      }}
    />
  );
}

function drawTiles(
  canvas: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  node: Konva.Shape,
  picture: Picture,
  library: PictureLibrary,
  size: Size,
): void {
  canvas.drawImage(picture.base, 0, 0, size.width, size.height);
  // 1. Device pixels per pixel of the picture, and the visible part of the picture.
  const perSceneX = picture.width / size.width;
  const perSceneY = picture.height / size.height;
  const level = levelFor(picture, (node.getAbsoluteScale().x * Konva.pixelRatio) / perSceneX);
  const { width: levelWidth, height: levelHeight } = levelSize(picture, level);
  const stage = node.getStage();
  if (!stage || levelWidth <= picture.base.width) {
    library.want(picture, []);
    return;
  }
  const toScene = node.getAbsoluteTransform().copy().invert();
  const from = toScene.point({ x: 0, y: 0 });
  const to = toScene.point({ x: stage.width(), y: stage.height() });
  const tiles = tilesIn(picture, level, {
    left: from.x * perSceneX,
    top: from.y * perSceneY,
    right: to.x * perSceneX,
    bottom: to.y * perSceneY,
  });
  // 2. The available tiles; the others arrive later.
  const scaleX = size.width / levelWidth;
  const scaleY = size.height / levelHeight;
  for (const tile of tiles) {
    const bitmap = library.tile(picture, tile);
    if (!bitmap) continue;
    const { left, top, right, bottom } = tileRect(picture, tile);
    canvas.drawImage(bitmap, left * scaleX, top * scaleY, (right - left) * scaleX, (bottom - top) * scaleY);
  }
  library.want(picture, tiles);
}

/** Draws on a separate canvas first: a blend mode must see overlapping tiles as one picture. */
function drawOnce(
  canvas: CanvasRenderingContext2D,
  mode: GlobalCompositeOperation,
  draw: (over: OffscreenCanvasRenderingContext2D) => void,
): void {
  const over = new OffscreenCanvas(canvas.canvas.width, canvas.canvas.height).getContext('2d')!;
  over.imageSmoothingEnabled = canvas.imageSmoothingEnabled;
  over.setTransform(canvas.getTransform());
  draw(over);
  canvas.save();
  canvas.resetTransform();
  canvas.globalCompositeOperation = mode;
  canvas.drawImage(over.canvas, 0, 0);
  canvas.restore();
}
