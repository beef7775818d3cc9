/**
 * Levels and tiles of a large picture: level k is the picture at 1 / 2^k of its size, cut into squares. Only the
 * visible part, at about the screen's resolution, is kept in memory and drawn (canvas/picture-library.ts).
 */
import type { PixelRect } from './mask-plane.ts';
import type { Size } from './view-transform.ts';

/** Side of a tile in pixels of its level. */
export const TILE_PX = 1024;

/** Longest side of the level that is always kept whole: a picture up to this size has no tiles. */
export const BASE_SIDE_PX = 2048;

export interface Tile {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** The coarsest level, which is kept whole; 0 for a picture that needs no others. */
export function baseLevel({ width, height }: Size): number {
  return Math.max(Math.ceil(Math.log2(Math.max(width, height) / BASE_SIDE_PX)), 0);
}

/** Size of a level in pixels, at least 1 per side. */
export function levelSize({ width, height }: Size, level: number): Size {
  return {
    width: Math.max(Math.round(width / 2 ** level), 1),
    height: Math.max(Math.round(height / 2 ** level), 1),
  };
}

/**
 * The coarsest level with at least one pixel per screen pixel, at most the base level.
 *
 * @param scale device pixels per picture pixel, > 0
 */
export function levelFor(picture: Size, scale: number): number {
  return Math.min(Math.max(Math.floor(-Math.log2(scale)), 0), baseLevel(picture));
}

/** The rectangle of a tile in its level, in the level's pixels. */
export function tileRect(picture: Size, { level, column, row }: Tile): PixelRect {
  const { width, height } = levelSize(picture, level);
  return {
    left: column * TILE_PX,
    top: row * TILE_PX,
    right: Math.min((column + 1) * TILE_PX, width),
    bottom: Math.min((row + 1) * TILE_PX, height),
  };
}

/**
 * The tiles of a level that a part of the picture touches, from its centre outwards.
 *
 * @param part in picture pixels, may be fractional and extend beyond the picture
 */
export function tilesIn(picture: Size, level: number, part: PixelRect): Tile[] {
  const size = levelSize(picture, level);
  const perX = size.width / picture.width / TILE_PX;
  const perY = size.height / picture.height / TILE_PX;
  const first = (at: number) => Math.max(Math.floor(at), 0);
  const last = (at: number, sidePx: number) => Math.min(Math.ceil(at), Math.ceil(sidePx / TILE_PX)) - 1;
  const tiles: Tile[] = [];
  for (let row = first(part.top * perY); row <= last(part.bottom * perY, size.height); row++) {
    for (let column = first(part.left * perX); column <= last(part.right * perX, size.width); column++) {
      tiles.push({ level, column, row });
    }
  }
  const middleX = ((part.left + part.right) / 2) * perX - 0.5;
  const middleY = ((part.top + part.bottom) / 2) * perY - 0.5;
  const away = ({ column, row }: Tile) => Math.hypot(column - middleX, row - middleY);
  return tiles.sort((a, b) => away(a) - away(b));
}
