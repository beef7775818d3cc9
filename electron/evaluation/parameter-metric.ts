/**
 * The effects of the parameters beyond the paper, one at a time or before and after: start of the noise, growth of the
 * regions, transition band, detail; and how few steps do, with each solver, and what they cost. Measured on the
 * evaluation scenes, like the ablation, and on composed scenes whose true result is known.
 */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import { StudioError } from '../contract/errors.ts';
import type { RenderParameters } from '../contract/parameters.ts';
import { decodeImage } from '../inference/images/images.ts';
import { fringe, insideDistance, mean, ringDistance } from '../inference/scoring/image-metrics.ts';
import { imageToTensor, type RgbImage, tensorToImage } from '../pipeline/processors/image.ts';
import type { Tensor } from '../pipeline/tensor/tensor.ts';
import { timeChoices } from './choice-times.ts';
import { type ComposedScene, composeScene } from './composed-scenes.ts';
import { type EvaluationScene, evenly } from './evaluation-scenes.ts';
import { identityOf, type SceneFeatures } from './identity.ts';
import { type EvaluationContext, type Metric, type MetricResult, stopIfCancelled } from './metric.ts';
import { extensionsOff } from './paper-figures.ts';
import { meanWithError } from './row-comparison.ts';
import { meanScores, referenceOf, type SceneReference, type Scores, scoreScene } from './scene-scores.ts';
import { percent, textTable } from './text-table.ts';

type Choice = Partial<
  Pick<RenderParameters, 'steps' | 'solver' | 'startAt' | 'regionGrowPx' | 'bandLatent' | 'detail'>
>;

/** Rows of a table: each row's parameters, overriding the pack's recommendation. */
type Choices = Readonly<Record<string, Choice>>;

/** Every row except the last changes one of the paper's parameters. */
const PARAMETERS: Choices = {
  'as in the paper': extensionsOff,
  'startAt 0.8': { ...extensionsOff, startAt: 0.8 },
  'startAt 0.64': { ...extensionsOff, startAt: 0.64 },
  'regionGrowPx 2': { ...extensionsOff, regionGrowPx: 2 },
  'regionGrowPx 3': { ...extensionsOff, regionGrowPx: 3 },
  'regionGrowPx 4': { ...extensionsOff, regionGrowPx: 4 },
  'bandLatent 1': { ...extensionsOff, bandLatent: 1 },
  'bandLatent 2': { ...extensionsOff, bandLatent: 2 },
  'detail 0.5': { ...extensionsOff, detail: 0.5 },
  'detail 1': { ...extensionsOff, detail: 1 },
  'as the pack recommends': {},
};

/** The paper's values, what a pack changes of them one at a time, and all of it. */
const BEFORE_AFTER: Choices = Object.fromEntries(
  ['as in the paper', 'regionGrowPx 2', 'detail 1', 'startAt 0.64', 'as the pack recommends'].map((name) => [
    name,
    PARAMETERS[name]!,
  ]),
);

const SECOND_ORDER = 'sde-dpmsolver++';

/** A number of steps by one solver, from all of the noise, the paper's, or from the cited codes' start. */
const STEPS: Choices = {
  '25, ddpm': { steps: 25, solver: 'ddpm', startAt: 1 },
  '50, ddpm': { steps: 50, solver: 'ddpm', startAt: 1 },
  '20, ddpm': { steps: 20, solver: 'ddpm', startAt: 1 },
  '15, ddpm': { steps: 15, solver: 'ddpm', startAt: 1 },
  '12, ddpm': { steps: 12, solver: 'ddpm', startAt: 1 },
  '10, ddpm': { steps: 10, solver: 'ddpm', startAt: 1 },
  '25, ddpm, startAt 0.64': { steps: 25, solver: 'ddpm', startAt: 0.64 },
  '20, ddpm, startAt 0.64': { steps: 20, solver: 'ddpm', startAt: 0.64 },
  '15, ddpm, startAt 0.64': { steps: 15, solver: 'ddpm', startAt: 0.64 },
  '20, second order': { steps: 20, solver: SECOND_ORDER, startAt: 1 },
  '15, second order': { steps: 15, solver: SECOND_ORDER, startAt: 1 },
  '20, second order, startAt 0.64': { steps: 20, solver: SECOND_ORDER, startAt: 0.64 },
};

/** Scenes on which a number of steps is timed: those of two concepts take the same time. */
const TIMED_SCENES = 3;

/** Default number of scenes: each is composed twice with every row. */
const MOST_SCENES = { parameters: 12, beforeAfter: 24, steps: 12 } as const;

export const parameterMetric: Metric = {
  name: 'parameters',
  title: 'Parameters',
  isOnlyByName: true,
  run: (context) => measureParameters(context, 'parameters', PARAMETERS),
};

