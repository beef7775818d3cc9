/** Labelled sheets of pictures: the demo's overview and the sweep's grid. */
import sharp, { type OverlayOptions } from 'sharp';
import type { RgbImage } from '../pipeline/processors/image.ts';
import { drawLabel, type Label } from './labels.ts';

/** One picture with a caption above it. */
export interface SheetTile {
  readonly image: RgbImage;
  readonly caption?: string;
  /** Colour of the caption; dark by default. */
  readonly captionColor?: string;
  /** Columns to span; 1 by default. */
  readonly columns?: number;
}

export interface SheetRow {
  /** Label to the left of the row. */
  readonly label?: string;
  readonly tiles: readonly SheetTile[];
}

const PAPER = '#ffffff';
const INK = '#202020';
const GAP_PX = 12;
const ROW_LABEL_WIDTH_PX = 96;

/** Longest side of a tile: pictures of large backgrounds are shown smaller. */
const MAX_TILE_SIDE_PX = 512;

/** Size of the tiles of a sheet whose first picture has this size. */
export function tileSize(first: Size): Size {
  return within(first, { width: MAX_TILE_SIDE_PX, height: MAX_TILE_SIDE_PX });
}

/**
 * Draws a sheet. Every tile has the size of the first picture, at most {@link MAX_TILE_SIDE_PX} a side; larger
 * pictures are shrunk to fit, smaller ones centred.
 *
 * @param rows at least one, with at least one tile each
 * @returns a PNG file
 */
export async function drawSheet(rows: readonly SheetRow[]): Promise<Uint8Array> {
  const { width: tileWidth, height: tileHeight } = tileSize(rows[0]!.tiles[0]!.image);
  const marginLeft = rows.some(({ label }) => label !== undefined) ? ROW_LABEL_WIDTH_PX + 2 * GAP_PX : GAP_PX;
  const columnsOf = ({ columns = 1 }: SheetTile) => columns;
  const columns = Math.max(...rows.map(({ tiles }) => tiles.reduce((sum, tile) => sum + columnsOf(tile), 0)));
  const overlays: OverlayOptions[] = [];
  const place = ({ data, width, height }: Label, centreX: number, centreY: number) =>
    overlays.push({
      input: data,
      left: Math.max(Math.round(centreX - width / 2), 0),
      top: Math.max(Math.round(centreY - height / 2), 0),
    });
  let top = GAP_PX;
  for (const { label, tiles } of rows) {
    const captions = await Promise.all(
      tiles.map(async ({ caption, captionColor = INK }) =>
        caption === undefined ? undefined : drawLabel(caption, { widthPx: tileWidth, color: captionColor }),
      ),
    );
    const captionHeight = Math.max(...captions.map((caption) => caption?.height ?? 0));
    const pictureTop = top + (captionHeight > 0 ? captionHeight + GAP_PX / 2 : 0);
    const roomOf = (tile: SheetTile) => {
      const span = columnsOf(tile);
      const width = span * tileWidth + (span - 1) * GAP_PX;
      return { width, height: span === 1 ? tileHeight : width };
    };
    const sizes = tiles.map((tile) => within(tile.image, roomOf(tile)));
    const rowHeight = Math.max(tileHeight, ...sizes.map(({ height }) => height));
    let left = marginLeft;
    for (const [index, tile] of tiles.entries()) {
      const { image } = tile;
      const size = sizes[index]!;
      const room = roomOf(tile);
      const caption = captions[index];
      if (caption) place(caption, left + room.width / 2, top + captionHeight / 2);
      overlays.push({
        input: await shrunk(image, size),
        raw: { ...size, channels: 3 },
        left: left + Math.floor((room.width - size.width) / 2),
        top: pictureTop + Math.floor((rowHeight - size.height) / 2),
      });
      left += room.width + GAP_PX;
    }
    if (label !== undefined) {
      const drawn = await drawLabel(label, { widthPx: ROW_LABEL_WIDTH_PX, color: INK });
      place(drawn, GAP_PX + ROW_LABEL_WIDTH_PX / 2, pictureTop + rowHeight / 2);
    }
    top = pictureTop + rowHeight + GAP_PX;
  }
  const width = marginLeft + columns * (tileWidth + GAP_PX);
  return sharp({ create: { width, height: top, channels: 3, background: PAPER } })
    .composite(overlays)
    .png({ compressionLevel: 9 })
    .toBuffer();
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A size scaled down, if needed, to fit into another. */
export function within({ width, height }: Size, room: Size): Size {
  const scale = Math.min(room.width / width, room.height / height, 1);
  return { width: Math.max(Math.round(width * scale), 1), height: Math.max(Math.round(height * scale), 1) };
}

async function shrunk({ width, height, data }: RgbImage, size: Size): Promise<Buffer> {
  if (size.width === width && size.height === height) return Buffer.from(data);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer();
}
