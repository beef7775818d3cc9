/**
 * Text for contact sheets, drawn with a bundled font: a bare machine has none, and a sheet should look the same
 * everywhere.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

// Without this configuration, fontconfig looks for the system's and warns if there is none. It reads the variable
// when the first text is drawn.
process.env.FONTCONFIG_FILE ??= join(import.meta.dirname, 'fonts.conf');

const fontFile = fileURLToPath(import.meta.resolve('@expo-google-fonts/inter/500Medium/Inter_500Medium.ttf'));

/** A drawn text: straight RGBA. */
export interface Label {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a text in one colour, wrapped to a width.
 *
 * @param color CSS colour such as '#202020'
 * @param sizePx height of the letters' body
 */
export async function drawLabel(
  text: string,
  { widthPx, color, sizePx = 15 }: { widthPx: number; color: string; sizePx?: number },
): Promise<Label> {
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${color}">${escapeMarkup(text)}</span>`,
      font: `Inter ${sizePx}`,
      fontfile: fontFile,
      width: widthPx,
      wrap: 'word-char',
      align: 'centre',
      // At 72 dots per inch a point is a pixel.
      dpi: 72,
      rgba: true,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
