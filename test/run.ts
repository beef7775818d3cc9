/**
 * `npm test`: the code checks, then every test, closing with one plain line of counts made from the runner's
 * own report.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

/** The part of Vitest's JSON report that is read here. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  success: boolean;
}

const reportFile = 'out/test/vitest.json';

function run(command: string, args: string[]): boolean {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  return status === 0;
}

rmSync(reportFile, { force: true });
mkdirSync('out/test', { recursive: true });

const filters = process.argv.slice(2);
const checked = filters.length > 0 || run('node', ['build/check.ts']);
// The end-to-end tests look at the built page.
if (!run('vite', ['build', '--config', 'build/vite.renderer.ts', '--logLevel', 'warn'])) process.exit(1);
const tested = run('vitest', [
  'run',
  '--config',
  'build/vitest.config.ts',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportFile}`,
  ...filters,
]);

const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
// A test file that cannot be loaded has no tests to count, but has failed all the same.
const failed = Math.max(report.numFailedTests, report.success ? 0 : 1) + (checked ? 0 : 1);
if (!checked) console.log('The code checks failed and count as one failed test.');
console.log(
  `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped`,
);
process.exit(tested && checked && failed === 0 ? 0 : 1);
