/**
 * `bench`: measures what a render costs and compares it with the textbook oracle in the same run.
 *
 * It is under test/ because the oracle is, and nothing outside test/ may import that.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScene } from '../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../electron/app/scenes/scene-request.ts';
import { openEngineInProcess } from '../../electron/cli/engine-in-process.ts';
import { describeDevice, engineOptions } from '../../electron/cli/engine-options.ts';
import { prepareOutput, writeOutput } from '../../electron/cli/output-file.ts';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { parameterOptions, readOverrides } from '../../electron/cli/parameter-options.ts';
import type { RenderRequest } from '../../electron/contract/render-request.ts';
import type { Command, CommandContext } from '../../electron/foundation/command-line/command.ts';
import type { Engine } from '../../electron/inference/engine/engine.ts';
import type { AssetReader } from '../../electron/inference/scene/scene-concepts.ts';
import { tensorToImage } from '../../electron/pipeline/processors/image.ts';
import { stepsFrom } from '../../electron/pipeline/schedulers/noise-schedule.ts';
import { maxAbsDifference, type Tensor } from '../../electron/pipeline/tensor/tensor.ts';
import { textbookRender } from '../oracle/textbook-render.ts';
import type { EditorBenchReport } from './editor-bench.ts';
import { measurePackOpening } from './pack-opening.ts';
import type { PhotoBenchReport } from './photo-bench.ts';
import { benchProject, type ProjectBenchReport } from './project-bench.ts';
import { profileLines, profileRender, type RenderProfile } from './render-profile.ts';

/** Contents of out/bench.json. */
interface BenchReport extends ProjectBenchReport {
  readonly concepts: number;
  /** Steps that are run, which `startAt` makes fewer than the request's. */
  readonly steps: number;
  readonly guidanceScale: number;
  readonly swapGuidanceScale: number;
  /** U-Net rows of a whole render, by number of steps. */
  readonly rowsPerStepFirst: number;
  readonly rowsPerStepRetune: number;
  readonly rowsPerStepOracle: number;
  readonly msPerRow: number;
  /** Share of a first render and of a re-tune that is spent outside the U-Net, 0..1. */
  readonly outsideUnetShare: number;
  readonly firstMs: number;
  readonly retuneMs: number;
  readonly oracleMs: number;
  readonly firstVsOracle: number;
  readonly retuneVsOracle: number;
  /** Time relative to the textbook version of all steps, from all of the noise, as the paper has it. */
  readonly firstVsPaper: number;
  readonly retuneVsPaper: number;
  readonly maxLatentDifference: number;
  /** From the start of an engine's process to an open pack, with an empty cache. */
  readonly packOpenMs: number;
  readonly peakMemoryBytes: number;
  readonly device: string;
  /** With --profile. */
  readonly profiles?: Readonly<Record<string, RenderProfile>>;
  /** Omitted with --no-editor. */
  readonly editor?: EditorBenchReport & PhotoBenchReport;
}

export const benchCommand: Command = {
  name: 'bench',
  summary: 'Measures a render against the textbook version of the method, in one run.',
  usage:
    '[SCENE.json] [options] | clicks | farm | farm-throughput | frameworks [starter] [sd15] [sd21] [sdxl]',
  details:
    'Times are of this machine in this run: compare the ratios. The editor is measured in a Chromium, on the page as ' +
    'it is built. Writes out/bench.json.\n' +
    'clicks counts what a user does for three stories. farm simulates render farms, farm-throughput measures one of two workers here (docs/scale.md). ' +
    'frameworks compares the speed of U-Nets with PyTorch and OpenVINO, which it installs in out/frameworks (docs/models.md).',
  options: {
    ...parameterOptions,
    ...engineOptions,
    'no-editor': { description: 'Leave out what needs a browser.' },
    profile: {
      description:
        'Print where the milliseconds of a first render and of a re-tune go, by model and source file.',
    },
  },
  run: runBench,
};

