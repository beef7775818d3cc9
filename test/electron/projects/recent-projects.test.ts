import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecentProjects } from '../../../electron/projects/recent-projects.ts';
import { temporaryFolder, withCode } from './project-fixture.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => resolve('/projects', `${name}.pnpmix`)) as [
  string,
  string,
  string,
];

describe('recent projects', () => {
  it('are listed newest first, each once, and removed one by one', async () => {
    const file = join(await temporaryFolder(), 'config', 'recent.json');
    const recent = new RecentProjects(file);
    expect(recent.list()).toEqual([]);
    for (const [index, path] of [a, b, a, c].entries()) recent.remember(path, index);
    expect(new RecentProjects(file).list()).toEqual([
      { path: c, openedAtMs: 3 },
      { path: a, openedAtMs: 2 },
      { path: b, openedAtMs: 1 },
    ]);
    recent.forget(a);
    recent.forget(a);
    expect(recent.list().map(({ path }) => path)).toEqual([c, b]);
    expect(readdirSync(join(file, '..'))).toEqual(['recent.json', 'recent.json.lock']);
  });

  it('are at most fifty', async () => {
    const recent = new RecentProjects(join(await temporaryFolder(), 'recent.json'));
    for (let index = 0; index < 60; index++) recent.remember(resolve('/projects', `${index}`), index);
    expect(recent.list().length).toBe(50);
    expect(recent.list()[0]!.openedAtMs).toBe(59);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"version":2,"projects":[]}',
    '{"version":1,"projects":[{"path":"a","openedAtMs":0}]}',
  ])('a damaged list is set aside, not lost: %s', async (text) => {
    const file = join(await temporaryFolder(), 'recent.json');
    writeFileSync(file, text);
    const recent = new RecentProjects(file);
    expect(recent.list()).toEqual([]);
    recent.remember(a, 1);
    expect(recent.list()).toEqual([{ path: a, openedAtMs: 1 }]);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
  });

  it('a list that cannot be read is set aside', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'recent.json');
    symlinkSync(file, file);
    const recent = new RecentProjects(file);
    expect(recent.list()).toEqual([]);
    recent.remember(a, 1);
    expect(recent.list()).toEqual([{ path: a, openedAtMs: 1 }]);
    expect(readdirSync(folder)).toContain('recent.json.damaged');
  });

  it('accept no relative path', async () => {
    const recent = new RecentProjects(join(await temporaryFolder(), 'recent.json'));
    expect(() => recent.remember('a.pnpmix', 1)).toThrow(withCode('PARAMETER_INVALID'));
  });
});
