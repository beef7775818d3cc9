/** Files that killed processes left next to projects are removed at the next opening, and nothing else is. */
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, it } from 'vitest';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { openProject, temporaryFolder } from './project-fixture.ts';

async function closedProject() {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.pnpmix');
  ProjectFile.create(path).close();
  return { folder, path };
}

it.each([
  ['an empty journal', Buffer.alloc(0)],
  ['a journal with a zeroed head', Buffer.concat([Buffer.alloc(512), Buffer.alloc(4096, 7)])],
])('%s is removed', async (_, bytes) => {
  const { folder, path } = await closedProject();
  writeFileSync(`${path}-journal`, bytes);
  const before = readFileSync(path);
  ProjectFile.open(path, { readOnly: true }).close();
  expect(readdirSync(folder)).toContain('a.pnpmix-journal');
  openProject(path).close();
  expect(readdirSync(folder)).toEqual(['a.pnpmix']);
  expect(readFileSync(path).length).toBe(before.length);
});

it('the journal of an unfinished change is rolled back', async () => {
  const { folder, path } = await closedProject();
  const before = readFileSync(path);
  // As a kill leaves it: the journal and half of the change are on disk.
  const database = new SqliteDatabase(path);
  database.pragma('journal_mode = DELETE');
  database.pragma('cache_size = 1');
  database.exec('BEGIN IMMEDIATE; UPDATE history SET document = hex(zeroblob(100000))');
  const [journal, torn] = [readFileSync(`${path}-journal`), readFileSync(path)];
  database.exec('ROLLBACK');
  database.close();
  expect(torn.equals(before)).toBe(false);
  writeFileSync(path, torn);
  writeFileSync(`${path}-journal`, journal);
  const project = openProject(path);
  project.verify();
  project.close();
  expect(readdirSync(folder)).toEqual(['a.pnpmix']);
});

it('a journal that is a link is not followed', async () => {
  const { folder, path } = await closedProject();
  const own = join(folder, 'own.txt');
  writeFileSync(own, '');
  symlinkSync(own, `${path}-journal`);
  try {
    openProject(path).close();
  } catch {
    // Refused or not: its target stays.
  }
  expect(readdirSync(folder)).toContain('own.txt');
});

it('leftovers of a project moved away while open, and of a partial copy, are removed at the next opening', async () => {
  const { folder, path } = await closedProject();
  const stale = ['gone.pnpmix-lock', 'gone.pnpmix-wal', 'gone.pnpmix-shm'];
  const half = [
    'b.pnpmix.999999999-0123abcd.tmp',
    'b.pnpmix.999999999-0123abcd.tmp-journal',
    'b.pnpmix-lock',
  ];
  for (const name of [...stale, ...half]) writeFileSync(join(folder, name), '');
  // A log with contents stays with its lock file, which says whose it is: its project may come back.
  for (const name of ['kept.pnpmix-lock', 'kept.pnpmix-wal', 'notes.tmp'])
    writeFileSync(join(folder, name), 'x');
  openProject(path).close();
  const kept = ['kept.pnpmix-lock', 'kept.pnpmix-wal', 'notes.tmp'];
  expect(readdirSync(folder).sort()).toEqual(['a.pnpmix', ...kept]);
});
