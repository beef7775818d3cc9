/** `bench farm`: farms of 1 to 1,000 workers and up to 10,000 artists, simulated (docs/scale.md). */
import type { CommandContext } from '../../electron/foundation/command-line/command.ts';
import { type FarmModel, type FarmOutcome, type RedisCosts, simulateFarm } from './farm-simulation.ts';

/** From `npm run bench -- farm-throughput`; docs/scale.md says when and where. */
const MEASURED_COSTS: RedisCosts = {
  commandsPerJob: 108,
  // Measured with the starter's small pictures; a result of one megapixel, written and read, comes on top.
  bytesPerJob: 130_000 + 2 * 1_500_000,
  cpuSPerJob: 0.0053,
  commandsPerWorkerS: 1.6,
  cpuSPerWorkerS: 0.000_12,
};

/** A studio on GPUs: renders of seconds. The shares are assumptions, and said to be in docs/scale.md. */
const STUDIO: Omit<FarmModel, 'workers' | 'artists'> = {
  thinkS: 120,
  sweepShare: 0.02,
  sweepCells: 16,
  firstS: 8,
  retuneS: 5,
  retuneShare: 0.7,
  hasAffinity: false,
  overheadS: 0.03,
  durationS: 4 * 3600,
  seed: 1,
};

/** Workers, and artists for each of them. */
const SIZES = [1, 2, 5, 10, 50, 100, 500, 1000];
const ARTISTS_PER_WORKER = [5, 10, 15];

export interface ScaleRow extends FarmOutcome {
  readonly workers: number;
  readonly artists: number;
  readonly hasAffinity: boolean;
}

export function benchFarmScale({ print }: CommandContext): { readonly rows: readonly ScaleRow[] } {
  const rows: ScaleRow[] = [];
  const head = [
    'workers',
    'artists',
    'affinity',
    'jobs/s',
    'busy',
    'wait p95 s',
    'backlog',
    'commands/s',
    'MB/s',
    'Redis core',
  ];
  print(head.map((text) => text.padStart(10)).join(' '));
  for (const workers of SIZES) {
    for (const perWorker of ARTISTS_PER_WORKER) {
      for (const hasAffinity of [false, true]) {
        const artists = Math.min(10_000, workers * perWorker);
        const outcome = simulateFarm({ ...STUDIO, workers, artists, hasAffinity }, MEASURED_COSTS);
        rows.push({ workers, artists, hasAffinity, ...outcome });
        const cells = [
          workers,
          artists,
          hasAffinity ? 'yes' : 'no',
          outcome.donePerS.toFixed(1),
          `${Math.round(outcome.busyShare * 100)} %`,
          outcome.p95WaitS.toFixed(1),
          outcome.backlog,
          Math.round(outcome.redisCommandsPerS),
          (outcome.redisBytesPerS / 1e6).toFixed(1),
          `${Math.round(outcome.redisCpuShare * 100)} %`,
        ];
        print(cells.map((cell) => String(cell).padStart(10)).join(' '));
      }
    }
  }
  return { rows };
}
