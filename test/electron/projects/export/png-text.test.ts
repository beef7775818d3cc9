import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { StudioError } from '../../../../electron/contract/errors.ts';
import { readPngText, withPngTexts } from '../../../../electron/projects/export/png-text.ts';
import { withCode } from '../project-fixture.ts';

const plain = await sharp({ create: { width: 5, height: 3, channels: 3, background: '#204080' } })
  .png()
  .toBuffer();
const pixels = (png: Uint8Array) => sharp(png).raw().toBuffer();

describe('texts in a PNG', () => {
  it('are read back unchanged, in every form, and leave the pixels unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.constantFrom('plain' as const, 'utf8' as const, 'compressed' as const),
        async (text, form) => {
          const png = withPngTexts(plain, [
            { keyword: 'before', text: 'other', form: 'plain' },
            { keyword: 'key', text, form },
          ]);
          expect(readPngText(png, 'key')).toBe(text);
          expect(readPngText(png, 'before')).toBe('other');
          expect(readPngText(png, 'ke')).toBe(undefined);
          expect(await pixels(png)).toEqual(await pixels(plain));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are read by another library', async () => {
    const png = withPngTexts(plain, [
      { keyword: 'French', text: 'Café\nau lait', form: 'plain' },
      { keyword: 'Greek', text: 'αβγ', form: 'plain' },
      { keyword: 'Packed', text: 'x'.repeat(1000), form: 'compressed' },
    ]);
    expect((await sharp(png).metadata()).comments).toEqual([
      { keyword: 'French', text: 'Café\nau lait' },
      { keyword: 'Greek', text: 'αβγ' },
      { keyword: 'Packed', text: 'x'.repeat(1000) },
    ]);
  });

  it('must have a keyword that readers accept', () => {
    for (const keyword of ['', ' a', 'a ', 'ä', 'a\0b', 'x'.repeat(80)]) {
      expect(() => withPngTexts(plain, [{ keyword, text: '', form: 'utf8' }])).toThrow(withCode('INTERNAL'));
    }
  });
});

/** A PNG with a chunk of this type and data after its header, with a valid checksum or none. */
function withChunk(type: string, data: Buffer): Buffer {
  // A text of the same length, which the chunk replaces: the writer then computes lengths for us.
  const made = withPngTexts(plain, [{ keyword: 'k', text: 'x'.repeat(data.length), form: 'plain' }]);
  const at = 33;
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  data.copy(chunk, 8);
  return Buffer.concat([made.subarray(0, at), chunk, plain.subarray(at)]);
}

describe('a hostile PNG', () => {
  it('with a text that unpacks to gigabytes is refused before it is unpacked', () => {
    const bomb = withPngTexts(plain, [{ keyword: 'key', text: ' '.repeat(2 ** 20 + 1), form: 'compressed' }]);
    expect(bomb.length).toBeLessThan(3000);
    expect(() => readPngText(bomb, 'key')).toThrow(withCode('ASSET_INVALID', 'unpacked'));
    const long = withPngTexts(plain, [{ keyword: 'key', text: ' '.repeat(2 ** 20 + 1), form: 'utf8' }]);
    expect(() => readPngText(long, 'key')).toThrow(withCode('ASSET_INVALID', 'too long'));
  });

  it('with a wrong checksum is refused', () => {
    const made = withChunk(
      'iTXt',
      Buffer.concat([Buffer.from('key\0\x01\0\0\0', 'latin1'), deflateSync('{}')]),
    );
    expect(() => readPngText(made, 'key')).toThrow(withCode('ASSET_INVALID', 'changed'));
  });

  it('truncated or changed anywhere gives an error with a code, a text or none, never anything else', () => {
    const png = withPngTexts(plain, [{ keyword: 'key', text: 'value', form: 'compressed' }]);
    const damagedPng = fc.oneof(
      fc.nat(png.length - 1).map((length) => png.subarray(0, length)),
      fc
        .array(fc.tuple(fc.nat(png.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
        .map((changes) => {
          const bytes = Buffer.from(png);
          for (const [at, value] of changes) bytes[at] = value;
          return bytes;
        }),
      fc.uint8Array({ maxLength: 100 }),
    );
    fc.assert(
      fc.property(damagedPng, (bytes) => {
        try {
          expect([undefined, 'value']).toContain(readPngText(bytes, 'key'));
        } catch (error) {
          expect((error as StudioError).code).toBe('ASSET_INVALID');
        }
      }),
      { numRuns: 500 },
    );
  });
});
