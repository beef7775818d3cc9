/**
 * `npm run coverage [-- FILTER...]`: runs all tests, or the filtered ones, and prints their code coverage by folder.
 * Code that only runs in other processes (the engine, `serve`, the page in Chromium) is not counted. The whole report
 * is in out/coverage.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from './build-host.ts';

interface Counted {
  readonly total: number;
  readonly covered: number;
}

/** Coverage of a file; Istanbul's json-summary. */
interface FileCoverage {
  readonly lines: Counted;
  readonly functions: Counted;
  readonly branches: Counted;
}

const MEASURES = ['lines', 'functions', 'branches'] as const;

/** The folder of a file in the table: two levels deep, such as electron/app or renderer/editor. */
export function folderOf(path: string): string {
  return path.split(/[\\/]/).slice(0, -1).slice(0, 2).join('/');
}

/** @returns a Markdown table in percent, one row per folder */
export function coverageTable(files: Readonly<Record<string, FileCoverage>>): string {
  const folders = Map.groupBy(Object.entries(files), ([path]) => folderOf(path));
  const rows = [...folders]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([folder, entries]) => {
      const shares = MEASURES.map((measure) => {
        const sum = (part: keyof Counted) =>
          entries.reduce((total, [, coverage]) => total + coverage[measure][part], 0);
        return sum('total') === 0 ? '–' : `${((100 * sum('covered')) / sum('total')).toFixed(0)} %`;
      });
      return `| ${folder} | ${entries.length} | ${shares.join(' | ')} |`;
    });
  return [
    '| folder | files | lines | functions | branches |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

if (import.meta.main) {
  const { status, error } = spawnSync(
    'vitest',
    ['run', '--config', 'build/vitest.config.ts', '--coverage', ...process.argv.slice(2)],
    { stdio: 'inherit', cwd: ROOT, shell: process.platform === 'win32' },
  );
  if (error) throw error;
  const summary = JSON.parse(
    readFileSync(join(ROOT, 'out', 'coverage', 'coverage-summary.json'), 'utf8'),
  ) as Record<string, FileCoverage>;
  const files = Object.entries(summary)
    .filter(([path]) => path !== 'total')
    .map(([path, coverage]) => [relative(ROOT, path).replaceAll(sep, '/'), coverage] as const);
  console.log(coverageTable(Object.fromEntries(files)));
  process.exitCode = status ?? 1;
}
