/** Exports with long names, and leftovers of a killed process. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UnfinishedExports } from '../../../../electron/app/exports/unfinished-exports.ts';
import { writeExport } from '../../../../electron/app/exports/write-export.ts';

let settings: string;
let folder: string;
let unfinished: UnfinishedExports;
beforeEach(() => {
  settings = mkdtempSync(join(tmpdir(), 'export-settings-'));
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  unfinished = new UnfinishedExports(settings);
});
afterEach(() => {
  for (const each of [settings, folder]) rmSync(each, { recursive: true });
});

test('a name of the maximum length is written, a longer one is refused with a sentence', async () => {
  const name = `${'x'.repeat(251)}.png`;
  await writeExport(join(folder, name), Buffer.from('1'), unfinished);
  expect(readdirSync(folder)).toEqual([name]);
  await expect(writeExport(join(folder, `x${name}`), Buffer.from('1'), unfinished)).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('shorter'),
  });
  expect(readdirSync(folder)).toEqual([name]);
});

test('leftovers of a killed process are removed, files of a running one are not', async () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const kept = [`a.png.${process.pid}-0123abcd.tmp`, `other.txt.${ended}-0123abcd.tmp`];
  for (const name of [...kept, `a.png.${ended}-0123abcd.tmp`]) writeFileSync(join(folder, name), '');
  await writeExport(join(folder, 'a.png'), Buffer.from('1'), unfinished);
  expect(readdirSync(folder).toSorted()).toEqual(['a.png', ...kept].toSorted());
});

test('unfinished exports of a killed program are removed when the next one starts, wherever they are', async () => {
  const script = `
    const { UnfinishedExports } = await import(${JSON.stringify(moduleUrl('exports/unfinished-exports.ts'))});
    await new UnfinishedExports(process.argv[1]).writing(process.argv[2], async (temporary) => {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(temporary, 'half a picture');
      process.kill(process.pid, 'SIGKILL');
    });`;
  const target = join(folder, 'picture.png');
  spawnSync(process.execPath, ['--input-type=module', '--eval', script, '--', settings, target]);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^picture\.png\.\d+-[0-9a-f]{8}\.tmp$/)]);
  await unfinished.removeStale();
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(join(settings, 'unfinished-exports'))).toEqual([]);
});

test('a note removes nothing but an unfinished file of a program that is gone', async () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const notes = join(settings, 'unfinished-exports');
  mkdirSync(notes);
  const running = `b.png.${process.pid}-0123abcd.tmp`;
  const names = ['a.png', running];
  for (const [index, name] of names.entries()) {
    writeFileSync(join(folder, name), '');
    writeFileSync(join(notes, `export.${ended}-0123abc${index}.tmp`), join(folder, name));
  }
  writeFileSync(join(notes, `export.${ended}-0123abc9.tmp`), '');
  writeFileSync(join(notes, `export.${process.pid}-0123abc8.tmp`), join(folder, 'c.png'));
  await unfinished.removeStale();
  expect(readdirSync(folder).toSorted()).toEqual(names);
  expect(readdirSync(notes)).toEqual([`export.${process.pid}-0123abc8.tmp`]);
});

test('a note that another host removes at the same time, or that cannot be read, does no harm', async () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const notes = join(settings, 'unfinished-exports');
  mkdirSync(join(notes, `export.${ended}-0123abc0.tmp`), { recursive: true });
  // Listed, but gone when it is read.
  symlinkSync(join(folder, 'gone'), join(notes, `export.${ended}-0123abc1.tmp`));
  writeFileSync(join(notes, `export.${ended}-0123abc2.tmp`), '');
  await unfinished.removeStale();
  expect(readdirSync(notes)).toEqual([`export.${ended}-0123abc0.tmp`]);
});

test('an export leaves no note, and needs none', async () => {
  await writeExport(join(folder, 'a.png'), Buffer.from('1'), unfinished);
  expect(readdirSync(join(settings, 'unfinished-exports'))).toEqual([]);
  // Notes cannot be written here.
  const file = join(settings, 'file');
  writeFileSync(file, '');
  await writeExport(join(folder, 'b.png'), Buffer.from('1'), new UnfinishedExports(file));
  expect(readdirSync(folder)).toEqual(['a.png', 'b.png']);
});

function moduleUrl(path: string): string {
  return pathToFileURL(join(import.meta.dirname, '../../../../electron/app', path)).href;
}
