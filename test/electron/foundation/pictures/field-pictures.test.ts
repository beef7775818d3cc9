/** Files as other programs write them: what is accepted, what is refused with which words, what is removed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import {
  decodePixels,
  normalisePicture,
} from '../../../../electron/foundation/pictures/picture-operations.ts';

const fieldFile = (name: string) => readFile(join(import.meta.dirname, 'files', name));

const refusalOf = async (step: Promise<unknown>): Promise<StudioError> => {
  const error = await step.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof StudioError) return error;
  throw new Error('it was taken');
};

describe('is accepted:', () => {
  test.each([
    ['plain.jpg', 'image/jpeg', []],
    ['progressive.jpg', 'image/jpeg', []],
    ['cmyk.jpg', 'image/png', []],
    ['sixteen-bit.png', 'image/png', []],
    ['deflate.tif', 'image/png', []],
    ['picture.avif', 'image/png', []],
    ['see-through.png', 'image/png', ['transparent']],
    ['animated.gif', 'image/png', ['first-frame']],
    ['animated.webp', 'image/png', ['first-frame']],
    ['animated.apng.png', 'image/png', ['first-frame']],
    ['two-pages.tif', 'image/png', ['first-frame']],
  ])('%s as %s, with the notes %j', async (name, mediaType, notes) => {
    const bytes = await fieldFile(name);
    const picture = await normalisePicture(bytes, name, 'picture', null);
    expect(picture).toMatchObject({ mediaType, notes });
    const { width, height } = await decodePixels(bytes, name, 'picture');
    expect(picture).toMatchObject({ width, height });
    const kept = await sharp(picture.bytes).metadata();
    expect(kept).toMatchObject({ space: 'srgb', depth: 'uchar', width, height });
    expect(kept.pages ?? 1).toBe(1);
    expect(Buffer.from(picture.bytes).includes('acTL')).toBe(false);
  });

  test.each(['animated.gif', 'animated.webp', 'animated.apng.png', 'two-pages.tif'])(
    '%s shows its first frame',
    async (name) => {
      const { data } = await decodePixels(await fieldFile(name), name, 'picture');
      expect(data[0]).toBeGreaterThan(250);
      expect(data[2]).toBeLessThan(5);
    },
  );

  test('sixteen bits and CMYK look like eight bits in sRGB', async () => {
    const [plain, deep, inks] = await Promise.all(
      ['plain.jpg', 'sixteen-bit.png', 'cmyk.jpg'].map(async (name) =>
        decodePixels(await fieldFile(name), name, 'picture'),
      ),
    );
    const farthest = (data: Uint8Array) =>
      Math.max(...data.map((value, at) => Math.abs(value - plain!.data[at]!)));
    expect(farthest(deep!.data)).toBeLessThan(12);
    expect(inks!.data.length).toBe(plain!.data.length);
  });
});

describe('is refused:', () => {
  test.each([
    [
      'phone.heic',
      /is a HEIC picture.*PNG, JPEG, WebP, AVIF, TIFF or GIF.*16384 pixels.*Save it as JPEG or PNG/,
    ],
    ['picture.bmp', /is a BMP picture.*Save it as PNG/],
    ['page.png', /is a web page.*Save the picture itself/],
    ['svg-that-never-ends.png', /is an SVG drawing.*Export it as PNG/],
    ['empty.png', /file is empty/],
    ['cut-off.jpg', /damaged or incomplete\. .*PNG/],
    [
      'wide-12000.png',
      /12000 x 9000 pixels; a picture may have at most 16384 pixels a side and 100 megapixels/,
    ],
    [
      'bomb-60000.png',
      /60000 x 60000 pixels; a picture may have at most 16384 pixels a side and 100 megapixels/,
    ],
  ])('%s, saying %s', async (name, sentence) => {
    const bytes = await fieldFile(name);
    for (const refused of [
      () => normalisePicture(bytes, name, 'picture', null),
      () => normalisePicture(bytes, name, 'mask', { width: 64, height: 64, mode: 'contain' }),
      () => decodePixels(bytes, name, 'picture'),
    ]) {
      const { code, message } = await refusalOf(refused());
      expect(code).toBe('ASSET_INVALID');
      expect(message).toMatch(sentence);
      expect(message.startsWith(name)).toBe(true);
      expect(message).not.toMatch(/input buffer|vips|unsupported|seek|heif:|loader|\n/i);
    }
  });

  test.each([
    ['a Photoshop document', '8BPS\0\x01'],
    ['a PDF', '%PDF-1.7'],
    ['a video', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'],
    ['a JPEG XL picture', '\xff\x0a\0\0'],
    ['an SVG drawing', '\ufeff<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a web page', '\n  <HTML><img src="x"></HTML>'],
    ['a camera’s raw file', 'II*\0\x10\0\0\0CR\x02\0'],
  ])('%s by its content', async (kind, head) => {
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(64)]);
    const { code, message } = await refusalOf(normalisePicture(bytes, 'a.png', 'picture', null));
    expect(code).toBe('ASSET_INVALID');
    expect(message).toContain(kind);
  });

  test('only the loaders of the accepted formats can be reached, whatever the bytes imitate', async () => {
    const svg = await fieldFile('svg-that-never-ends.png');
    await expect(sharp(svg).metadata()).rejects.toThrow();
    await expect(sharp(Buffer.from('P6 1 1 255 abc')).metadata()).rejects.toThrow();
  });
});

describe('the location of a picture does not get into a project', () => {
  const traces = /48\.8584|Paris|GPS|Exif|xap|TestPhone/i;

  test.each(['located-upright.jpg', 'located.png', 'located.webp'])(
    '%s keeps its pixels as they are encoded',
    async (name) => {
      const bytes = await fieldFile(name);
      expect(bytes.toString('latin1')).toMatch(traces);
      const picture = await normalisePicture(bytes, name, 'picture', null);
      expect(Buffer.from(picture.bytes).toString('latin1')).not.toMatch(traces);
      expect(picture.mediaType).toBe(`image/${name.split('.')[1]!.replace('jpg', 'jpeg')}`);
      const { exif, xmp, iptc } = await sharp(picture.bytes).metadata();
      expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
      expect((await decodePixels(picture.bytes, name, 'picture')).data).toEqual(
        (await decodePixels(bytes, name, 'picture')).data,
      );
      // Stripping again changes nothing: there is nothing left to remove.
      expect((await normalisePicture(picture.bytes, name, 'picture', null)).bytes).toBe(picture.bytes);
    },
  );

  test('a picture with an orientation is turned upright', async () => {
    const bytes = await fieldFile('located-turned.jpg');
    const picture = await normalisePicture(bytes, 'photo', 'picture', null);
    expect(picture).toMatchObject({ width: 30, height: 40, mediaType: 'image/png' });
    expect(Buffer.from(picture.bytes).toString('latin1')).not.toMatch(traces);
    expect((await decodePixels(picture.bytes, 'photo', 'picture')).data).toEqual(
      (await decodePixels(bytes, 'photo', 'picture')).data,
    );
  });
});
