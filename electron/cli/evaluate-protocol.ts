/** `evaluate --protocol`: composes and scores the pictures of a protocol, and writes the report. */
import { join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { loadEvaluationScenes } from '../evaluation/evaluation-scenes.ts';
import { type FolderMethod, openFolderMethod } from '../evaluation/protocol/folder-method.ts';
import { type PictureRenderer, rendererOf } from '../evaluation/protocol/picture-renderer.ts';
import { readProtocol } from '../evaluation/protocol/protocol-file.ts';
import { ResultCache } from '../evaluation/protocol/result-cache.ts';
import { type ProtocolOutcome, runProtocol } from '../evaluation/protocol/run-protocol.ts';
import { csvOf, latexOf } from '../evaluation/report/exports.ts';
import { htmlReport } from '../evaluation/report/html-report.ts';
import { type ProtocolReport, summariseProtocol } from '../evaluation/report/summary.ts';
import { tablesOf } from '../evaluation/report/tables.ts';
import { textTable } from '../evaluation/text-table.ts';
import { measureTotalTimes } from '../evaluation/total-time.ts';
import type { CommandContext, CommandOption, ParsedOptions } from '../foundation/command-line/command.ts';
import { defaultCacheFolder } from '../foundation/folders.ts';
import type { Engine } from '../inference/engine/engine.ts';
import {
  describeInstruments,
  type Instruments,
  installedEncoders,
  openInstruments,
  releaseInstruments,
} from '../inference/scoring/instruments.ts';
import { openEngineInProcess } from './engine-in-process.ts';
import { describeDevice } from './engine-options.ts';
import { farmOptions, readFarm } from './farm-options.ts';
import { assertOutputsApart } from './output-clash.ts';
import { prepareOutput, writeOutput } from './output-file.ts';
import { packFolder } from './pack-folder.ts';
import { protocolScene } from './protocol-scenes.ts';

export const protocolOptions = {
  protocol: {
    value: 'FILE.json',
    description:
      'Compose and score the sets of a protocol instead (docs/evaluation.md); what is done is kept, and the same ' +
      'command continues.',
  },
  images: {
    value: 'NAME=FOLDER',
    multiple: true,
    description: 'With --protocol: also score another method’s pictures, SET-SEED.png or by manifest.json.',
  },
  clip: {
    value: 'FOLDER',
    description: 'With --protocol: CLIP for TCLIP and ICLIP; the installed part text-similarity by default.',
  },
  dinov2: {
    value: 'FOLDER',
    description: 'With --protocol: DINOv2 for IDINO; the installed part image-similarity by default.',
  },
  ...farmOptions,
} as const satisfies Record<string, CommandOption>;

/** Files of the report, in its folder. */
const REPORT = { html: 'report.html', json: 'report.json', csv: 'scores.csv', latex: 'tables.tex' } as const;

export async function evaluateProtocol(context: CommandContext, path: string): Promise<void> {
  const { options, signal, print, result, progress } = context;
  const withTimes = readTotalTime(options);
  const farm = await readFarm(options, process.env);
  if (farm !== undefined && withTimes) {
    throw new StudioError(
      'USAGE',
      'Total times are measured on this machine: use total-time without --queue.',
    );
  }
  const protocol = await readProtocol(path);
  const folders: FolderMethod[] = [];
  for (const text of options.texts('images')) folders.push(await openFolderMethod(text));
  const out = options.text('out') ?? join('out', fileNameOf(protocol.name));
  const folder = await packFolder(options.text('pack') ?? protocol.pack);
  const files = Object.values(REPORT).map((name) => join(out, name));
  await assertOutputsApart(
    files.map((file) => ({ what: '--out', path: file })),
    [{ what: 'the protocol', path }],
    folder,
  );
  for (const file of files) await prepareOutput(file);
  const startMs = performance.now();
  let engine: Engine | undefined;
  let renderer: (PictureRenderer & { readonly close?: () => Promise<void> }) | undefined;
  let instruments: Instruments | undefined;
  let done = 0;
  try {
    engine = await openEngineInProcess(options, signal, undefined, { packFolder: folder });
    const opened = engine;
    renderer =
      farm === undefined
        ? rendererOf(opened)
        : await (await import('./protocol-farm.ts')).openFarmRenderer(farm, opened, out, progress);
    const { device } = renderer;
    instruments = await openScoring(options, folder);
    const cache = new ResultCache(out);
    const outcome: ProtocolOutcome = await runProtocol({
      protocol,
      folders,
      engine: opened,
      renderer,
      instruments,
      cache,
      signal,
      sceneOf: (set, seed) =>
        protocolScene(set, seed, {
          engine: opened,
          folder: join(out, 'scenes'),
          tries: protocol.tries,
          controls: { signal, print: () => undefined, count: () => undefined },
        }),
      onProgress: (finished, total) => {
        done = finished;
        progress.count('Pictures', finished, total);
      },
    });
    const totalTimes = withTimes
      ? await measureTotalTimes(
          opened,
          (await loadEvaluationScenes(folder)).scenes,
          signal,
          (finished, total) => progress.count('Total time', finished, total),
        )
      : null;
    const report = summariseProtocol(outcome, {
      name: protocol.name,
      description: protocol.description,
      pack: opened.pack.identity,
      device,
      instruments: instrumentsOfReport(instruments),
      totalTimes,
      seconds: (performance.now() - startMs) / 1000,
    });
    await writeReport(report, out);
    result({ file: join(out, REPORT.json), report });
    for (const line of linesOf(report)) print(line);
    print('');
    for (const file of files) print(file);
  } catch (error) {
    if (!(error instanceof StudioError) || error.code !== 'CANCELLED') throw error;
    throw new StudioError(
      'CANCELLED',
      `Cancelled after ${done} pictures. They are kept in ${out}: run the same command again to continue.`,
      { cause: error },
    );
  } finally {
    await renderer?.close?.();
    if (instruments) await releaseInstruments(instruments);
    await engine?.release();
  }
}

async function writeReport(report: ProtocolReport, out: string): Promise<void> {
  await writeOutput(join(out, REPORT.json), `${JSON.stringify(report, null, 2)}\n`);
  await writeOutput(join(out, REPORT.csv), csvOf(report));
  await writeOutput(join(out, REPORT.latex), latexOf(report));
  await writeOutput(join(out, REPORT.html), await htmlReport(report, out));
}

/** With a protocol, --only takes a single name: it adds a table and omits nothing. */
function readTotalTime(options: ParsedOptions): boolean {
  const only = options.text('only');
  if (only !== undefined && only !== 'total-time') {
    throw new StudioError(
      'USAGE',
      `With --protocol, --only takes total-time, which adds that table; not "${only}".`,
    );
  }
  if (options.text('scenes') !== undefined) {
    throw new StudioError('USAGE', '--scenes and --protocol do not go together: a protocol lists its sets.');
  }
  return only === 'total-time';
}

/** The requested or installed encoders, and the pack's own classifier. */
async function openScoring(options: ParsedOptions, folder: string): Promise<Instruments> {
  const installed = installedEncoders(folder);
  const encoders = {
    clip: options.text('clip') ?? installed.clip,
    dinov2: options.text('dinov2') ?? installed.dinov2,
  };
  return openInstruments(folder, encoders, defaultCacheFolder());
}

function instrumentsOfReport(instruments: Instruments): ProtocolReport['instruments'] {
  const scores = {
    clip: instruments.clip?.hasText ? 'TCLIP, ICLIP' : 'ICLIP',
    dinov2: 'IDINO, distances',
    appearance: 'appearance',
  };
  return describeInstruments(instruments).map(({ id, name, fingerprint }) => ({
    scores: scores[id],
    name,
    fingerprint,
  }));
}

function linesOf(report: ProtocolReport): string[] {
  const { pack, device, pictures, failures } = report;
  return [
    `Pack ${pack.id} ${pack.version} on ${describeDevice(device)}`,
    `${pictures.length} pictures${failures.length > 0 ? `, ${failures.length} failures (in the report)` : ''}`,
    ...tablesOf(report).flatMap(({ title, headings, rows }) => [
      '',
      title,
      ...textTable([headings, ...rows.map((row) => row.map(({ text }) => text))]),
    ]),
  ];
}

function fileNameOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || 'protocol'
  );
}
