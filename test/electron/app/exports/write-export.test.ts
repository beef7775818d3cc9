/** Exports under long names, and what a killed process left of one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeExport } from '../../../../electron/app/exports/write-export.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a name of all the bytes that the disk takes is written, a longer one is refused in words', async () => {
  const name = `${'x'.repeat(251)}.png`;
  await writeExport(join(folder, name), Buffer.from('1'));
  expect(readdirSync(folder)).toEqual([name]);
  await expect(writeExport(join(folder, `x${name}`), Buffer.from('1'))).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('shorter'),
  });
  expect(readdirSync(folder)).toEqual([name]);
});

test('what a killed process left is removed, what a running one is writing is not', async () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const kept = [`a.png.${process.pid}-0123abcd.tmp`, `other.txt.${ended}-0123abcd.tmp`];
  for (const name of [...kept, `a.png.${ended}-0123abcd.tmp`]) writeFileSync(join(folder, name), '');
  await writeExport(join(folder, 'a.png'), Buffer.from('1'));
  expect(readdirSync(folder).toSorted()).toEqual(['a.png', ...kept].toSorted());
});
