import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: '.',
  test: {
    include: ['test/**/*.test.ts'],
    // ONNX Runtime sessions already use every core; more worker processes would only fight over them.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a browser is to show may take its time on a busy machine.
    expect: { poll: { timeout: 30_000 } },
  },
});
