/**
 * `npm test`: runs the code checks, then every test, and ends with one plain line of counts from the runner's own
 * report.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** The fields of Vitest's JSON report that are read here. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  success: boolean;
}

const reportFile = 'out/test/vitest.json';

/** @returns whether it succeeded */
async function run(command: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done(status === 0));
  });
}

/** The code checks, run in parallel with the tests, which sometimes wait for browsers and hosts; printed together at the end. */
async function check(): Promise<boolean> {
  const child = spawn(process.execPath, ['build/check.ts'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  const [status, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  process.stdout.write(output);
  process.stderr.write(errors);
  return status === 0;
}

rmSync(reportFile, { force: true });
mkdirSync('out/test', { recursive: true });

const filters = process.argv.slice(2);
const checking = filters.length > 0 ? Promise.resolve(true) : check();
// The end-to-end tests use the built page, which nothing can start before.
const built = await run('vite', [
  'build',
  '--config',
  'build/vite.renderer.ts',
  '--sourcemap',
  'false',
  '--logLevel',
  'warn',
]);
const tested =
  built &&
  (await run(
    'vitest',
    [
      'run',
      '--config',
      'build/vitest.config.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...filters,
    ],
    // Hosts, engines and commands start hundreds of times here, always from the same sources.
    { NODE_COMPILE_CACHE: resolve('out/test/compile-cache') },
  ));
const checked = await checking;
if (!existsSync(reportFile)) {
  console.error(built ? 'The tests ended before they wrote their report.' : 'The page could not be built.');
  process.exit(1);
}

const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
// A test file that fails to load has no tests to count, but has failed all the same.
const failed = Math.max(report.numFailedTests, report.success ? 0 : 1) + (checked ? 0 : 1);
if (!checked) console.log('The code checks failed and count as one failed test.');
console.log(
  `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped`,
);
process.exit(tested && checked && failed === 0 ? 0 : 1);
