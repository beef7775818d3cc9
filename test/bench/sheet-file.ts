/** Sheets of pictures in docs/images. */
import { join } from 'node:path';
import sharp from 'sharp';
import { drawSheet, type SheetRow } from '../../electron/cli/contact-sheet.ts';

const SHEET_WIDTH_PX = 1968;

/** Draws docs/images/NAME.jpg, and prints its path. */
export async function writeSheet(name: string, rows: readonly SheetRow[]): Promise<void> {
  const path = join('docs', 'images', `${name}.jpg`);
  await sharp(await drawSheet(rows))
    .resize(SHEET_WIDTH_PX)
    .jpeg({ quality: 86, progressive: true })
    .toFile(path);
  console.log(path);
}
