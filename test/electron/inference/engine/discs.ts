/** Pictures of two discs with known masks, and their files for the engine. */
import { crc32, deflateSync } from 'node:zlib';
import { encodeMaskPng, encodePng, type PictureFile } from '../../../../electron/inference/images/images.ts';
import type { RgbImage } from '../../../../electron/pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

/** A red and a blue disc on a gradient, and the gradient alone. */
export function discs(
  width = 96,
  height = 96,
): { image: RgbImage; ground: RgbImage; red: Tensor; blue: Tensor } {
  const data = new Uint8Array(3 * width * height);
  const behind = new Uint8Array(3 * width * height);
  const red = new Float32Array(width * height);
  const blue = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      red[at] = Number(Math.hypot(u - 0.28, v - 0.5) < 0.17);
      blue[at] = Number(Math.hypot(u - 0.72, v - 0.5) < 0.17);
      // Grain, because GrabCut's models need colours that vary.
      const grain = (x * 7 + y * 13) % 9;
      const ground = [90 + 40 * u + grain, 160 - grain, 110 + 30 * v + grain];
      behind.set(ground, 3 * at);
      data.set(red[at] ? [235 - grain, 20, 30 + grain] : blue[at] ? [20, 30, 235 - grain] : ground, 3 * at);
    }
  }
  return {
    image: { width, height, data },
    ground: { width, height, data: behind },
    red: tensor(red, [height, width]),
    blue: tensor(blue, [height, width]),
  };
}

/** A complete, valid PNG of black pixels, one bit each: 900 million of them take a hundred kilobytes. */
export function blackPng(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(content.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 1 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export const pictureFile = async (image: RgbImage): Promise<PictureFile> => ({
  name: 'picture.png',
  bytes: await encodePng(image),
});
export const maskFile = async (mask: Tensor, name = 'mask.png'): Promise<PictureFile> => ({
  name,
  bytes: await encodeMaskPng(mask),
});

export function overlap(a: Tensor, b: Tensor): number {
  let [both, either] = [0, 0];
  a.data.forEach((value, at) => {
    both += Number(value >= 0.5 && b.data[at]! >= 0.5);
    either += Number(value >= 0.5 || b.data[at]! >= 0.5);
  });
  return both / either;
}
