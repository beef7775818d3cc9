/**
 * `npm run soak -- latency [FILE...]`: the end-to-end tests with a host that answers late and a slow page, which shows
 * races between them that a slow machine shows by chance.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Soak } from './soak.ts';

/** How long a test then waits for one thing. */
const PATIENCE_MS = 60_000;

export const latency: Soak = {
  summary: '[--latency-ms 250] [--slowdown 2] [FILE...]  end-to-end tests with a late host and a slow page',
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'latency-ms': { type: 'string', default: '250' },
        slowdown: { type: 'string', default: '2' },
      },
    });
    const run = (...command: [string, ...string[]]) =>
      spawnSync(command[0], command.slice(1), {
        stdio: 'inherit',
        shell: process.platform === 'win32',
        env: {
          ...process.env,
          PNPMIX_TEST_LATENCY_MS: values['latency-ms'],
          PNPMIX_TEST_SLOWDOWN: values.slowdown,
          PNPMIX_TEST_PATIENCE_MS: `${PATIENCE_MS}`,
        },
      }).status === 0;
    return (
      run('vite', 'build', '--config', 'build/vite.renderer.ts', '--logLevel', 'warn') &&
      run('vitest', 'run', '--config', 'build/vitest.config.ts', '--project', 'end-to-end', ...positionals)
    );
  },
};
