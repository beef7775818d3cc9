/**
 * `npm run check`: everything that a reviewer should not have to point out.
 *
 * Runs the formatter and linter (Biome), the type checker (each folder's tsconfig.json fixes which globals exist
 * there; folders with the same ones are checked together), the import rules (dependency-cruiser), the search for dead code (knip), and whether the
 * generated pages are up to date. Every step runs even if an earlier one failed, so that one run shows all problems.
 * As many steps run in parallel as there are cores, and each prints its output when it has ended.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

interface SolutionConfig {
  readonly references: readonly { readonly path: string }[];
}

interface FolderConfig {
  readonly extends: string;
  readonly compilerOptions: object;
  readonly include: readonly string[];
}

/** Folders that are type-checked as one program. */
interface TypeCheck {
  readonly folders: readonly string[];
  readonly config: string;
}

/**
 * One check for all folders with the same compiler options: a check of each would check what they import from each
 * other again, at three times the processor time. So no file may declare globals: they would exist in all of them.
 */
function typeChecks(): TypeCheck[] {
  const { references } = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as SolutionConfig;
  const folders = references.map(({ path }) => ({
    path,
    config: JSON.parse(readFileSync(join(path, 'tsconfig.json'), 'utf8')) as FolderConfig,
  }));
  const groups = Map.groupBy(folders, ({ path, config }) =>
    JSON.stringify({ extends: join(path, config.extends), compilerOptions: config.compilerOptions }),
  );
  const out = join('out', 'check');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  return [...groups].map(([options, members], index) => {
    const shared = JSON.parse(options) as Omit<FolderConfig, 'include'>;
    const fromHere = (path: string) => join('..', '..', path);
    const config = join(out, `tsconfig-${index}.json`);
    const include = members.flatMap(({ path, config: { include: patterns } }) =>
      patterns.map((pattern) => fromHere(join(path, pattern))),
    );
    writeFileSync(config, JSON.stringify({ ...shared, extends: fromHere(shared.extends), include }));
    return { folders: members.map(({ path }) => path), config };
  });
}

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const steps: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  ...typeChecks().map(({ folders, config }) => ({
    name: `types of ${folders.join(', ')}`,
    command: 'tsc',
    // Each of the compiler's own threads checks what they share once more: together they take twice the time.
    args: ['--singleThreaded', '-p', config],
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
