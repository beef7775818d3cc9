/** Finds, or installs, a Chromium once for a run, before files that need it start side by side. */
import { findChromium } from './chromium.ts';

/** Vitest calls this before the first of the end-to-end tests, if any of them runs. */
export default function installChromium(): void {
  findChromium();
}
