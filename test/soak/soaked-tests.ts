/** Runs tests that take their amount from outside (test/faults/amount.ts) and collects their figures. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figures } from '../faults/amount.ts';

/**
 * @param args `--count` and `--seed`
 * @param usualCount the count without `--count`
 * @param files the test files that share the count
 * @returns whether every test held, and the figures they recorded
 * @throws TypeError for other arguments, RangeError for a count or seed that is no whole number
 */
export function runTests(
  args: readonly string[],
  usualCount: number,
  files: readonly string[],
): { readonly held: boolean; readonly figures: readonly Figures[] } {
  const { values } = parseArgs({
    args: [...args],
    options: { count: { type: 'string' }, seed: { type: 'string' } },
  });
  const count = wholeNumber('count', values.count ?? `${usualCount}`, 1);
  const seed = wholeNumber('seed', values.seed ?? `${Date.now() % 2 ** 31}`, 0);
  const folder = mkdtempSync(join(tmpdir(), 'pnpmix-soak-'));
  const figuresFile = join(folder, 'figures.jsonl');
  writeFileSync(figuresFile, '');
  try {
    const { status, error } = spawnSync(
      'vitest',
      [
        'run',
        '--config',
        'build/vitest.config.ts',
        '--reporter=verbose',
        '--disableConsoleIntercept',
        ...files,
      ],
      {
        stdio: 'inherit',
        shell: process.platform === 'win32',
        env: {
          ...process.env,
          SOAK_COUNT: `${count}`,
          SOAK_SEED: `${seed}`,
          SOAK_FIGURES: figuresFile,
        },
      },
    );
    if (error) throw error;
    const lines = readFileSync(figuresFile, 'utf8').split('\n').filter(Boolean);
    return { held: status === 0, figures: lines.map((line) => JSON.parse(line) as Figures) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`--${name} takes a whole number from ${least}, not "${text}".`);
  }
  return value;
}
