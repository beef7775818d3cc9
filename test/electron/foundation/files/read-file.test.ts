/** Files at paths from users: whatever they are, reading them ends, with an error that says why. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFile, readRegularFile } from '../../../../electron/foundation/files/read-file.ts';

const MAX_BYTES = 1000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pnpmix-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (path: string) => readRegularFile(path, MAX_BYTES);

describe('a regular file', () => {
  test('is read completely up to the limit, and not beyond', async () => {
    for (const size of [0, 1, 999, 1000]) {
      writeFileSync(join(folder, 'file'), Buffer.alloc(size, 7));
      expect(await read(join(folder, 'file'))).toEqual(Buffer.alloc(size, 7));
    }
    writeFileSync(join(folder, 'file'), Buffer.alloc(1001));
    await expect(read(join(folder, 'file'))).rejects.toMatchObject({ reason: 'too-large' });
  });

  test('is read in several chunks', async () => {
    const bytes = Buffer.alloc(5 * 2 ** 20 + 3, 'abcdefg');
    writeFileSync(join(folder, 'large'), bytes);
    expect((await readRegularFile(join(folder, 'large'), 10 ** 7)).equals(bytes)).toBe(true);
  });

  test('is read through a link', async () => {
    writeFileSync(join(folder, 'target'), 'x');
    symlinkSync(join(folder, 'target'), join(folder, 'link'));
    expect((await read(join(folder, 'link'))).toString()).toBe('x');
  });
});

describe('anything else is refused', () => {
  test('a missing file, a folder, circular links', async () => {
    await expect(read(join(folder, 'missing'))).rejects.toMatchObject({ reason: 'missing' });
    await expect(read(join(folder, 'missing', 'further'))).rejects.toMatchObject({ reason: 'missing' });
    await expect(read(folder)).rejects.toMatchObject({ reason: 'not-a-file' });
    symlinkSync(join(folder, 'b'), join(folder, 'a'));
    symlinkSync(join(folder, 'a'), join(folder, 'b'));
    await expect(read(join(folder, 'a'))).rejects.toMatchObject({ reason: 'unreadable' });
  });

  test.skipIf(process.platform === 'win32')('a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(read(join(folder, 'pipe'))).rejects.toMatchObject({
      reason: 'not-a-file',
      message: 'is a named pipe, not a file',
    });
  });

  test.skipIf(!existsSync('/dev/zero'))('an endless device', async () => {
    await expect(read('/dev/zero')).rejects.toMatchObject({ reason: 'not-a-file' });
    symlinkSync('/dev/zero', join(folder, 'zero.png'));
    await expect(read(join(folder, 'zero.png'))).rejects.toMatchObject({ reason: 'not-a-file' });
  });

  test.skipIf(!existsSync('/proc/self/mem'))(
    'files of /proc, whose size is 0 and whose content need not be',
    async () => {
      await expect(read('/proc/self/mem')).rejects.toMatchObject({ reason: 'unreadable', message: /EIO/ });
      await expect(read('/proc/kallsyms')).rejects.toMatchObject({ reason: 'too-large' });
    },
  );
});

describe('names in another Unicode form', () => {
  const composed = '고양이 und Müller.png'.normalize('NFC');
  const decomposed = composed.normalize('NFD');

  test('are found, also in the path above', async () => {
    const parent = join(folder, 'names', decomposed);
    mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, decomposed), 'x');
    expect((await read(join(folder, 'names', composed, composed))).toString()).toBe('x');
    expect(await findFile(join(folder, 'names', composed, 'missing'))).toBe(join(parent, 'missing'));
  });

  // A Mac's disk treats both spellings as one name.
  test.skipIf(process.platform === 'darwin')('are only used if the exact name does not exist', async () => {
    const parent = join(folder, 'both');
    mkdirSync(parent);
    writeFileSync(join(parent, composed), 'composed');
    writeFileSync(join(parent, decomposed), 'decomposed');
    expect((await read(join(parent, composed))).toString()).toBe('composed');
    expect((await read(join(parent, decomposed))).toString()).toBe('decomposed');
    // A third spelling, which could mean both.
    const mixed = composed.replace('ü', 'u\u0308');
    await expect(read(join(parent, mixed))).rejects.toMatchObject({
      reason: 'ambiguous',
      message: /2 files/,
    });
  });
});
