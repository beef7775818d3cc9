/**
 * `npm run soak -- full-size [sd21] [sd15] [sdxl]`: opens and runs models of the published architectures at full size
 * with random weights, and prints what they cost. Takes minutes, up to 8 GB of memory and 3 GB of disk.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpoints, writeCheckpoint } from './full-size-weights.ts';
import type { Soak } from './soak.ts';

/** Measurements; seconds are processor time of all threads. */
export interface FullSizeFigures {
  /** Finding, checking and hashing the files, and building the graphs. */
  readonly openSeconds: number;
  /** A whole render of one step, including the creation of sessions. */
  readonly composeSeconds?: number;
  /** U-Net rows of that render. */
  readonly unetRows?: number;
  /** One more row at 64 x 64 latents, with the session already created. */
  readonly rowSeconds?: number;
  /** After the render. */
  readonly residentBytes?: number;
  readonly peakBytes: number;
  /** After the engine has released its sessions. */
  readonly releasedBytes?: number;
}

export const fullSize: Soak = {
  summary: '[sd21] [sd15] [sdxl]  full-size models with random weights open and run; memory and time a row',
  run: async (args) => {
    const names = (args.length === 0 ? Object.keys(checkpoints) : args) as (keyof typeof checkpoints)[];
    const unknown = names.filter((name) => !(name in checkpoints));
    if (unknown.length > 0) {
      console.error(`full-size knows ${Object.keys(checkpoints).join(', ')}, not ${unknown.join(', ')}.`);
      return false;
    }
    const held = names.map(measure);
    return held.every(Boolean);
  },
};

function measure(name: keyof typeof checkpoints): boolean {
  const isBackground = name === 'sdxl';
  const root = mkdtempSync(join(tmpdir(), `pnpmix-full-size-${name}-`));
  try {
    const folder = join(root, name);
    const weightBytes = writeCheckpoint(folder, checkpoints[name], isBackground ? 'holes' : 'random');
    const { status, stdout, error } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, 'full-size-child.ts'), folder, isBackground ? 'backgrounds' : 'blend'],
      { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
    );
    if (error) throw error;
    if (status !== 0) {
      console.log(`${name}: FAILED`);
      return false;
    }
    print(name, weightBytes, JSON.parse(stdout) as FullSizeFigures);
    return true;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function print(name: string, weightBytes: number, figures: FullSizeFigures): void {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const seconds = (value: number) => `${value.toFixed(1)} CPU-s`;
  const { openSeconds, composeSeconds, unetRows, rowSeconds, residentBytes, peakBytes, releasedBytes } =
    figures;
  const parts = [`weights ${gigabytes(weightBytes)}`, `open ${seconds(openSeconds)}`];
  if (composeSeconds !== undefined) parts.push(`one step ${seconds(composeSeconds)} (${unetRows} rows)`);
  if (rowSeconds !== undefined) parts.push(`a row ${seconds(rowSeconds)}`);
  parts.push(`peak ${gigabytes(peakBytes)}`);
  if (residentBytes !== undefined) parts.push(`resident ${gigabytes(residentBytes)}`);
  if (releasedBytes !== undefined) parts.push(`released ${gigabytes(releasedBytes)}`);
  console.log(`${name}: ${parts.join(', ')}`);
}