/** Few rows on more scenes. */
export const beforeAfterMetric: Metric = {
  name: 'before-after',
  title: 'Before and after',
  isOnlyByName: true,
  run: (context) => measureParameters(context, 'beforeAfter', BEFORE_AFTER),
};

export const stepMetric: Metric = {
  name: 'steps',
  title: 'Steps',
  isOnlyByName: true,
  run: (context) => measureParameters(context, 'steps', STEPS),
};

/** Scores of one choice on one scene. */
interface ChoiceScores {
  readonly scores: Scores;
  /** Delta E to the truth of the composed scene, in the ring and inside the regions. */
  readonly ring: number;
  readonly inside: number;
  /** Share of the old objects' colours at the rim of the composed scene. */
  readonly fringe: number;
  readonly features: SceneFeatures;
}

async function measureParameters(
  context: EvaluationContext,
  key: keyof typeof MOST_SCENES,
  choices: Choices,
): Promise<MetricResult> {
  const names = Object.keys(choices);
  const scenes = evenly(context.scenes, context.sceneLimit ?? MOST_SCENES[key]);
  const measured: ReadonlyMap<string, ChoiceScores>[] = [];
  for (const scene of scenes) {
    measured.push(
      await measureScene(scene, choices, context, (done) =>
        context.onProgress(measured.length * names.length + done, scenes.length * names.length),
      ),
    );
  }
  const scoresOf = (name: string) => measured.map((scene) => scene.get(name)!);
  const rows = names.map((name) => ({
    name,
    ...summarise(scoresOf(name)),
    differences: differencesTo(scoresOf(names[0]!), scoresOf(name)),
  }));
  const times =
    key === 'steps' ? await timeChoices(context, evenly(scenes, TIMED_SCENES), Object.values(choices)) : [];
  const share = (ms: 'firstMs' | 'retuneMs', index: number) => (times[index]![ms] / times[0]![ms]).toFixed(2);
  return {
    report: { [key]: { scenes: scenes.length, rows, ...(key === 'steps' && { times }) } },
    lines: [
      `${key === 'steps' ? 'Number of steps' : 'Parameters beyond the paper'}, on ${scenes.length} scenes`,
      'ring, inside: mean Delta E to the true picture of composed scenes, within 6 px of the regions’ borders and inside',
      'fringe: share of the old objects’ colours that is left within 3 px of the borders',
      'identity to leakage: as in the ablation, on the evaluation scenes',
      '',
      ...textTable([
        ['', 'ring', 'inside', 'fringe', 'identity', 'concept', 'Delta E', 'background', 'leakage'],
        ...rows.map(({ name, ring, inside, fringe: left, identity, scores }) => [
          name,
          ring.toFixed(2),
          inside.toFixed(2),
          left.toFixed(3),
          percent(identity),
          scores.concept.toFixed(3),
          scores.colourDistance.toFixed(1),
          `${scores.backgroundPsnr.toFixed(1)} dB`,
          scores.colourLeakage.toFixed(3),
        ]),
      ]),
      '',
      `Differences to the first row: means by scene ± their standard error`,
      ...textTable([
        ['', ...Object.values(DIFFERENCES).map(({ title }) => title)],
        ...rows.slice(1).map(({ name, differences }) => [
          name,
          ...Object.entries(DIFFERENCES).map(([score, { digits }]) => {
            const { margin, standardError } = differences[score]!;
            return `${margin.toFixed(digits)} ± ${standardError.toFixed(digits)}`;
          }),
        ]),
      ]),
      ...(times.length > 0
        ? [
            '',
            'Cost: U-Net rows, and times relative to the first row',
            ...textTable([
              ['', 'first render, rows', 'time', 're-tune, rows', 'time'],
              ...times.map(({ firstRows, retuneRows }, index) => [
                names[index]!,
                firstRows.toFixed(0),
                share('firstMs', index),
                retuneRows.toFixed(0),
                share('retuneMs', index),
              ]),
            ]),
          ]
        : []),
    ],
  };
}

/** What is compared scene by scene, and to how many digits it is shown. */
const DIFFERENCES: Readonly<
  Record<string, { title: string; digits: number; of: (scores: ChoiceScores) => number }>
> = {
  ring: { title: 'ring', digits: 2, of: ({ ring }) => ring },
  inside: { title: 'inside', digits: 2, of: ({ inside }) => inside },
  fringe: { title: 'fringe', digits: 3, of: (scores) => scores.fringe },
  concept: { title: 'concept', digits: 3, of: ({ scores }) => scores.concept },
  colourDistance: { title: 'Delta E', digits: 2, of: ({ scores }) => scores.colourDistance },
  backgroundPsnr: { title: 'background', digits: 2, of: ({ scores }) => scores.backgroundPsnr },
  colourLeakage: { title: 'leakage', digits: 3, of: ({ scores }) => scores.colourLeakage },
};

