/**
 * `npm run check`: everything that a reviewer should not have to point out.
 *
 * Runs the formatter and linter (Biome), the type checker once per folder (each folder's tsconfig.json fixes
 * which globals exist there), the import rules (dependency-cruiser), the search for dead code (knip), and whether the
 * generated pages are up to date. Every step runs even if an earlier one failed, so that one run shows all problems.
 * As many steps run in parallel as there are cores, and each prints its output when it has ended.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

interface SolutionConfig {
  references: { path: string }[];
}

const solution = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as SolutionConfig;

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const steps: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  ...solution.references.map(({ path }) => ({
    name: `types of ${path}`,
    command: 'tsc',
    // Each of the compiler's own threads checks what they share once more: together they take twice the time.
    args: ['--noEmit', '--singleThreaded', '-p', path],
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

/** @returns whether it passed */
async function run({ name, command, args }: Step): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [status, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  process.stdout.write(output);
  process.stderr.write(errors);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
  return status === 0;
}

const failed: string[] = [];
// The large folders are at the end of the list: start them first, so that none of them runs alone at the end.
const waiting = steps.toReversed();
async function runWaiting(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    if (!(await run(step))) failed.push(step.name);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
