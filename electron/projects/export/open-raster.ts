/**
 * OpenRaster, the layered format that Krita, GIMP and MyPaint share: a ZIP of PNGs and a stack.xml
 * (OpenRaster 0.0.5: the file `mimetype` first and uncompressed, a merged picture, a thumbnail).
 */
import { type Zippable, zipSync } from 'fflate';
import type { PictureCodec } from '../../foundation/pictures/picture-codec.ts';

export interface RasterLayer {
  readonly name: string;
  /** A PNG file of the picture's size. */
  readonly png: Uint8Array;
  readonly isVisible: boolean;
}

export interface RasterImage {
  readonly width: number;
  readonly height: number;
  /** The frontmost first. */
  readonly layers: readonly RasterLayer[];
  /** The visible layers merged: a PNG file. */
  readonly merged: Uint8Array;
}

/** Makes an OpenRaster file. The same layers give the same bytes. */
export async function encodeOpenRaster(
  { width, height, layers, merged }: RasterImage,
  pictures: Pick<PictureCodec, 'thumbnail'>,
): Promise<Uint8Array> {
  const thumbnail = await pictures.thumbnail(merged, 'The result', 'png');
  const pathOf = (index: number) => `data/layer${String(index + 1).padStart(3, '0')}.png`;
  const stack = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<image version="0.0.5" w="${width}" h="${height}" xres="72" yres="72">`,
    ' <stack>',
    ...layers.map(
      ({ name, isVisible }, index) =>
        `  <layer name="${escapeXml(name)}" src="${pathOf(index)}" x="0" y="0" opacity="1.0" ` +
        `visibility="${isVisible ? 'visible' : 'hidden'}" composite-op="svg:src-over"/>`,
    ),
    ' </stack>',
    '</image>',
  ].join('\n');
  // PNGs are compressed already, and the type must be readable without unpacking.
  const stored = { level: 0 } as const;
  const files: Zippable = {
    mimetype: [Buffer.from('image/openraster', 'latin1'), stored],
    'stack.xml': Buffer.from(stack, 'utf8'),
    'mergedimage.png': [merged, stored],
    'Thumbnails/thumbnail.png': [thumbnail, stored],
  };
  for (const [index, { png }] of layers.entries()) files[pathOf(index)] = [png, stored];
  // A fixed time: the file should not reveal when it was made.
  return zipSync(files, { mtime: new Date(1980, 0, 1) });
}

const XML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Escapes a text for an attribute; characters that XML does not allow become question marks. */
function escapeXml(text: string): string {
  return Array.from(text, (character) => {
    const isControl = character < ' ' || /[\ufffe\uffff]|\p{Surrogate}/u.test(character);
    return isControl ? '?' : (XML_ESCAPES[character] ?? character);
  }).join('');
}
