/** JSON as editors save it: encodings, and errors that point to the place. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import {
  parseJsonFile,
  readJsonFile,
  readJsonFileIfPresent,
} from '../../../../electron/foundation/files/read-json.ts';

const cases = join(import.meta.dirname, '../../../cases/scene-with-bom');
const codes = { missing: 'SCENE_MISSING', invalid: 'SCENE_INVALID' } as const;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pnpmix-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const parse = (bytes: Uint8Array | string) =>
  parseJsonFile(Buffer.from(bytes), 'The file x', 'SCENE_INVALID');
const messageOf = (text: Uint8Array | string): string => {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError);
    expect((error as StudioError).code).toBe('SCENE_INVALID');
    return (error as StudioError).message;
  }
  throw new Error('it was taken');
};

describe('encodings', () => {
  const value = { name: 'Müller, 고양이, 🐈' };
  const text = JSON.stringify(value);
  const littleEndian = Buffer.from(text, 'utf16le');
  const bigEndian = Buffer.from(littleEndian).swap16();

  test.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little-endian', Buffer.concat([Buffer.from([0xff, 0xfe]), littleEndian])],
    ['UTF-16, big-endian', Buffer.concat([Buffer.from([0xfe, 0xff]), bigEndian])],
    ['UTF-16, little-endian, without a mark', littleEndian],
    ['UTF-16, big-endian, without a mark', bigEndian],
  ])('%s is read', (_, bytes) => {
    expect(parse(bytes)).toEqual(value);
  });

  test('the files that Notepad and PowerShell wrote are read', () => {
    const plain = parse(readFileSync(join(cases, 'scene.json')));
    expect(plain).toMatchObject({ version: 1 });
    expect(parse(readFileSync(join(cases, 'scene-utf16.json')))).toEqual(plain);
  });

  test('another encoding is named, with what to do', () => {
    expect(messageOf(Buffer.from('{"name":"M\xfcller"}', 'latin1'))).toBe(
      'The file x is not UTF-8 text. Save it with the encoding UTF-8.',
    );
    // Half a character.
    expect(messageOf(Buffer.concat([Buffer.from([0xff, 0xfe]), littleEndian.subarray(0, 9)]))).toMatch(
      /UTF-16/,
    );
  });
});

describe('errors name line and column', () => {
  test.each([
    ['{\n  "a": 1,\n}', 'line 3, column 1: a field name in double quotes'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: a comma is missing'],
    ['{\n  "a": tru\n}', 'line 2, column 8: this is neither text in double quotes'],
    ["{ 'a': 1 }", 'line 1, column 3: this is neither text in double quotes'],
    ['{ "a" 1 }', 'line 1, column 7: a colon is missing'],
    ['{ "a": [1, ] }', 'line 1, column 12: a value is missing'],
    ['{ "a": 1', 'line 1, column 9: the file ends before its closing }'],
    ['[1, 2', 'line 1, column 6: the file ends before its closing ]'],
    ['{ "a": "x', 'line 1, column 8: a text is not closed'],
    ['{ "a": "C:\\pictures" }', 'line 1, column 8: a backslash'],
    ['// what this is\n{}', 'line 1, column 1: comments are not allowed'],
    ['{} more', 'line 1, column 4'],
    ['{\r\n  "a": NaN\r\n}', 'line 2, column 8'],
    ['', 'it is empty'],
    ['['.repeat(100_000), 'its arrays and objects are nested too deeply'],
    [' \n', 'it is empty'],
  ])('%.60j', (text, message) => {
    expect(messageOf(text)).toContain(`The file x is not valid JSON: ${message}`);
  });
});

describe('a file', () => {
  test('that is missing has its own code, or is undefined if optional', async () => {
    const path = join(folder, 'missing.json');
    await expect(readJsonFile(path, 'The file', codes)).rejects.toMatchObject({
      code: 'SCENE_MISSING',
      message: 'The file is not there.',
    });
    expect(await readJsonFileIfPresent(path, 'The file', codes)).toBeUndefined();
  });

  test('that is invalid is an error in both cases', async () => {
    const path = join(folder, 'torn.json');
    writeFileSync(path, '{');
    for (const read of [readJsonFile, readJsonFileIfPresent]) {
      await expect(read(path, 'The file', codes)).rejects.toMatchObject({ code: 'SCENE_INVALID' });
      await expect(read(folder, 'The file', codes)).rejects.toMatchObject({
        code: 'SCENE_INVALID',
        message: 'The file is a folder, not a file.',
      });
    }
  });
});
