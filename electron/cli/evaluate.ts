/** `evaluate`: measures a pack and the method on scenes that training never saw. */
import { join } from 'node:path';
import { StudioError } from '../contract/errors.ts';
import { metrics } from '../evaluation/all-metrics.ts';
import { loadEvaluationScenes } from '../evaluation/evaluation-scenes.ts';
import type { Metric } from '../evaluation/metric.ts';
import type { Command, CommandContext, ParsedOptions } from '../foundation/command-line/command.ts';
import type { Engine } from '../inference/engine/engine.ts';
import { AppearanceClassifier } from '../inference/scoring/appearance-classifier.ts';
import { openEngineInProcess } from './engine-in-process.ts';
import { describeDevice, engineOptions } from './engine-options.ts';
import { evaluateProtocol, protocolOptions } from './evaluate-protocol.ts';
import { assertOutputsApart } from './output-clash.ts';
import { assertEnding, prepareOutput, writeOutput } from './output-file.ts';
import { packFolder } from './pack-folder.ts';
import { showRender } from './render-progress.ts';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'Measures a model pack and the method on scenes that training never saw.',
  usage: '[options]',
  operands: [],
  details:
    'Metrics and protocols: docs/evaluation.md. Metrics that were not computed are null in the report.',
  options: {
    scenes: { value: 'COUNT', description: 'Use only this many scenes, spread evenly; the output says so.' },
    only: {
      value: 'NAME,...',
      description:
        `Compute only these metrics: ${metrics.map(({ name }) => name).join(', ')}. ` +
        'Without it, all but parameters, before-after, steps and total-time.',
    },
    out: {
      value: 'FILE.json|FOLDER',
      description:
        'Where to save the report; out/evaluate.json by default. With --protocol a folder, out/NAME by default.',
    },
    ...protocolOptions,
    ...engineOptions,
  },
  run: runEvaluate,
};

async function runEvaluate(command: CommandContext): Promise<void> {
  const { options, signal, print, result, progress } = command;
  const protocol = options.text('protocol');
  if (protocol !== undefined) return evaluateProtocol(command, protocol);
  for (const name of ['clip', 'dinov2', 'images', 'queue']) {
    if (options.has(name)) throw new StudioError('USAGE', `--${name} needs --protocol.`);
  }
  const count = readSceneCount(options);
  const chosen = readMetrics(options);
  const out = options.text('out') ?? join('out', 'evaluate.json');
  assertEnding('--out', out, '.json');
  const folder = await packFolder(options.text('pack'));
  await assertOutputsApart([{ what: '--out', path: out }], [], folder);
  await prepareOutput(out);
  const startMs = performance.now();
  let engine: Engine | undefined;
  let classifier: AppearanceClassifier | undefined;
  try {
    engine = await openEngineInProcess(options, signal, showRender(progress));
    const { scenes, available } = await loadEvaluationScenes(folder, count);
    classifier = await AppearanceClassifier.open(join(folder, 'evaluation'));
    const context = { engine, classifier, scenes, sceneLimit: count, signal };
    const results = [];
    for (const metric of chosen) {
      results.push(
        await metric.run({
          ...context,
          onProgress: (done, total) => progress.count(metric.title, done, total),
        }),
      );
    }
    const { identity, recommended } = engine.pack;
    const report = {
      pack: identity,
      device: describeDevice(engine.device),
      recommended,
      scenes: scenes.length,
      scenesAvailable: available,
      heldOutScenes: scenes.filter(({ isHeldOut }) => isHeldOut).length,
      autoencoderPsnr: null,
      promptAccuracy: null,
      masks: null,
      removal: null,
      ablation: null,
      parameters: null,
      beforeAfter: null,
      steps: null,
      totalTimes: null,
      ...Object.assign({}, ...results.map((measured) => measured.report)),
      seconds: (performance.now() - startMs) / 1000,
    };
    await writeOutput(out, `${JSON.stringify(report, null, 2)}\n`);
    result({ file: out, report });
    print(`Pack ${identity.id} ${identity.version} on ${describeDevice(engine.device)}`);
    if (scenes.length < available) print(`Only ${scenes.length} of ${available} scenes were used.`);
    for (const { lines } of results) for (const line of ['', ...lines]) print(line);
    print('');
    print(out);
  } finally {
    await classifier?.release();
    await engine?.release();
  }
}

function readSceneCount(options: ParsedOptions): number | undefined {
  return options.number('scenes', { minimum: 1, isWhole: true });
}

function readMetrics(options: ParsedOptions): readonly Metric[] {
  const text = options.text('only');
  if (text === undefined) return metrics.filter(({ isOnlyByName }) => !isOnlyByName);
  return text.split(',').map((name) => {
    const metric = metrics.find((candidate) => candidate.name === name);
    if (metric !== undefined) return metric;
    const known = metrics.map((candidate) => candidate.name).join(', ');
    throw new StudioError('USAGE', `--only takes ${known}; not "${name}".`);
  });
}
