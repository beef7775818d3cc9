/**
 * Total time of a picture (the paper's table 4.2): a first render with nothing cached, and a re-tune of beta, for one to
 * eight concepts, by stage. There is no training, on which the paper's other methods spend most of their time.
 */
import { createHash, randomInt } from 'node:crypto';
import type { AssetFile, LoadedScene } from '../app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import { MAX_SEED } from '../contract/parameters.ts';
import type { RenderStage } from '../contract/progress.ts';
import { MAX_CONCEPTS } from '../contract/scene-file.ts';
import type { Engine } from '../inference/engine/engine.ts';
import { encodeMaskPng } from '../inference/images/images.ts';
import { tensor } from '../pipeline/tensor/tensor.ts';
import { type EvaluationScene, evenly } from './evaluation-scenes.ts';
import { type Metric, type MetricResult, stopIfCancelled } from './metric.ts';
import { extensionsOff, paperTotalTime } from './paper-figures.ts';
import { textTable } from './text-table.ts';

/** One render's cost. */
export interface RenderTime {
  readonly seconds: number;
  readonly secondsByStage: Readonly<Record<RenderStage, number>>;
  readonly unetRows: number;
}

export interface TotalTimes {
  readonly steps: number;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly {
    readonly concepts: number;
    readonly first: RenderTime;
    /** With another beta and everything else as before. */
    readonly retune: RenderTime;
  }[];
}

export const totalTimeMetric: Metric = {
  name: 'total-time',
  title: 'Total time',
  isOnlyByName: true,
  async run({ engine, scenes, signal, onProgress }): Promise<MetricResult> {
    const totalTimes = await measureTotalTimes(engine, scenes, signal, onProgress);
    return { report: { totalTimes, paperTotalTime }, lines: describeTotalTimes(totalTimes) };
  },
};

/**
 * Measures. The models are loaded before the first measured render; every number of concepts has a random seed of its
 * own, so that it finds no inversion of another, or of an earlier run, in a cache.
 *
 * @param scenes source of the concepts, from as many scenes as possible
 * @throws StudioError CANCELLED, and the engine's errors
 */
export async function measureTotalTimes(
  engine: Engine,
  scenes: readonly EvaluationScene[],
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<TotalTimes> {
  const { steps = 50, beta = 0.8 } = engine.pack.recommended;
  const render = async (scene: LoadedScene, seed: number, dilution: number): Promise<RenderTime> => {
    stopIfCancelled(signal);
    const request = makeRequest(scene, engine.pack, {
      parameters: { ...extensionsOff, steps, seed, beta: dilution },
    });
    const { totalMs, timingsMs, unetRows } = await engine.render(request, assetReader(scene), { signal });
    const secondsByStage = Object.fromEntries(
      Object.entries(timingsMs).map(([stage, ms]) => [stage, ms / 1000]),
    ) as Record<RenderStage, number>;
    return { seconds: totalMs / 1000, secondsByStage, unetRows };
  };
  const rows = [];
  const firstSeed = randomInt(MAX_SEED - MAX_CONCEPTS);
  await render(await crowdedScene(scenes, 1), firstSeed, beta);
  for (let concepts = 1; concepts <= MAX_CONCEPTS; concepts++) {
    const scene = await crowdedScene(scenes, concepts);
    const first = await render(scene, firstSeed + concepts, beta);
    const retune = await render(scene, firstSeed + concepts, beta / 2);
    rows.push({ concepts, first, retune });
    onProgress(concepts, MAX_CONCEPTS);
  }
  const { width, height } = engine.framePack.size ?? scenes[0]!.background;
  return { steps, width, height, rows };
}

const COLUMNS = 4;

/** A scene of many concepts: the first scene's background, a region in each cell of a grid, concepts of other scenes. */
async function crowdedScene(scenes: readonly EvaluationScene[], count: number): Promise<LoadedScene> {
  const [base] = scenes;
  const { width, height } = base!.background;
  const assetIds = new Map(base!.loaded.assetIds);
  const assets = new Map(base!.loaded.assets);
  const add = (name: string, { bytes }: Pick<AssetFile, 'bytes'>) => {
    const id = createHash('sha256').update(bytes).digest('hex');
    assetIds.set(name, id);
    assets.set(id, { name, bytes });
    return name;
  };
  const concepts = [];
  const chosen = evenly(scenes, count);
  for (let index = 0; index < count; index++) {
    const { file, assetIds: ids, assets: files } = chosen[index % chosen.length]!.loaded;
    const concept = file.concepts[0]!;
    const asset = (path: string) => files.get(ids.get(path)!)!;
    const [column, row] = [index % COLUMNS, Math.floor(index / COLUMNS)];
    const [cellWidth, cellHeight] = [width / COLUMNS, height / 2];
    const mask = new Float32Array(width * height);
    for (let y = Math.ceil((row + 0.15) * cellHeight); y < (row + 0.85) * cellHeight; y++) {
      const [from, to] = [Math.ceil((column + 0.1) * cellWidth), Math.floor((column + 0.9) * cellWidth)];
      mask.fill(1, y * width + from, y * width + to);
    }
    const { subject, ...rest } = concept;
    concepts.push({
      ...rest,
      name: `concept ${index + 1}`,
      image: add(`image-${index + 1}`, asset(concept.image)),
      ...(subject !== undefined && { subject: add(`subject-${index + 1}`, asset(subject)) }),
      mask: add(`mask-${index + 1}`, { bytes: await encodeMaskPng(tensor(mask, [height, width])) }),
      order: index + 1,
    });
  }
  return { ...base!.loaded, file: { ...base!.loaded.file, concepts }, assetIds, assets };
}

/** Headings of {@link timeRows}. */
export const TIME_HEADINGS = [
  'concepts',
  'total',
  'load',
  'encode',
  'inversion',
  'blending',
  'decode',
  'U-Net rows',
] as const;

/** Cells of a table: a first render and a re-tune for each number of concepts, in seconds by stage. */
export function timeRows(rows: TotalTimes['rows']): string[][] {
  const cells = (what: string, { seconds, secondsByStage: stages, unetRows }: RenderTime) => [
    what,
    ...[seconds, stages.load, stages.encode, stages.invert, stages.blend, stages.decode].map((value) =>
      value.toFixed(2),
    ),
    String(unetRows),
  ];
  return rows.flatMap(({ concepts, first, retune }) => [
    cells(`${concepts}, first`, first),
    cells(`${concepts}, re-tune`, retune),
  ]);
}

function describeTotalTimes({ steps, width, height, rows }: TotalTimes): string[] {
  return [
    `Total time in seconds, ${width} x ${height}, ${steps} steps, models loaded, nothing cached`,
    ...textTable([TIME_HEADINGS, ...timeRows(rows)]),
    '',
    'As published (the paper’s table 4.2), several concepts, NVIDIA A40, 512 x 512, Stable Diffusion 2.1; does not compare:',
    ...textTable([
      ['method', 'training', 'inference', 'total'],
      ...Object.entries(paperTotalTime).map(([method, { training, inference, total }]) => [
        method,
        String(training),
        String(inference),
        String(total),
      ]),
    ]),
  ];
}
