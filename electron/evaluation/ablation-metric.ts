/** The paper's ablation (table 4.3) on the evaluation scenes: every row composes every scene. */

import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import type { RenderParameters } from '../contract/parameters.ts';
import { imageToTensor, type RgbImage, tensorToImage } from '../pipeline/processors/image.ts';
import type { EvaluationScene } from './evaluation-scenes.ts';
import { type Identity, identityOf, type SceneFeatures } from './identity.ts';
import {
  bySplit,
  type EvaluationContext,
  type Metric,
  type MetricResult,
  type SplitScores,
  stopIfCancelled,
} from './metric.ts';
import { extensionsOff, paperAblation, paperComparison } from './paper-figures.ts';
import { type ComparedScore, comparedScores, describeLead, leadOf } from './row-comparison.ts';
import { meanScores, referenceOf, type Scores, scoreScene } from './scene-scores.ts';
import { percent, textTable } from './text-table.ts';

type Row = RenderParameters['ablation'];

const ROWS: readonly Row[] = ['a', 'b', 'c', 'd', 'e'];

const rowTitles: Readonly<Record<Row, string>> = {
  a: '(a) key-value replacement',
  b: '(b) + guided appearance attention',
  c: '(c) + background dilution',
  d: '(d) + noise mixing on the references',
  e: '(e) + background dilution++',
};

export const ablationMetric: Metric = { name: 'ablation', title: 'Ablation', run: measureAblation };

/** Scores of one scene: of every row, and of the unchanged background. */
interface MeasuredScene {
  readonly isHeldOut: boolean;
  readonly untouched: Scores;
  readonly rows: Readonly<Record<Row, Scores>>;
  /** Of the full method's result. */
  readonly features: SceneFeatures;
}

/** This project's goals for the starter pack. */
const RECOGNISED_AIM = 0.8;

async function measureAblation(context: EvaluationContext): Promise<MetricResult> {
  const { scenes, onProgress } = context;
  const measured: MeasuredScene[] = [];
  for (const [index, scene] of scenes.entries()) {
    measured.push(
      await measureScene(scene, context, (done) =>
        onProgress(index * ROWS.length + done, scenes.length * ROWS.length),
      ),
    );
  }
  const table = bySplit(measured, summarise);
  const scoresOf = Object.fromEntries(ROWS.map((row) => [row, measured.map((scene) => scene.rows[row])]));
  const names = Object.keys(comparedScores) as ComparedScore[];
  const features = measured.map((scene) => scene.features);
  const identity = bySplit(features, (some) => identityOf(features, some));
  const leads = names.map((score) => [score, leadOf(scoresOf, 'e', score)] as const);
  return {
    report: {
      ablation: table.all.rows,
      ablationSeen: table.seen?.rows ?? null,
      ablationHeldOut: table.heldOut?.rows ?? null,
      untouched: table.all.untouched,
      identity,
      leadOfE: Object.fromEntries(leads),
      paper: { ablation: paperAblation, comparison: paperComparison },
    },
    lines: [
      ...describeTables(table, measured),
      '',
      ...describeIdentity(identity),
      '',
      'Does the full method (e) lead? (means of differences by scene ± their standard error)',
      ...leads.map(([score, lead]) => `  ${describeLead('e', score, lead)}`),
    ],
  };
}

async function measureScene(
  scene: EvaluationScene,
  { engine, classifier, signal }: EvaluationContext,
  onRow: (done: number) => void,
): Promise<MeasuredScene> {
  stopIfCancelled(signal);
  const { autoencoder } = engine.models;
  const latents = await autoencoder.encode(imageToTensor(scene.background));
  const untouched: RgbImage = tensorToImage(await autoencoder.decode(latents));
  const reference = await referenceOf(scene, untouched, classifier);
  const scores: Partial<Record<Row, Scores>> = {};
  let regions: readonly Float32Array[] = [];
  for (const [index, row] of ROWS.entries()) {
    const request = makeRequest(scene.loaded, engine.pack, {
      // Restored pixels would hide the method's effect on the background.
      parameters: { ...extensionsOff, ablation: row, keepOriginalBackground: false },
    });
    const { image } = await engine.render(request, assetReader(scene.loaded), { signal });
    const scored = await scoreScene(image, reference, classifier);
    scores[row] = scored.scores;
    if (row === 'e') regions = scored.regions;
    onRow(index + 1);
  }
  return {
    isHeldOut: scene.isHeldOut,
    untouched: (await scoreScene(untouched, reference, classifier)).scores,
    rows: scores as Record<Row, Scores>,
    features: { isHeldOut: scene.isHeldOut, concepts: reference.features, regions },
  };
}

function describeIdentity({ all, heldOut }: SplitScores<Identity>): string[] {
  const sentence = ({ regions, distractors, recognised }: Identity) =>
    `${percent(recognised)} of ${regions} regions lie nearest to their own concept image among ${distractors} others`;
  return [
    `Identity, (e): ${sentence(all)}`,
    ...(heldOut === null
      ? []
      : [`  held-out drawings or patterns: ${sentence(heldOut)} (aim ${percent(RECOGNISED_AIM)})`]),
  ];
}

interface Summary {
  readonly untouched: Scores;
  readonly rows: Readonly<Record<Row, Scores>>;
}

function summarise(scenes: readonly MeasuredScene[]): Summary {
  const entries = ROWS.map((row) => [row, meanScores(scenes.map((scene) => scene.rows[row]))] as const);
  return {
    untouched: meanScores(scenes.map(({ untouched }) => untouched)),
    rows: Object.fromEntries(entries) as Record<Row, Scores>,
  };
}

function describeTables(table: SplitScores<Summary>, measured: readonly MeasuredScene[]): string[] {
  const heldOut = measured.filter(({ isHeldOut }) => isHeldOut).length;
  const parts = [
    { title: `Ablation over all ${measured.length} scenes`, summary: table.all },
    {
      title: `Drawings and patterns seen in training, ${measured.length - heldOut} scenes`,
      summary: table.seen,
    },
    { title: `Held-out drawings or patterns, ${heldOut} scenes`, summary: table.heldOut },
  ];
  return [
    'prompt: class and place found · certainty: their probabilities · concept: feature cosine to the concept image',
    'Delta E: colour distance to the concept image, smaller is better, as for leakage',
    'background: PSNR outside the masks, nothing pasted back · leakage: colours that spread beyond their mask',
    'paper: its table 4.3, with other metrics on other pictures: only the order of its rows compares with ours',
    ...parts.flatMap(({ title, summary }) =>
      summary === null ? [] : ['', title, ...textTable(tableRows(summary))],
    ),
  ];
}

function tableRows(summary: Summary): string[][] {
  const cells = ({ prompt, certainty, concept, colourDistance, backgroundPsnr, colourLeakage }: Scores) => [
    prompt.toFixed(3),
    certainty.toFixed(3),
    concept.toFixed(3),
    colourDistance.toFixed(1),
    `${backgroundPsnr.toFixed(1)} dB`,
    colourLeakage.toFixed(3),
  ];
  return [
    [
      '',
      'prompt',
      'certainty',
      'concept',
      'Delta E',
      'background',
      'leakage',
      'paper: TCLIP',
      'ICLIP',
      'IDINO',
    ],
    ['the unchanged background', ...cells(summary.untouched), '', '', ''],
    ...ROWS.map((row) => {
      const { tclip, iclip, idino } = paperAblation[row];
      const paper = [tclip, iclip, idino].map((value) => value.toFixed(4));
      return [rowTitles[row], ...cells(summary.rows[row]), ...paper];
    }),
  ];
}
