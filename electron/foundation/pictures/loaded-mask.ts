/** Turns a picture in any program's convention for masks into this program's: 8-bit grey, white inside. */
import { StudioError } from '../../contract/errors.ts';
import type { PictureNote } from '../../contract/picture-formats.ts';
import { type Sharp, sharp } from './libvips.ts';
import { type MaskReading, projectColours, readingOf } from './mask-reading.ts';
import { readPicture } from './open-picture.ts';
import type { NormalisedPicture, PictureFit } from './picture-codec.ts';

/** Longest side of the sample from which a mask's kind is recognised, in pixels. */
const SAMPLE_SIDE_PX = 512;

/** The notice shown for each kind of mask that is converted. */
const NOTES: Readonly<Record<Exclude<MaskReading['kind'], 'refused' | 'lightness'>, PictureNote>> = {
  opacity: 'mask-from-opacity',
  levels: 'mask-from-levels',
  colour: 'mask-from-colour',
};

/**
 * @returns undefined for one that is read by its lightness, as masks of this program are
 * @throws StudioError ASSET_INVALID, naming what was found, when it is no mask
 */
export async function convertForeignMask(
  bytes: Uint8Array,
  name: string,
  fit: PictureFit | null,
): Promise<NormalisedPicture | undefined> {
  return readPicture(bytes, name, async ({ image, reopen }) => {
    const reading = readingOf(await sampleOf(image));
    if (reading.kind === 'lightness') return undefined;
    if (reading.kind === 'refused') {
      throw new StudioError('ASSET_INVALID', `${name} is no mask. ${reading.found}`);
    }
    const upright = reopen(bytes).autoOrient();
    const fitted =
      fit === null
        ? upright
        : upright.resize({ width: fit.width, height: fit.height, fit: fit.mode, background: '#0000' });
    const { data, info } = await (await apply(reading, fitted)).png().toBuffer({ resolveWithObject: true });
    const note = reading.kind === 'opacity' && reading.isHole ? 'mask-from-hole' : NOTES[reading.kind];
    return { bytes: data, width: info.width, height: info.height, mediaType: 'image/png', notes: [note] };
  });
}

async function apply(
  reading: Exclude<MaskReading, { kind: 'refused' | 'lightness' }>,
  fitted: Sharp,
): Promise<Sharp> {
  switch (reading.kind) {
    case 'opacity': {
      const opacity = fitted.toColourspace('srgb').ensureAlpha().extractChannel('alpha');
      const { data, info } = await opacity.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      if (reading.isHole) for (let at = 0; at < data.length; at++) data[at] = 255 - data[at]!;
      return greyOf(data, info);
    }
    case 'levels': {
      const grey = fitted.flatten({ background: '#000000' }).toColourspace('b-w');
      const { data, info } = await grey.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      const { outside, inside } = reading;
      const values = Uint8ClampedArray.from(data, (value) => (255 * (value - outside)) / (inside - outside));
      return greyOf(new Uint8Array(values.buffer), info);
    }
    case 'colour': {
      const colours = fitted.toColourspace('srgb').removeAlpha();
      const { data, info } = await colours.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      return greyOf(projectColours(data, reading.outside, reading.inside), info);
    }
  }
}

function greyOf(data: Uint8Array, { width, height }: { width: number; height: number }): Sharp {
  return sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
}

async function sampleOf(image: Sharp) {
  const sample = image
    .autoOrient()
    .resize({
      width: SAMPLE_SIDE_PX,
      height: SAMPLE_SIDE_PX,
      fit: 'inside',
      withoutEnlargement: true,
      kernel: 'nearest',
      fastShrinkOnLoad: false,
    })
    .toColourspace('srgb')
    .ensureAlpha();
  const { data, info } = await sample.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
