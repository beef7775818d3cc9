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
}

export interface SheetRow {
  /** Stands to the left of the row. */
  readonly label?: string;
  readonly tiles: readonly SheetTile[];
}

const PAPER = '#ffffff';
const INK = '#202020';
const GAP_PX = 12;
const ROW_LABEL_WIDTH_PX = 96;

/**
 * Draws a sheet. All tiles have one size.
 *
 * @param rows at least one, with at least one tile each
 * @returns a PNG file
 */
export async function drawSheet(rows: readonly SheetRow[]): Promise<Uint8Array> {
  const { width: tileWidth, height: tileHeight } = rows[0]!.tiles[0]!.image;
  const marginLeft = rows.some(({ label }) => label !== undefined) ? ROW_LABEL_WIDTH_PX + 2 * GAP_PX : GAP_PX;
  const columns = Math.max(...rows.map(({ tiles }) => tiles.length));
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
    for (const [column, { image }] of tiles.entries()) {
      const left = marginLeft + column * (tileWidth + GAP_PX);
      const caption = captions[column];
      if (caption) place(caption, left + tileWidth / 2, top + captionHeight / 2);
      overlays.push({
        input: Buffer.from(image.data),
        raw: { width: image.width, height: image.height, channels: 3 },
        left,
        top: pictureTop,
      });
    }
    if (label !== undefined) {
      const drawn = await drawLabel(label, { widthPx: ROW_LABEL_WIDTH_PX, color: INK });
      place(drawn, GAP_PX + ROW_LABEL_WIDTH_PX / 2, pictureTop + tileHeight / 2);
    }
    top = pictureTop + tileHeight + GAP_PX;
  }
  const width = marginLeft + columns * (tileWidth + GAP_PX);
  return sharp({ create: { width, height: top, channels: 3, background: PAPER } })
    .composite(overlays)
    .png({ compressionLevel: 9 })
    .toBuffer();
}
