/**
 * `npm run soak -- kills [--count N] [--seed S]`: random SIGKILLs of host and engine during saves, renders, exports,
 * imports and downloads: the tests of `npm test`, many times over.
 */
import type { Soak } from './soak.ts';
import { runTests } from './soaked-tests.ts';

export const kills: Soak = {
  summary: '[--count 500] [--seed S]  random kills of host and engine: nothing acknowledged is lost',
  run: async (args) => {
    const { held, figures } = runTests(args, 500, [
      'test/faults/host-kills.test.ts',
      'test/faults/engine-kills.test.ts',
      'test/faults/transfer-kills.test.ts',
      'test/electron/projects/killed.test.ts',
    ]);
    const sum = (name: 'attempts' | 'acknowledged') =>
      figures.reduce((total, figure) => total + (figure[name] ?? 0), 0);
    // A test stops at its first loss.
    console.log(
      `${sum('attempts')} kills, ${sum('acknowledged')} acknowledged, ${held ? '0 lost' : 'LOST or failed: see above'}`,
    );
    return held;
  },
};
