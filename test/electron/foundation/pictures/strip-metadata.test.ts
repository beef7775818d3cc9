/** Text and times in PNG files: who, where and when goes; how a picture was made stays. */
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { withoutMetadata } from '../../../../electron/foundation/pictures/strip-metadata.ts';

function chunk(type: string, content: string): Buffer {
  const body = Buffer.from(type + content, 'latin1');
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(content.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

test.each([
  ['tEXt', 'exif:GPSLatitude\x0052/1, 31/1', false],
  ['tEXt', 'date:create\x002026-01-02', false],
  ['zTXt', 'Raw profile type exif\0\0', false],
  ['iTXt', 'XML:com.adobe.xmp\0\0\0\0\0<x/>', false],
  ['tEXt', 'Author\0Somebody', false],
  ['tEXt', 'Copyright\0Somebody', false],
  ['tEXt', 'Creation Time\x002026', false],
  ['tIME', '\x07\xea\x01\x02\x03\x04\x05', false],
  ['tEXt', 'parameters\0a cat, Steps: 20', true],
  ['tEXt', 'Software\0A program', true],
  ['tEXt', 'Authority\0stays', true],
])('%s %j', async (type, content, stays) => {
  const plain = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#806040' } })
    .png()
    .toBuffer();
  const afterHeader = 8 + 25;
  const told = Buffer.concat([
    plain.subarray(0, afterHeader),
    chunk(type, content),
    plain.subarray(afterHeader),
  ]);
  expect(Buffer.from(withoutMetadata(told, 'png')!).equals(stays ? told : plain)).toBe(true);
  await sharp(told).stats();
});
