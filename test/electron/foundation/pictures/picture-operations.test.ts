/** Importing picture files into projects: kept if suitable, converted if not, and refused with a reason. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readPicture } from '../../../../electron/foundation/pictures/open-picture.ts';
import {
  makeThumbnail,
  normalisePicture,
  pictureHeader,
} from '../../../../electron/foundation/pictures/picture-operations.ts';

const plain = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 40, b: 90, alpha: 0.5 } } });

describe('a picture', () => {
  test.each(['png', 'jpeg', 'webp'] as const)('of type %s is unchanged, byte for byte', async (format) => {
    const bytes = await plain(20, 10).toFormat(format).toBuffer();
    const picture = await normalisePicture(bytes, 'mine', 'picture', null);
    expect(picture).toMatchObject({ width: 20, height: 10, mediaType: `image/${format}` });
    expect(picture.bytes).toBe(bytes);
  });

  test('of another type becomes a PNG', async () => {
    const bytes = await plain(20, 10).tiff().toBuffer();
    expect(await normalisePicture(bytes, 'mine', 'picture', null)).toMatchObject({
      mediaType: 'image/png',
      width: 20,
    });
  });

  test('is turned upright', async () => {
    const bytes = await plain(20, 10).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const picture = await normalisePicture(bytes, 'mine', 'picture', null);
    expect(picture).toMatchObject({ width: 10, height: 20, mediaType: 'image/png' });
    expect(await pictureHeader(bytes, 'mine')).toMatchObject({
      width: 10,
      height: 20,
      mediaType: 'image/jpeg',
    });
  });

  test('is cropped or padded to a size, and never stretched', async () => {
    const bytes = await sharp({ create: { width: 40, height: 10, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer();
    const cover = await normalisePicture(bytes, 'mine', 'picture', { width: 16, height: 16, mode: 'cover' });
    const contain = await normalisePicture(bytes, 'mine', 'picture', {
      width: 16,
      height: 16,
      mode: 'contain',
    });
    const corner = async (file: Uint8Array) => [...(await sharp(file).raw().toBuffer()).subarray(0, 3)];
    expect(await corner(cover.bytes)).toEqual([255, 0, 0]);
    expect(await corner(contain.bytes)).toEqual([255, 255, 255]);
    expect(contain).toMatchObject({ width: 16, height: 16 });
  });
});

describe('a mask', () => {
  test('becomes 8-bit grey, with transparency outside', async () => {
    const bytes = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const mask = await normalisePicture(bytes, 'mask', 'mask', null);
    expect(await sharp(mask.bytes).metadata()).toMatchObject({ channels: 1, depth: 'uchar', format: 'png' });
    expect(Math.max(...(await sharp(mask.bytes).raw().toBuffer()))).toBe(0);
  });

  test('that is one already is unchanged', async () => {
    const bytes = await plain(8, 8).toColourspace('b-w').png().toBuffer();
    expect((await normalisePicture(bytes, 'mask', 'mask', null)).bytes).toBe(bytes);
  });
});

describe('is refused, with its name:', () => {
  test.each([
    ['no picture', Buffer.from('not a picture at all')],
    ['empty', Buffer.alloc(0)],
  ])('%s', async (_, bytes) => {
    await expect(normalisePicture(bytes, 'holiday.png', 'picture', null)).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringContaining('holiday.png'),
    });
  });

  test('a truncated file with an intact header', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7919) % 251));
    const bytes = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    await expect(
      normalisePicture(bytes.subarray(0, bytes.length / 2), 'half.png', 'picture', null),
    ).rejects.toMatchObject({ code: 'ASSET_INVALID' });
  });

  test.each(['png', 'jpeg', 'webp'] as const)(
    'a large %s that lacks its last bytes alone',
    async (format) => {
      const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
      const bytes = await sharp({
        create: { width: 700, height: 500, channels: 3, background: '#808080', noise },
      })
        .toFormat(format)
        .toBuffer();
      await expect(
        normalisePicture(bytes.subarray(0, -300), `end.${format}`, 'picture', null),
      ).rejects.toMatchObject({ code: 'ASSET_INVALID' });
    },
  );

  test('one that is too wide', async () => {
    const bytes = await plain(16_385, 1).png().toBuffer();
    await expect(normalisePicture(bytes, 'wide.png', 'picture', null)).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringMatching(/16385 x 1.*16384/),
    });
  });
});

test('a thumbnail is small, and never larger than the picture', async () => {
  const large = await sharp(
    await makeThumbnail(await plain(600, 300).png().toBuffer(), 'mine', 'webp'),
  ).metadata();
  expect(large).toMatchObject({ width: 256, height: 128, format: 'webp' });
  expect(
    await sharp(await makeThumbnail(await plain(9, 3).png().toBuffer(), 'mine', 'webp')).metadata(),
  ).toMatchObject({
    width: 9,
  });
});

test('reading beyond the time limit is stopped, and the error says so', async () => {
  const bytes = await plain(20, 10).png().toBuffer();
  // No input is slow enough on every machine, so the test only checks that sharp gets the limit.
  const limits: unknown[] = [];
  const slow = readPicture(
    bytes,
    'slow.png',
    async ({ image, reopen }) => {
      for (const opened of [image, image.clone(), reopen(bytes)]) {
        limits.push((opened as unknown as { options: { timeoutSeconds: number } }).options.timeoutSeconds);
      }
      throw new Error('timeout: 12% complete');
    },
    7,
  );
  await expect(slow).rejects.toMatchObject({
    code: 'ASSET_INVALID',
    message: expect.stringMatching(/^slow\.png .*takes too long/),
  });
  expect(limits).toEqual([7, 7, 7]);
});
