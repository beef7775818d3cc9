import { configDefaults, defineConfig } from 'vitest/config';

const END_TO_END = ['test/e2e/**/*.test.ts'];

export default defineConfig({
  root: '.',
  test: {
    // They run in the order of their names, mixed where one ends: the longest, which wait the most, come first.
    projects: [
      {
        extends: true,
        test: { name: 'end-to-end', include: END_TO_END, globalSetup: 'test/e2e/install-chromium.ts' },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...END_TO_END],
        },
      },
    ],
    // ONNX Runtime sessions already use every core, and many more worker processes would only fight over them; but what
    // waits for a browser or another process leaves a core to one more.
    maxWorkers: 3,
    // One process for many files, one after the other: starting one for each, and loading the same modules there, takes
    // longer than most tests. What a file replaces that is global, it gives back (test/give-back.ts).
    isolate: false,
    setupFiles: 'test/give-back.ts',
    // No test is about how fast the machine is: these only end what hangs.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    // A test that fails before it gives a replaced method back does not fail those after it.
    restoreMocks: true,
    expect: { poll: { timeout: 300_000 } },
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
