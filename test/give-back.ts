/** Set-up of each test file: restores globals, so that the next file in the same process finds them unchanged. */
import { afterAll, vi } from 'vitest';

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
