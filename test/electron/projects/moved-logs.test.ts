/**
 * A project's file is renamed or replaced while it is open, and its process is killed in the middle of a change: the
 * log goes to the file that it belongs to, and to no other.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { ProjectLock } from '../../../electron/projects/project-lock.ts';
import { documentWith, openProject, withCode } from './project-fixture.ts';

const TURNS = 4;

let root: string;
/** Projects as a killed process leaves them, each in a folder of its own; a test takes the next ones. */
let killed: string[];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'moved-logs-'));
  killed = Array.from({ length: 10 }, (_, index) => join(root, `${index}`, 'a.pnpmix'));
  for (const path of killed) mkdirSync(dirname(path));
  const script = fileURLToPath(new URL('./change-and-die.ts', import.meta.url));
  const { stdout, signal } = spawnSync(process.execPath, ['--no-warnings', script, ...killed], {
    encoding: 'utf8',
  });
  expect({ signal, cursors: JSON.parse(stdout) }).toEqual({
    signal: 'SIGKILL',
    cursors: killed.map(() => TURNS),
  });
});
afterAll(() => rmSync(root, { recursive: true }));

/**
 * Undoes half of what the last checkpoint did: pages whose latest state is in the log are empty in the file, as when
 * the process was killed before it came to them.
 */
function tear(path: string): void {
  const log = readFileSync(`${path}-wal`);
  const pageSize = log.readUInt32BE(8);
  const file = openSync(path, 'r+');
  for (let at = 32; at + 24 + pageSize <= log.length; at += 24 + pageSize) {
    // After the log's last frame come those of its last use.
    if (!log.subarray(at + 8, at + 16).equals(log.subarray(16, 24))) break;
    const page = log.readUInt32BE(at);
    if (page > 2 && page % 2 === 0)
      writeSync(file, Buffer.alloc(pageSize), 0, pageSize, (page - 1) * pageSize);
  }
  closeSync(file);
}

function expectWhole(path: string): void {
  const project = openProject(path);
  expect(project.history().cursor).toBe(TURNS);
  project.verify();
  project.close();
}

it('a renamed file gets its log', () => {
  const path = killed.pop()!;
  tear(path);
  const renamed = join(dirname(path), 'renamed.pnpmix');
  renameSync(path, renamed);
  const project = openProject(renamed);
  expect(project.wasRecovered).toBe(true);
  expect(project.history().cursor).toBe(TURNS);
  project.verify();
  project.close();
  expect(readdirSync(dirname(path))).toEqual(['renamed.pnpmix']);
});

it('also when a killed reader left its index under the new name, but not while one reads', () => {
  const path = killed.pop()!;
  tear(path);
  const renamed = join(dirname(path), 'renamed.pnpmix');
  renameSync(path, renamed);
  const reader = new SqliteDatabase(renamed, { readonly: true });
  reader.prepare('SELECT cursor FROM project').get();
  expect(() => ProjectFile.open(renamed)).toThrow(withCode('PROJECT_BUSY'));
  const index = readFileSync(`${renamed}-shm`);
  reader.close();
  writeFileSync(`${renamed}-shm`, index);
  writeFileSync(`${renamed}-wal`, '');
  expectWhole(renamed);
});

it('also when another project of the folder is opened, or made under the old name, before it', () => {
  const paths = killed.splice(-2);
  for (const [index, path] of paths.entries()) {
    tear(path);
    const [renamed, other] = ['renamed', index === 0 ? 'b' : 'a'].map((name) =>
      join(dirname(path), `${name}.pnpmix`),
    ) as [string, string];
    renameSync(path, renamed);
    ProjectFile.create(other).close();
    openProject(other).close();
    expectWhole(renamed);
    expect(readdirSync(dirname(path)).sort()).toEqual([basename(other), 'renamed.pnpmix']);
  }
});

it('a file that replaces another one stays as it is', () => {
  const paths = killed.splice(-2);
  for (const [index, path] of paths.entries()) {
    tear(path);
    const [folder, replacing, renamed] = [dirname(path), `${path}.new`, join(dirname(path), 'z.pnpmix')];
    const made = ProjectFile.create(join(folder, 'b.pnpmix'));
    made.commit(documentWith({ prompt: 'of b' }), 'Prompt');
    made.close();
    renameSync(join(folder, 'b.pnpmix'), replacing);
    // The replaced file is there under another name, or gone.
    if (index === 0) renameSync(path, renamed);
    renameSync(replacing, path);
    const project = openProject(path);
    expect(project.document().prompt).toBe('of b');
    project.verify();
    project.close();
    if (index === 0) expectWhole(renamed);
    const left = index === 0 ? ['z.pnpmix'] : ['a.pnpmix-wal.other'];
    expect(readdirSync(folder).sort()).toEqual(['a.pnpmix', ...left]);
  }
});

it('a log that was copied with its file and its lock still belongs to the file', () => {
  const path = killed.pop()!;
  tear(path);
  const copy = join(dirname(path), 'copy', 'a.pnpmix');
  mkdirSync(dirname(copy));
  for (const ending of ['', '-wal', '-lock']) copyFileSync(`${path}${ending}`, `${copy}${ending}`);
  expectWhole(copy);
});

it('a file that another process still has open under its old name is busy', () => {
  const path = killed.pop()!;
  tear(path);
  const renamed = join(dirname(path), 'renamed.pnpmix');
  renameSync(path, renamed);
  const record = ProjectLock.recordAt(path);
  const holder = ProjectLock.acquire(path);
  expect(() => ProjectFile.open(renamed)).toThrow(withCode('PROJECT_BUSY'));
  expect(ProjectLock.recordAt(path)).toBe(record);
  holder.leave();
  expectWhole(renamed);
});

it('a log is out of date when its file has been changed elsewhere', () => {
  const path = killed.pop()!;
  const elsewhere = join(dirname(path), '..', 'elsewhere.pnpmix');
  renameSync(path, elsewhere);
  const changed = openProject(elsewhere);
  changed.commit(documentWith({ prompt: 'changed' }), 'Prompt');
  changed.close();
  const back = join(dirname(path), 'back.pnpmix');
  renameSync(elsewhere, back);
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(back, later, later);
  const project = openProject(back);
  expect(project.document().prompt).toBe('changed');
  project.verify();
});

it('nothing is given to a copy', () => {
  const path = killed.pop()!;
  const copy = join(dirname(path), 'copy.pnpmix');
  copyFileSync(path, copy);
  rmSync(path);
  const left = readdirSync(dirname(path));
  expectWhole(copy);
  expect(readdirSync(dirname(path))).toEqual(left);
});
