/** Files written completely or not at all, their temporary names, and how file system errors are reported. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { StudioError } from '../../../../electron/contract/errors.ts';
import {
  writeFileAtomically,
  writeFileAtomicallySync,
} from '../../../../electron/foundation/files/atomic-write.ts';
import { reading, writeError, writing } from '../../../../electron/foundation/files/file-errors.ts';
import {
  removeStaleTemporaryFiles,
  temporaryName,
} from '../../../../electron/foundation/files/temporary-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-write-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const coded = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('a temporary name', () => {
  it.each([
    ['short.json', 'short.json'],
    [`${'n'.repeat(240)}.png`, `${'n'.repeat(200)}`],
    [`a.${'b'.repeat(240)}`, `a.${'b'.repeat(200)}`],
    [`1.${'렌'.repeat(80)}`, `1.${'렌'.repeat(60)}`],
    [`.${'c'.repeat(250)}`, `.${'c'.repeat(200)}`],
  ])('of %s fits the disk', async (name, start) => {
    const path = temporaryName(join(folder, name));
    await (await open(path, 'wx')).close();
    const [written] = readdirSync(folder);
    expect(written).toMatch(/\.\d+-[0-9a-f]{8}\.tmp$/);
    expect(written!.startsWith(start)).toBe(true);
    expect(written!.includes('.png')).toBe(name.endsWith('.png'));
  });

  it('of an ended process is not looked for in a folder that cannot be listed', async () => {
    await removeStaleTemporaryFiles(join(folder, 'n'.repeat(300)));
  });
});

describe('an atomic write', () => {
  it('creates the folder, and replaces an existing file', async () => {
    const path = join(folder, 'a', 'b', 'file.json');
    await writeFileAtomically(path, 'one');
    await writeFileAtomically(path, Buffer.from('two'), { isDurable: false });
    expect(readFileSync(path, 'utf8')).toBe('two');
    writeFileAtomicallySync(path, 'three');
    expect(readFileSync(path, 'utf8')).toBe('three');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.json']);
  });

  it('may run many times at once in one process: one of the files remains, and nothing else', async () => {
    const path = join(folder, 'file');
    const texts = Array.from({ length: 50 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('that cannot replace its target leaves it unchanged, and no temporary file', async () => {
    const path = join(folder, 'taken');
    await mkdir(join(path, 'by a folder'), { recursive: true });
    await expect(writeFileAtomically(path, 'x')).rejects.toThrow(coded('FOLDER_UNWRITABLE', path));
    await expect(writeFileAtomically(path, 'x', { unwritable: 'OUTPUT_UNWRITABLE' })).rejects.toThrow(
      coded('OUTPUT_UNWRITABLE'),
    );
    expect(() => writeFileAtomicallySync(path, 'x')).toThrow(coded('FOLDER_UNWRITABLE', path));
    expect(readdirSync(folder)).toEqual(['taken']);
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFileAtomically(join(folder, 'file', 'below'), 'x')).rejects.toThrow(
      coded('FOLDER_UNWRITABLE'),
    );
  });
});

describe('leftovers of a killed process', () => {
  it('are removed; files being written, of others or of other kinds stay', async () => {
    const ended = spawnSync(process.execPath, ['--version']).pid;
    const kept = [
      'settings.json',
      `settings.json.${process.pid}.tmp`,
      `settings.json.${process.pid}-0123abcd.tmp`,
      `letter.txt.${ended}.tmp`,
      `settings.json.${ended}-0123ABCDE.tmp`,
      'settings.json.tmp',
    ];
    const left = [`settings.json.${ended}.tmp`, `recent-projects.json.${ended}-0123abcd.tmp`];
    for (const name of [...kept, ...left]) writeFileSync(join(folder, name), '{}');
    await removeStaleTemporaryFiles(folder, (name) => name.endsWith('.json'));
    expect(readdirSync(folder).toSorted()).toEqual(kept.toSorted());
    await removeStaleTemporaryFiles(join(folder, 'nowhere'));
  });
});

describe('a file system error', () => {
  const errno = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ['ENOSPC', 'DISK_FULL', 'The disk is full: /a'],
    ['EDQUOT', 'DISK_FULL', 'Make room'],
    ['EFBIG', 'OUTPUT_UNWRITABLE', 'files this large'],
    ['EROFS', 'OUTPUT_UNWRITABLE', '/a cannot be written (EROFS).'],
    ['EIO', 'OUTPUT_UNWRITABLE', '(EIO)'],
    ['ELOOP', 'OUTPUT_UNWRITABLE', '(ELOOP)'],
    ['ENAMETOOLONG', 'OUTPUT_UNWRITABLE', 'too long for the disk'],
  ])('%s becomes %s on writing', (code, studioCode, message) => {
    const cause = errno(code);
    const error = writeError(cause, '/a', 'OUTPUT_UNWRITABLE');
    expect(error).toEqual(coded(studioCode, message));
    expect((error as Error).cause).toBe(cause);
  });

  it('of another kind, or with a code of ours, is unchanged', async () => {
    for (const error of [
      new TypeError('fault'),
      errno('ERR_INVALID_ARG_TYPE'),
      new StudioError('USAGE', 'x'),
    ]) {
      expect(writeError(error, '/a')).toBe(error);
      const failing = async () => {
        throw error;
      };
      await expect(writing('/a', failing)).rejects.toBe(error);
      await expect(reading('/a', failing, 'IMPORT_INVALID')).rejects.toBe(error);
    }
  });

  it('on reading becomes a sentence: a link to itself, a path that is no file', async () => {
    const loop = join(folder, 'loop');
    await symlink('loop', loop);
    await expect(reading(loop, () => open(loop), 'IMPORT_INVALID')).rejects.toThrow(
      coded('IMPORT_INVALID', `${loop} cannot be read (ELOOP).`),
    );
  });
});
