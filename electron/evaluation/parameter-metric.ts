/**
 * The effects of the parameters beyond the paper, one at a time: start of the noise, growth of the regions,
 * transition band, detail. Measured on the evaluation scenes, like the ablation, and on composed scenes whose true
 * result is known.
 */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import { StudioError } from '../contract/errors.ts';
import type { RenderParameters } from '../contract/parameters.ts';
import { decodeImage } from '../inference/images/images.ts';
import { imageToTensor, type RgbImage, tensorToImage } from '../pipeline/processors/image.ts';
import type { Tensor } from '../pipeline/tensor/tensor.ts';
import { type ComposedScene, composeScene } from './composed-scenes.ts';
import { type EvaluationScene, evenly } from './evaluation-scenes.ts';
import { identityOf, type SceneFeatures } from './identity.ts';
import { fringe, insideDistance, mean, ringDistance } from './image-metrics.ts';
import { type EvaluationContext, type Metric, type MetricResult, stopIfCancelled } from './metric.ts';
import { extensionsOff } from './paper-figures.ts';
import { meanScores, referenceOf, type SceneReference, type Scores, scoreScene } from './scene-scores.ts';
import { percent, textTable } from './text-table.ts';

type Choice = Partial<Pick<RenderParameters, 'startAt' | 'regionGrowPx' | 'bandLatent' | 'detail'>>;

/**
 * Each row's parameters, overriding the pack's recommendation; every row except the last changes one of the paper's.
 */
const CHOICES: Readonly<Record<string, Choice>> = {
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

/** Default number of scenes: each is composed twice with every row. */
const MOST_SCENES = 12;

export const parameterMetric: Metric = {
  name: 'parameters',
  title: 'Parameters',
  isOnlyByName: true,
  run: measureParameters,
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

async function measureParameters(context: EvaluationContext): Promise<MetricResult> {
  const scenes = evenly(context.scenes, context.sceneLimit ?? MOST_SCENES);
  const names = Object.keys(CHOICES);
  const measured: ReadonlyMap<string, ChoiceScores>[] = [];
  for (const scene of scenes) {
    measured.push(
      await measureScene(scene, context, (done) =>
        context.onProgress(measured.length * names.length + done, scenes.length * names.length),
      ),
    );
  }
  const rows = names.map((name) => ({ name, ...summarise(measured.map((scene) => scene.get(name)!)) }));
  return {
    report: { parameters: { scenes: scenes.length, rows } },
    lines: [
      `Parameters beyond the paper, on ${scenes.length} scenes`,
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
    ],
  };
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
  const choices = Object.entries(CHOICES);
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
