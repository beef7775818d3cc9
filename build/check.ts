/**
 * `npm run check`: everything a reviewer should not have to say.
 *
 * Runs the formatter and linter (Biome), the type checker once per folder (each folder's tsconfig.json fixes
 * which globals exist there), the import rules (dependency-cruiser), the search for dead code (knip), and whether the
 * pages that are made from the code are current.
 * Every step runs even when an earlier one failed, so that one run shows all there is to mend.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface SolutionConfig {
  references: { path: string }[];
}

const solution = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as SolutionConfig;

const steps: { name: string; command: string; args: string[] }[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  ...solution.references.map(({ path }) => ({
    name: `types of ${path}`,
    command: 'tsc',
    args: ['--noEmit', '-p', path],
  })),
  {
    name: 'import rules',
    command: 'depcruise',
    args: [
      '--config',
      '.dependency-cruiser.json',
      'electron',
      'native-models/graph',
      'renderer',
      'build',
      'test',
    ],
  },
  { name: 'unused code', command: 'knip', args: [] },
  { name: 'generated pages', command: 'node', args: ['build/docs.ts', '--check'] },
];

const failed: string[] = [];
for (const { name, command, args } of steps) {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
