/** Masks of vertical stripes, for tests of exports. */
import sharp from 'sharp';

/** Size of the exported pictures. */
export const [WIDTH, HEIGHT] = [16, 8];

/** A mask with a value in the columns from..to and 0 elsewhere, as a PNG file. */
export function columnMask(from: number, to: number, value = 255): Promise<Buffer> {
  return sharp(
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH >= from && i % WIDTH < to ? value : 0)),
    { raw: { width: WIDTH, height: HEIGHT, channels: 1 } },
  )
    .toColourspace('b-w')
    .png()
    .toBuffer();
}
