/**
 * Placement geometry: moving, scaling, rotating and mirroring, without a canvas.
 *
 * A point p of the picture, in its pixels from its top left corner, maps to the scene at
 *
 *     centre + R(rotation) * scale * F * (p - size / 2)
 *
 * with F = diag(-1 where mirrored), R clockwise for positive degrees since y points down.
 */
import type { Placement } from '../../electron/contract/placement.ts';
import type { Point } from './mask-plane.ts';
import type { Size } from './view-transform.ts';

/** A placed picture's geometry; lengths in background pixels. */
export type PlacedGeometry = Pick<Placement, 'x' | 'y' | 'scale' | 'rotationDeg' | 'flipX' | 'flipY'>;

/** Corners in order around the picture, before rotation. */
export const CORNERS = ['topLeft', 'topRight', 'bottomRight', 'bottomLeft'] as const;
export type Corner = (typeof CORNERS)[number];

/** Signs of a corner relative to the centre. */
const cornerSigns: Readonly<Record<Corner, Point>> = {
  topLeft: { x: -1, y: -1 },
  topRight: { x: 1, y: -1 },
  bottomRight: { x: 1, y: 1 },
  bottomLeft: { x: -1, y: 1 },
};

/** Smallest side of a placed picture, in background pixels: smaller ones are hard to grab again. */
export const MIN_SIDE_PX = 4;
/** Largest scale. */
export const MAX_SCALE = 64;
/** Rotation step with Shift. */
const ROTATION_STEP_DEG = 15;

/** The same angle in -180 < angle <= 180. */
export function normaliseDeg(angle: number): number {
  const turned = ((angle % 360) + 360) % 360;
  return turned > 180 ? turned - 360 : turned;
}

/** Rotates a vector clockwise, as seen on a screen. */
export function rotate({ x, y }: Point, degrees: number): Point {
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  return { x: cos * x - sin * y, y: sin * x + cos * y };
}

/** Position of a frame corner in the scene; mirroring flips the content, not the frame. */
export function cornerOf({ x, y, scale, rotationDeg }: PlacedGeometry, image: Size, corner: Corner): Point {
  const sign = cornerSigns[corner];
  const away = rotate(
    { x: (sign.x * image.width * scale) / 2, y: (sign.y * image.height * scale) / 2 },
    rotationDeg,
  );
  return { x: x + away.x, y: y + away.y };
}

/** The four corners in the scene, in the order of {@link CORNERS}. */
export function cornersOf(geometry: PlacedGeometry, image: Size): readonly Point[] {
  return CORNERS.map((corner) => cornerOf(geometry, image, corner));
}

/** Bounds of a rotated picture in the scene; fractional. */
export function boundsOfPlaced(
  geometry: PlacedGeometry,
  image: Size,
): { left: number; top: number; right: number; bottom: number } {
  const corners = cornersOf(geometry, image);
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
}

/** Maps a point of the scene to the picture's pixels. */
export function toPicture(
  { x, y, scale, rotationDeg, flipX, flipY }: PlacedGeometry,
  image: Size,
  point: Point,
): Point {
  const away = rotate({ x: point.x - x, y: point.y - y }, -rotationDeg);
  return {
    x: ((flipX ? -1 : 1) * away.x) / scale + image.width / 2,
    y: ((flipY ? -1 : 1) * away.y) / scale + image.height / 2,
  };
}

/** Whether a point of the scene is in the picture's frame. */
export function isInPlaced(geometry: PlacedGeometry, image: Size, point: Point): boolean {
  const { x, y } = toPicture(geometry, image, point);
  return x >= 0 && y >= 0 && x <= image.width && y <= image.height;
}

export function moveBy<Placed extends PlacedGeometry>(placed: Placed, x: number, y: number): Placed {
  return { ...placed, x: placed.x + x, y: placed.y + y };
}

/** Clamps a scale. */
export function clampScale(scale: number, image: Size): number {
  return Math.min(Math.max(scale, MIN_SIDE_PX / Math.max(image.width, image.height)), MAX_SCALE);
}

/**
 * Scales by dragging a corner to a point: the corner follows the point along its diagonal.
 *
 * @param about the fixed point: the opposite corner or, with Alt, the centre
 */
export function scaleByCorner<Placed extends PlacedGeometry>(
  placed: Placed,
  image: Size,
  corner: Corner,
  to: Point,
  about: 'opposite' | 'centre',
): Placed {
  const opposite = CORNERS[(CORNERS.indexOf(corner) + 2) % 4]!;
  const fixed = about === 'centre' ? { x: placed.x, y: placed.y } : cornerOf(placed, image, opposite);
  const from = cornerOf(placed, image, corner);
  // The point's projection onto the diagonal, as a share of it.
  const along = { x: from.x - fixed.x, y: from.y - fixed.y };
  const lengthSquared = along.x * along.x + along.y * along.y;
  const share = ((to.x - fixed.x) * along.x + (to.y - fixed.y) * along.y) / lengthSquared;
  return scaleAbout(placed, image, placed.scale * Math.max(share, 0), fixed);
}

/** Sets the scale and keeps a point of the scene fixed. */
export function scaleAbout<Placed extends PlacedGeometry>(
  placed: Placed,
  image: Size,
  wanted: number,
  fixed: Point,
): Placed {
  const scale = clampScale(wanted, image);
  const factor = scale / placed.scale;
  return {
    ...placed,
    scale,
    x: fixed.x + (placed.x - fixed.x) * factor,
    y: fixed.y + (placed.y - fixed.y) * factor,
  };
}

/**
 * Rotates by dragging from one point around the centre to another.
 *
 * @param inSteps rounds the resulting angle to multiples of 15 degrees
 */
export function rotateByDrag<Placed extends PlacedGeometry>(
  placed: Placed,
  from: Point,
  to: Point,
  inSteps: boolean,
): Placed {
  const angleOf = ({ x, y }: Point) => (Math.atan2(y - placed.y, x - placed.x) * 180) / Math.PI;
  const angle = placed.rotationDeg + angleOf(to) - angleOf(from);
  const turned = inSteps ? Math.round(angle / ROTATION_STEP_DEG) * ROTATION_STEP_DEG : angle;
  return { ...placed, rotationDeg: normaliseDeg(turned) };
}

/** Mirrors the visible picture: its rotation is reversed too, so that the scene shows its mirror image. */
export function flip<Placed extends PlacedGeometry>(placed: Placed, axis: 'x' | 'y'): Placed {
  const rotationDeg = normaliseDeg(-placed.rotationDeg);
  return axis === 'x'
    ? { ...placed, rotationDeg, flipX: !placed.flipX }
    : { ...placed, rotationDeg, flipY: !placed.flipY };
}

/** How far an arrow key moves, in background pixels; undefined for other keys. */
export function nudgeOf(key: string, shift: boolean): Point | undefined {
  const step = shift ? 10 : 1;
  switch (key) {
    case 'ArrowLeft':
      return { x: -step, y: 0 };
    case 'ArrowRight':
      return { x: step, y: 0 };
    case 'ArrowUp':
      return { x: 0, y: -step };
    case 'ArrowDown':
      return { x: 0, y: step };
    default:
      return undefined;
  }
}
