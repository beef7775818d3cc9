/**
 * `bench frameworks [starter] [sd15] [sd21] [sdxl]`: rows of U-Nets per second in this program, PyTorch eager and
 * OpenVINO, in single precision, each on the same one core: by processor time, which hardly depends on what else the
 * machine does. Installs the latter two, exact versions, into a virtual environment of Python 3.11 or newer (about 6 GB
 * in out/frameworks). Models other than the starter pack have random weights. Linux only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ENGINE_ENVIRONMENT } from '../../../electron/app/engine/engine-child.ts';
import { packFolder } from '../../../electron/cli/pack-folder.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import { textTable } from '../../../electron/evaluation/text-table.ts';
import type { CommandContext } from '../../../electron/foundation/command-line/command.ts';
import { checkpoints, writeCheckpoint } from '../../soak/full-size-weights.ts';

/** Processor time of one model’s rows, on one thread. */
interface FrameworkTimes {
  readonly model: string;
  readonly sizePx: number;
  /** Rows of a call. */
  readonly rows: number;
  readonly ownMsPerRow: number;
  readonly torchMsPerRow: number;
  readonly openvinoMsPerRow: number;
  /** Largest difference of each one's result to this program's, relative to the largest value. */
  readonly torchDifference: number;
  readonly openvinoDifference: number;
}

export interface FrameworksReport {
  readonly models: readonly FrameworkTimes[];
}

/** What a framework's process prints. */
interface Measured {
  readonly msPerRow: number;
  readonly difference?: number;
}

/** A re-tune of two concepts runs four rows in a call; of large models one row fits into memory beside all else. */
const MODELS = {
  starter: { sizePx: 256, rows: 4, rounds: 3, seconds: 10 },
  sd15: { sizePx: 512, rows: 1, rounds: 1, seconds: 20 },
  sd21: { sizePx: 512, rows: 1, rounds: 1, seconds: 20 },
  sdxl: { sizePx: 1024, rows: 1, rounds: 1, seconds: 60 },
} as const;

type ModelName = keyof typeof MODELS;

/** @throws StudioError USAGE for a model that it does not know */
export async function benchFrameworks({
  positionals,
  print,
  progress,
}: CommandContext): Promise<FrameworksReport> {
  const asked = positionals.slice(1);
  const unknown = asked.filter((name) => !(name in MODELS));
  if (unknown.length > 0) {
    throw new StudioError(
      'USAGE',
      `bench frameworks knows ${Object.keys(MODELS).join(', ')}, not ${unknown.join(', ')}.`,
    );
  }
  if (process.platform !== 'linux') {
    throw new StudioError('USAGE', 'bench frameworks ties processes to one core as only Linux can.');
  }
  const python = installed();
  const models: FrameworkTimes[] = [];
  for (const name of (asked.length > 0 ? asked : Object.keys(MODELS)) as ModelName[]) {
    progress.say(`Measuring ${name}`);
    models.push(await measure(name, python));
  }
  const ratio = (other: number, own: number) => `${(other / own).toFixed(2)}x`;
  const perSecond = (msPerRow: number) => (1000 / msPerRow).toPrecision(3);
  for (const line of textTable([
    ['rows per second of a core', 'here', 'PyTorch', 'OpenVINO', 'to PyTorch', 'to OpenVINO'],
    ...models.map(({ model, sizePx, ownMsPerRow, torchMsPerRow, openvinoMsPerRow }) => [
      `${model}, ${sizePx} px`,
      perSecond(ownMsPerRow),
      perSecond(torchMsPerRow),
      perSecond(openvinoMsPerRow),
      ratio(torchMsPerRow, ownMsPerRow),
      ratio(openvinoMsPerRow, ownMsPerRow),
    ]),
  ])) {
    print(line);
  }
  return { models };
}

/** Makes the virtual environment, unless it is there. @returns its Python */
function installed(): string {
  const folder = resolve('out', 'frameworks');
  const python = join(
    folder,
    ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
  );
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '-r', join(import.meta.dirname, 'requirements.txt')]);
  mkdirSync(complete);
  return python;
}

async function measure(name: ModelName, python: string): Promise<FrameworkTimes> {
  const { sizePx, rows, rounds, seconds } = MODELS[name];
  const root = mkdtempSync(join(tmpdir(), `pnpmix-frameworks-${name}-`));
  try {
    const checkpoint = name === 'starter' ? await packFolder('starter') : join(root, 'checkpoint');
    if (name !== 'starter') writeCheckpoint(checkpoint, checkpoints[name], 'random');
    const exchange = join(root, 'exchange');
    mkdirSync(exchange);
    const script = join(import.meta.dirname, 'frameworks.py');
    const common = [resolve(checkpoint), exchange, String(seconds)];
    const own = () =>
      measured(process.execPath, [
        join(import.meta.dirname, 'own-rows.ts'),
        ...common,
        String(rows),
        String(sizePx),
      ]);
    const other = (framework: 'torch' | 'openvino') => measured(python, [script, framework, ...common]);
    const found: Record<'own' | 'torch' | 'openvino', Measured[]> = { own: [], torch: [], openvino: [] };
    // One after another and again, so that what else the machine does meets all of them.
    for (let round = 0; round < rounds; round++) {
      found.own.push(own());
      if (round === 0) run(python, [script, 'convert', ...common]);
      found.torch.push(other('torch'));
      found.openvino.push(other('openvino'));
    }
    const least = (times: readonly Measured[]) => Math.min(...times.map(({ msPerRow }) => msPerRow));
    const farthest = (times: readonly Measured[]) => Math.max(...times.map(({ difference }) => difference!));
    return {
      model: name,
      sizePx,
      rows,
      ownMsPerRow: least(found.own),
      torchMsPerRow: least(found.torch),
      openvinoMsPerRow: least(found.openvino),
      torchDifference: farthest(found.torch),
      openvinoDifference: farthest(found.openvino),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Runs a process on the first core alone, where this program and OpenVINO start one thread too. */
function measured(command: string, args: readonly string[]): Measured {
  return JSON.parse(
    run('taskset', ['-c', '0', command, ...args])
      .trim()
      .split('\n')
      .at(-1)!,
  ) as Measured;
}

/** @throws Error with what the process wrote */
function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...ENGINE_ENVIRONMENT },
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}