/** Benches that have nothing to do with a scene, by their name in its place. */
const otherBenches: Readonly<Record<string, (context: CommandContext) => Promise<object>>> = {
  farm: async (context) => (await import('./farm-scale.ts')).benchFarmScale(context),
  clicks: async (context) => {
    buildPage();
    return (await import('./click-bench.ts')).benchClicks(context);
  },
  frameworks: async (context) => (await import('./frameworks/frameworks.ts')).benchFrameworks(context),
  'farm-throughput': async (context) => (await import('./farm-throughput.ts')).benchFarmThroughput(context),
};

async function runBench(context: CommandContext): Promise<void> {
  const { options, positionals, signal, print, result } = context;
  const otherBench = otherBenches[positionals[0] ?? ''];
  if (otherBench !== undefined) {
    const file = join('out', `bench-${positionals[0]}.json`);
    await prepareOutput(file);
    const report = await otherBench(context);
    await writeOutput(file, `${JSON.stringify(report, null, 2)}\n`);
    result({ file, report });
    return;
  }
  if (!options.has('no-editor')) buildPage();
  const out = join('out', 'bench.json');
  await prepareOutput(out);
  const scene = await loadScene(
    positionals[0] ?? join(await packFolder(options.text('pack')), 'scenes', 'two-concepts', 'scene.json'),
  );
  const packOpenMs = await measurePackOpening(options, signal);
  const cacheFolder = await mkdtemp(join(tmpdir(), 'pnp-mix-bench-'));
  let engine: Engine | undefined;
  try {
    engine = await openEngineInProcess(options, signal, undefined, { cacheFolder });
    const request = makeRequest(scene, engine.pack, readOverrides(options));
    const readAsset = assetReader(scene);
    // Sessions are created on first use: a short render with another prompt and seed creates them, and nothing that it
    // keeps in memory is of use for this scene.
    const warmUp = {
      ...request,
      scene: { ...request.scene, prompt: request.scene.inpaintPrompt },
      parameters: { ...request.parameters, steps: 1, seed: request.parameters.seed + 1 },
    };
    await engine.render(warmUp, readAsset, { signal });
    await rm(cacheFolder, { recursive: true });

    const opened = engine;
    const profiles: Record<string, RenderProfile> = {};
    const renderAs = async (name: string, asked: RenderRequest) => {
      const render = () => opened.render(asked, readAsset, { signal });
      if (!options.has('profile')) return render();
      const { outcome, profile } = await profileRender(render);
      profiles[name] = profile;
      return outcome;
    };
    const first = await renderAs('first render', request);
    // A re-tune: another beta, so that only the inversion can be reused.
    const { beta } = request.parameters;
    const retuned = { ...request.parameters, beta: beta > 0.5 ? beta - 0.1 : beta + 0.1 };
    const retune = await renderAs('re-tune', { ...request, parameters: retuned });
    const oracle = await runOracle(engine, request, readAsset);

    const { steps: allSteps, startAt, solver } = request.parameters;
    const { length: steps } = stepsFrom(engine.models.schedule, allSteps, startAt, solver);
    const paper =
      startAt === 1
        ? oracle
        : await runOracle(
            engine,
            { ...request, parameters: { ...request.parameters, startAt: 1 } },
            readAsset,
          );
    const report: BenchReport = {
      concepts: request.scene.concepts.length,
      steps,
      guidanceScale: request.parameters.guidanceScale,
      swapGuidanceScale: request.parameters.swapGuidanceScale,
      rowsPerStepFirst: first.unetRows / steps,
      rowsPerStepRetune: retune.unetRows / steps,
      rowsPerStepOracle: oracle.unetRows / steps,
      msPerRow: (first.unetMs + retune.unetMs) / (first.unetRows + retune.unetRows),
      outsideUnetShare: 1 - (first.unetMs + retune.unetMs) / (first.totalMs + retune.totalMs),
      firstMs: first.totalMs,
      retuneMs: retune.totalMs,
      oracleMs: oracle.totalMs,
      firstVsOracle: first.totalMs / oracle.totalMs,
      retuneVsOracle: retune.totalMs / oracle.totalMs,
      firstVsPaper: first.totalMs / paper.totalMs,
      retuneVsPaper: retune.totalMs / paper.totalMs,
      maxLatentDifference: maxAbsDifference(first.blend.latents, oracle.latents),
      packOpenMs,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      device: describeDevice(engine.device),
      ...(options.has('profile') && { profiles }),
      ...(await benchProject()),
      ...(options.has('no-editor') ? {} : { editor: measureEditor() }),
    };
    result({ file: out, report });
    for (const [name, value] of flatEntries(report)) {
      print(`${name.padEnd(22)} ${readable(value).padEnd(12)} ${describeAim(name, value)}`.trimEnd());
    }
    for (const [name, profile] of Object.entries(profiles)) {
      print('');
      for (const line of profileLines(name, profile)) print(line);
    }
    await writeOutput(out, `${JSON.stringify(report, null, 2)}\n`);
    print(out);
  } finally {
    await engine?.release();
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

/** Builds the editor's page so that the built page is measured; the build's output goes to standard error. */
function buildPage(): void {
  const { status, error } = spawnSync(
    'npm',
    ['run', '--silent', 'build:renderer', '--', '--logLevel', 'warn'],
    {
      cwd: join(import.meta.dirname, '..', '..'),
      stdio: ['ignore', process.stderr, 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`npm run build:renderer ended with ${status}.`);
}

/** @throws Error when the process that measures it fails */
function measureEditor(): EditorBenchReport & PhotoBenchReport {
  const file = join(import.meta.dirname, 'editor-process.ts');
  const { status, stdout } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`The editor could not be measured: ${file} ended with ${status}.`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** The textbook version, from the same pictures to the same picture, with everything computed from scratch. */
async function runOracle(
  engine: Engine,
  request: RenderRequest,
  readAsset: AssetReader,
): Promise<{ latents: Tensor; unetRows: number; totalMs: number }> {
  const startMs = performance.now();
  const { latents, unetRows } = await textbookRender(engine, request, readAsset);
  tensorToImage(await engine.models.autoencoder.decode(latents));
  return { latents, unetRows, totalMs: performance.now() - startMs };
}

/** The project's targets: ratios, which hardly depend on the machine, and the longest acceptable waits. */
const aims: Readonly<Record<string, number>> = {
  outsideUnetShare: 0.05,
  firstVsOracle: 1 / 2.2,
  retuneVsOracle: 1 / 4,
  firstVsPaper: 0.25,
  retuneVsPaper: 0.15,
  maxLatentDifference: 1e-3,
  packOpenMs: 800,
  'editor.frameP95Ms': 16.7,
  'editor.undoBytes': 100e6,
  'editor.openSampleMs': 1500,
  'editor.openPhotoMs': 2000,
  'editor.placeFrameP95Ms': 16.7,
  'editor.photoMemoryBytes': 1.5e9,
  projectOpenMs: 300,
  projectGrowthRatio: 1.1,
};

/** Names and values; the editor's are prefixed with its name. */
function flatEntries({ editor, profiles: _, ...render }: BenchReport): [string, number | string][] {
  const ofEditor = Object.entries(editor ?? {}).map(([name, value]): [string, number] => [
    `editor.${name}`,
    value,
  ]);
  return [...Object.entries(render), ...ofEditor];
}

function describeAim(name: string, value: number | string): string {
  const aim = aims[name];
  if (aim === undefined || typeof value === 'string') return '';
  return `${value <= aim ? 'as aimed at' : 'MISSED'}: at most ${readable(aim)}`;
}

function readable(value: number | string): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
