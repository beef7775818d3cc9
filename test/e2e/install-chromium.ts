/** Finds or installs a Chromium once per run, before files that need it start in parallel. */
import { findChromium } from './chromium.ts';

/** Vitest calls this before the first end-to-end test, if any of them runs. */
export default function installChromium(): void {
  findChromium();
}
