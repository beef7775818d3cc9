/**
 * `npm run soak -- fuzz [--count N] [--seed S]`: malformed commands, messages, HTTP requests, pictures and project
 * files: the tests of `npm test`, many times over.
 */
import type { Soak } from './soak.ts';
import { runTests } from './soaked-tests.ts';

export const fuzz: Soak = {
  summary:
    '[--count 10000] [--seed S]  malformed input of every kind: the host lives, every answer has a code',
  run: async (args) => {
    const { held, figures } = runTests(args, 10_000, [
      'test/faults/fuzzed-commands.test.ts',
      'test/faults/fuzzed-host.test.ts',
    ]);
    const attempts = figures.reduce((total, figure) => total + figure.attempts, 0);
    const peak = Math.max(0, ...figures.map(({ peakMegabytes }) => peakMegabytes ?? 0));
    console.log(
      `${attempts} malformed, ${held ? 'all answered with a code, host alive' : 'FAILED: see above'}, peak ${peak} MB`,
    );
    return held;
  },
};