/** How much larger each score is than in the row `before`: its mean over the scenes, and that mean's standard error. */
function differencesTo(before: readonly ChoiceScores[], after: readonly ChoiceScores[]) {
  return Object.fromEntries(
    Object.entries(DIFFERENCES).map(([score, { of }]) => [
      score,
      meanWithError(after.map((scores, scene) => of(scores) - of(before[scene]!))),
    ]),
  );
}

function summarise(scores: readonly ChoiceScores[]) {
  return {
    ring: mean(scores.map(({ ring }) => ring)),
    inside: mean(scores.map(({ inside }) => inside)),
    fringe: mean(scores.map((choice) => choice.fringe)),
    identity: identityOf(scores.map(({ features }) => features)).recognised,
    scores: meanScores(scores.map((choice) => choice.scores)),
  };
}

async function measureScene(
  scene: EvaluationScene,
  choicesByName: Choices,
  { engine, classifier, signal }: EvaluationContext,
  onChoice: (done: number) => void,
): Promise<ReadonlyMap<string, ChoiceScores>> {
  const { autoencoder } = engine.models;
  const latents = await autoencoder.encode(imageToTensor(scene.background));
  const untouched = tensorToImage(await autoencoder.decode(latents));
  const reference: SceneReference = await referenceOf(scene, untouched, classifier);
  const composed = await composeScene(await placeOf(scene), scene.concepts);
  const loaded = await composedFiles(scene, composed);
  const render = async (from: EvaluationScene['loaded'], parameters: Partial<RenderParameters>) => {
    stopIfCancelled(signal);
    const request = makeRequest(from, engine.pack, { parameters });
    return (await engine.render(request, assetReader(from), { signal })).image;
  };
  // One scene after another, so that all rows share the inversion and the attention cache.
  const choices = Object.entries(choicesByName);
  const results: RgbImage[] = [];
  for (const [, choice] of choices) {
    // Restored pixels would hide the method's effect on the background; on composed scenes they are part of the
    // visible result.
    results.push(await render(scene.loaded, { ...choice, keepOriginalBackground: false }));
  }
  const measured = new Map<string, ChoiceScores>();
  for (const [index, [name, choice]] of choices.entries()) {
    const { scores, regions } = await scoreScene(results[index]!, reference, classifier);
    const shown = await render(loaded, choice);
    measured.set(name, {
      scores,
      ring: await ringDistance(shown, composed.truth, composed.masks),
      inside: await insideDistance(shown, composed.truth, composed.masks),
      fringe: await fringe(shown, composed.truth, composed.background, composed.masks),
      features: { isHeldOut: scene.isHeldOut, concepts: reference.features, regions },
    });
    onChoice(measured.size);
  }
  return measured;
}

/** @throws StudioError SCENE_INVALID for a scene without an inpainted background */
async function placeOf({ id, loaded: { file, assetIds, assets } }: EvaluationScene): Promise<RgbImage> {
  if (file.inpainted === undefined) {
    throw new StudioError('SCENE_INVALID', `The evaluation scene ${id} has no inpainted background.`);
  }
  return (await decodeImage(assets.get(assetIds.get(file.inpainted)!)!)).pixels;
}

/** The evaluation scene with the composed background and masks instead of its own. */
async function composedFiles(
  { loaded }: EvaluationScene,
  { background, masks }: ComposedScene,
): Promise<EvaluationScene['loaded']> {
  const assetIds = new Map(loaded.assetIds);
  const assets = new Map(loaded.assets);
  const add = (name: string, bytes: Uint8Array) => {
    const id = createHash('sha256').update(bytes).digest('hex');
    assetIds.set(name, id);
    assets.set(id, { name, bytes });
    return name;
  };
  const { width, height } = background;
  const png = await sharp(background.data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const concepts = [];
  for (const [index, concept] of loaded.file.concepts.entries()) {
    const mask = add(`composed-mask-${index + 1}.png`, await maskPng(masks[index]!));
    concepts.push({ ...concept, mask });
  }
  const file = { ...loaded.file, background: add('composed-background.png', png), concepts };
  return { ...loaded, file, assetIds, assets };
}

async function maskPng({ data, dims }: Tensor): Promise<Uint8Array> {
  const [height, width] = dims as unknown as [number, number];
  const bytes = Uint8Array.from(data, (weight) => Math.round(255 * weight));
  return sharp(bytes, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}
