import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: '.',
  test: {
    include: ['test/**/*.test.ts'],
    // ONNX Runtime sessions already use every core; more worker processes would only fight over them.
    maxWorkers: 2,
    // No test is about how fast the machine is: these only end what hangs.
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
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
