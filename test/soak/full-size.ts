/**
 * `npm run soak -- full-size [sd21] [sd15] [sdxl] [--low-memory]`: opens and runs models of the published
 * architectures at full size with random weights, and prints what they cost. Takes many minutes, up to 17 GB of memory
 * (with --low-memory 13) and 7 GB of disk. Linux only, where a process can measure the peak of a stage.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ENGINE_ENVIRONMENT } from '../../electron/app/engine/engine-child.ts';
import { checkpoints, writeCheckpoint } from './full-size-weights.ts';
import type { Soak } from './soak.ts';

/** Peaks of the process's resident size in bytes, by what it was doing. */
export interface StagePeaks {
  /** Opening the model and reading the scene. */
  open: number;
  /** Encoding pictures. */
  encode: number;
  /** Encoding prompts, creating the U-Net's session and running it. */
  unet: number;
  /** From the last row to the picture: it begins with the U-Net loaded. */
  decode: number;
}

/** Measurements; seconds are processor time of all threads. */
export interface FullSizeFigures {
  /** Finding, checking and hashing the files, and building the graphs. */
  readonly openSeconds: number;
  /** A whole render of one step, including the creation of sessions. */
  readonly composeSeconds: number;
  /** U-Net rows of that render. */
  readonly unetRows: number;
  /** One more row, with the session already created. */
  readonly rowSeconds: number;
  readonly peaks: StagePeaks;
  /** Peak of decoding a picture with no other model loaded. */
  readonly decodeAloneBytes: number;
  /** After the render. */
  readonly residentBytes: number;
  /** After the engine has released its sessions. */
  readonly releasedBytes: number;
}

/** Side of the rendered picture: what the model was trained at. */
const SIZE_PX = { sd21: 512, sd15: 512, sdxl: 1024 } as const satisfies Record<
  keyof typeof checkpoints,
  number
>;

/** What the process may take while it decodes with only the autoencoder loaded. */
const DECODE_LIMIT_BYTES = 2e9;

export const fullSize: Soak = {
  summary:
    '[sd21] [sd15] [sdxl] [--low-memory]  full-size models with random weights render; memory and time',
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'low-memory': { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const names = (
      positionals.length === 0 ? Object.keys(checkpoints) : positionals
    ) as (keyof typeof checkpoints)[];
    const unknown = names.filter((name) => !(name in checkpoints));
    if (unknown.length > 0) {
      console.error(`full-size knows ${Object.keys(checkpoints).join(', ')}, not ${unknown.join(', ')}.`);
      return false;
    }
    if (process.platform !== 'linux') {
      console.error('full-size measures the memory of stages as only Linux can.');
      return false;
    }
    const modes = values['low-memory'] ? (['low-memory'] as const) : (['usual', 'low-memory'] as const);
    return names.map((name) => measure(name, modes)).every(Boolean);
  },
};

function measure(name: keyof typeof checkpoints, modes: readonly ('usual' | 'low-memory')[]): boolean {
  const root = mkdtempSync(join(tmpdir(), `pnpmix-full-size-${name}-`));
  try {
    const folder = join(root, name);
    const weightBytes = writeCheckpoint(folder, checkpoints[name], 'random');
    console.log(`${name}: weights ${gigabytes(weightBytes)}, one step at ${SIZE_PX[name]} px`);
    return modes.map((mode) => measureMode(name, folder, mode)).every(Boolean);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function measureMode(name: keyof typeof checkpoints, folder: string, mode: 'usual' | 'low-memory'): boolean {
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'full-size-child.ts'), folder, String(SIZE_PX[name]), mode],
    // Memory is returned as it is in the engine's process.
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      env: { ...process.env, ...ENGINE_ENVIRONMENT },
    },
  );
  if (error) throw error;
  if (status !== 0) {
    console.log(`  ${mode}: FAILED`);
    return false;
  }
  const figures = JSON.parse(stdout) as FullSizeFigures;
  print(mode, figures);
  const decodesInLimit = figures.decodeAloneBytes <= DECODE_LIMIT_BYTES;
  if (!decodesInLimit) console.log(`  FAILED: decoding takes more than ${gigabytes(DECODE_LIMIT_BYTES)}`);
  return decodesInLimit;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function print(mode: string, figures: FullSizeFigures): void {
  const seconds = (value: number) => `${value.toFixed(1)} CPU-s`;
  const { openSeconds, composeSeconds, unetRows, rowSeconds, peaks } = figures;
  console.log(
    `  ${mode}: open ${seconds(openSeconds)}, render ${seconds(composeSeconds)} (${unetRows} rows), ` +
      `a row ${seconds(rowSeconds)}; peaks: ${Object.entries(peaks)
        .map(([stage, bytes]) => `${stage} ${gigabytes(bytes)}`)
        .join(
          ', ',
        )}, decoding alone ${gigabytes(figures.decodeAloneBytes)}; resident after it ${gigabytes(figures.residentBytes)}, ` +
      `released ${gigabytes(figures.releasedBytes)}`,
  );
}
