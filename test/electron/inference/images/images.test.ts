/** Picture files: what is read from them, what is refused; the simple fill and the latent preview. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fitLatentPreview } from '../../../../electron/inference/diffusion/latent-preview.ts';
import {
  decodeImage,
  decodeMask,
  encodeMaskPng,
  encodePng,
  resizeImage,
} from '../../../../electron/inference/images/images.ts';
import { fillMasks } from '../../../../electron/inference/inpainting/simple-fill.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { tensor, zeros } from '../../../../electron/pipeline/tensor/tensor.ts';

const raw = (data: readonly number[], width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(Uint8Array.from(data), { raw: { width, height, channels } });
const file = (bytes: Uint8Array, name = 'picture.png') => ({ name, bytes });

describe('decoding', () => {
  test('pixels survive PNG unchanged, and are identified by their content', async () => {
    const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 250, 128, 0) };
    const decoded = await decodeImage(file(await encodePng(image)));
    expect(decoded.pixels).toEqual(image);
    const webp = await raw([...image.data], 2, 1, 3)
      .webp({ lossless: true })
      .toBuffer();
    expect((await decodeImage(file(webp))).contentHash).toBe(decoded.contentHash);
    const turned = { width: 1, height: 2, data: image.data };
    expect((await decodeImage(file(await encodePng(turned)))).contentHash).not.toBe(decoded.contentHash);
  });

  test('transparency is put on white, grey becomes RGB', async () => {
    const transparent = await raw([255, 0, 0, 0, 0, 0, 255, 255], 2, 1, 4).png().toBuffer();
    expect([...(await decodeImage(file(transparent))).pixels.data]).toEqual([255, 255, 255, 0, 0, 255]);
    const grey = await raw([7, 200], 2, 1, 1).toColourspace('b-w').png().toBuffer();
    expect([...(await decodeImage(file(grey))).pixels.data]).toEqual([7, 7, 7, 200, 200, 200]);
  });

  test('a picture is turned according to its EXIF orientation', async () => {
    const lying = await raw([255, 0, 0, 0, 255, 0], 2, 1, 3)
      .withMetadata({ orientation: 6 })
      .tiff()
      .toBuffer();
    expect((await decodeImage(file(lying))).pixels).toMatchObject({ width: 1, height: 2 });
  });

  test('16 bits a channel are reduced to 8', async () => {
    const deep = await sharp(Uint16Array.of(0, 32768, 65535), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect([...(await decodeImage(file(deep))).pixels.data]).toEqual([0, 128, 255]);
  });

  test('a mask is its lightness, with transparency outside', async () => {
    const mask = await decodeMask(
      file(await raw([0, 255, 51], 3, 1, 1).toColourspace('b-w').png().toBuffer()),
    );
    expect(mask.dims).toEqual([1, 3]);
    expect([...mask.data]).toEqual([0, 1, Math.fround(51 / 255)]);
    const cut = await decodeMask(
      file(await raw([255, 255, 255, 0, 255, 255, 255, 255], 2, 1, 4).png().toBuffer()),
    );
    expect([...cut.data]).toEqual([0, 1]);
  });

  test.each([
    ['an empty file', new Uint8Array(0)],
    ['text', Buffer.from('hello')],
    ['a PNG without its end', Buffer.from('89504e470d0a1a0a0000000d4948445200000010', 'hex')],
  ])('%s is refused by name', async (_, bytes) => {
    await expect(decodeImage(file(bytes, 'cat.png'))).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringMatching(/^cat\.png cannot be read as a picture/),
    });
  });

  test('a PNG truncated in its pixels is refused, not partly shown', async () => {
    const noise = Array.from({ length: 3 * 64 * 64 }, (_, at) => (at * 7919) % 256);
    const whole = await raw(noise, 64, 64, 3).png().toBuffer();
    await expect(decodeImage(file(whole.subarray(0, whole.length / 2)))).rejects.toMatchObject({
      code: 'ASSET_INVALID',
    });
  });

  test('a picture that is too large is refused before it is decoded', async () => {
    // A megabyte of file, 800 megabytes of pixels.
    const wide = await sharp({ create: { width: 17_000, height: 20, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    await expect(decodeImage(file(wide))).rejects.toMatchObject({
      code: 'ASSET_INVALID',
      message: expect.stringMatching(/17000 x 20.*16384/),
    });
  });
});

describe('simple fill', () => {
  const plain = (color: readonly number[], size = 24): RgbImage => ({
    width: size,
    height: size,
    data: Uint8Array.from({ length: 3 * size * size }, (_, at) => color[at % 3]!),
  });
  const square = (size = 24) => {
    const mask = zeros([size, size]);
    for (let y = 8; y < 16; y++) mask.data.fill(1, y * size + 8, y * size + 16);
    return mask;
  };

  test('an object on a plain background vanishes', () => {
    const image = plain([10, 120, 230]);
    const withObject = { ...image, data: Uint8Array.from(image.data) };
    for (let y = 8; y < 16; y++) withObject.data.fill(77, 3 * (y * 24 + 8), 3 * (y * 24 + 16));
    expect(fillMasks(withObject, [square()]).data).toEqual(image.data);
  });

  test('between two colours the fill blends from one to the other, and the rest stays', () => {
    const image = plain([0, 0, 0]);
    for (let at = 0; at < image.data.length; at++) image.data[at] = (Math.floor(at / 3) % 24) * 10;
    const filled = fillMasks(image, [square()]);
    const row = Array.from({ length: 24 }, (_, x) => filled.data[3 * (12 * 24 + x)]!);
    expect(row.slice(0, 6)).toEqual([0, 10, 20, 30, 40, 50]);
    const inside = row.slice(8, 16);
    expect(inside.toSorted((a, b) => a - b)).toEqual(inside);
    expect(Math.max(...inside.map((value, at) => Math.abs(value - (at + 8) * 10)))).toBeLessThan(45);
  });

  test('a mask of the whole picture changes nothing', () => {
    const image = plain([1, 2, 3]);
    const whole = tensor(new Float32Array(24 * 24).fill(1), [24, 24]);
    expect(fillMasks(image, [whole])).toBe(image);
  });
});

describe('masks as files', () => {
  test('a mask is read back from PNG within half a grey level', async () => {
    const values = Float32Array.from({ length: 6 * 5 }, (_, at) => at / 29);
    const png = await encodeMaskPng(tensor(values, [5, 6]));
    expect(await sharp(png).metadata()).toMatchObject({
      format: 'png',
      width: 6,
      height: 5,
      channels: 1,
      depth: 'uchar',
    });
    const back = await decodeMask(file(png));
    expect(back.dims).toEqual([5, 6]);
    back.data.forEach((value, at) => {
      expect(Math.abs(value - values[at]!)).toBeLessThan(0.5 / 255 + 1e-6);
    });
  });
});

describe('resizing', () => {
  test('gives the requested size, keeps uniform colours, and copies at the same size', async () => {
    const image: RgbImage = { width: 64, height: 48, data: new Uint8Array(3 * 64 * 48).fill(77) };
    const resized = await resizeImage(image, { width: 20, height: 30 });
    expect([resized.width, resized.height, resized.data.length]).toEqual([20, 30, 1800]);
    expect(new Set(resized.data)).toEqual(new Set([77]));
    expect((await resizeImage(image, { width: 64, height: 48 })).data).toBe(image.data);
  });

  test('does not alias: lines finer than the new pixels become grey', async () => {
    const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, at) =>
      Math.floor(at / 3) % 2 === 0 ? 0 : 255,
    );
    const { data: resized } = await resizeImage({ width: 64, height: 64, data }, { width: 16, height: 16 });
    for (const value of resized) expect(Math.abs(value - 127.5)).toBeLessThan(40);
  });
});

test('the latent preview fits an affine map from latents to colours', async () => {
  // rgb = (c0, c1, c0 - c1) / 2 of the latents, at 4 pixels per element.
  const latents = tensor(
    Float32Array.from({ length: 4 * 8 * 8 }, (_, at) => Math.sin(at * 1.3)),
    [4, 8, 8],
  );
  const image: RgbImage = { width: 32, height: 32, data: new Uint8Array(3 * 32 * 32) };
  const expected = (at: number) => {
    const [a, b] = [latents.data[at]!, latents.data[64 + at]!];
    return [a / 2, b / 2, (a - b) / 2].map((value) => Math.round((value + 1) * 127.5));
  };
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) image.data.set(expected((y >> 2) * 8 + (x >> 2)), 3 * (y * 32 + x));
  }
  const preview = (await fitLatentPreview([{ image, latents }], 4))(latents);
  expect(preview).toMatchObject({ width: 8, height: 8 });
  for (let at = 0; at < 64; at++) {
    expected(at).forEach((value, channel) => {
      expect(Math.abs(preview.data[3 * at + channel]! - value)).toBeLessThanOrEqual(2);
    });
  }
});
