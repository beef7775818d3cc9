import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Tests with a process of their own: what they change would reach other files in the same one, or was changed by them.
 * The first two read formats that the product's picture process blocks (electron/foundation/pictures/libvips.ts), the
 * others replace modules.
 */
export const ISOLATED = [
  'test/build/package.test.ts',
  'test/faults/transfer-kills.test.ts',
  'test/electron/foundation/files/no-locks.test.ts',
  'test/electron/inference/runtime/lazy.test.ts',
  'test/electron/main/**/*.test.ts',
  'test/renderer/canvas/picture-worker.test.ts',
  'test/renderer/client/web-socket-transport.test.ts',
  'test/renderer/panels/flow/late-pictures.test.ts',
  'test/renderer/panels/flow/watch-warnings.test.ts',
  'test/renderer/panels/window/window-redraws.test.ts',
  'test/renderer/session/background-size.test.ts',
  'test/renderer/session/diagnostics.test.ts',
  'test/renderer/session/pictures.test.ts',
];
const END_TO_END = ['test/e2e/**/*.test.ts'];
const FARM = ['test/electron/farm/**/*.test.ts'];

export default defineConfig({
  root: '.',
  test: {
    // They run in the order of their names, mixed where one ends: the longest, which wait the most, come first.
    projects: [
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: END_TO_END,
          globalSetup: ['test/e2e/install-chromium.ts', 'test/electron/farm/install-redis.ts'],
          // One process and one browser for many files, one after another (test/e2e/chromium.ts).
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'farm',
          include: FARM,
          globalSetup: 'test/electron/farm/install-redis.ts',
          isolate: false,
          setupFiles: ['test/give-back.ts', 'test/shared-process.ts'],
        },
      },
      { extends: true, test: { name: 'isolated', include: ISOLATED } },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...END_TO_END, ...FARM, ...ISOLATED],
          // One process for many files: starting one for each takes longer than most of these tests.
          isolate: false,
          setupFiles: ['test/give-back.ts', 'test/shared-process.ts'],
        },
      },
    ],
    // ONNX Runtime sessions already use every core, and many more worker processes would only fight over them; but what
    // waits for a browser or another process leaves a core to one more. Four take longer.
    maxWorkers: 3,
    // Globals that a file replaces are restored: the next one may run in the same process.
    setupFiles: 'test/give-back.ts',
    // No test is about how fast the machine is: these only end what hangs.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    // A method that a failing test has replaced is restored for the tests after it.
    restoreMocks: true,
    expect: { poll: { timeout: Number(process.env.PNPMIX_TEST_PATIENCE_MS ?? 300_000) } },
    // `npm run coverage` (build/coverage.ts).
    coverage: {
      provider: 'v8',
      include: ['electron/**/*.ts', 'renderer/**/*.{ts,tsx}', 'native-models/graph/**/*.ts'],
      reporter: ['json-summary', 'html'],
      reportsDirectory: 'out/coverage',
      reportOnFailure: true,
    },
  },
});
