/** How well the autoencoder reproduces unseen pictures: no composed picture can be sharper. */

import { mean, psnr } from '../inference/scoring/image-metrics.ts';
import { imageToTensor, tensorToImage } from '../pipeline/processors/image.ts';
import type { EvaluationScene } from './evaluation-scenes.ts';
import {
  bySplit,
  type EvaluationContext,
  type Metric,
  type MetricResult,
  stopIfCancelled,
} from './metric.ts';

/** This project's goal for a pack's autoencoder, in dB. */
const AIM_DB = 31;

export const autoencoderMetric: Metric = {
  name: 'autoencoder',
  title: 'Autoencoder',
  run: measureAutoencoder,
};

async function measureAutoencoder(context: EvaluationContext): Promise<MetricResult> {
  const { engine, scenes, signal, onProgress } = context;
  const { autoencoder } = engine.models;
  const measured: { isHeldOut: boolean; psnrDb: number }[] = [];
  for (const [index, scene] of scenes.entries()) {
    for (const picture of picturesOf(scene)) {
      stopIfCancelled(signal);
      const copy = tensorToImage(await autoencoder.decode(await autoencoder.encode(imageToTensor(picture))));
      measured.push({ isHeldOut: scene.isHeldOut, psnrDb: psnr(copy, picture) });
    }
    onProgress(index + 1, scenes.length);
  }
  const { all, seen, heldOut } = bySplit(measured, (items) => mean(items.map(({ psnrDb }) => psnrDb)));
  const inDb = (value: number | null) => (value === null ? 'none' : `${value.toFixed(2)} dB`);
  return {
    report: { autoencoderPsnr: all, autoencoderPsnrSeen: seen, autoencoderPsnrHeldOut: heldOut },
    lines: [
      `Autoencoder PSNR on ${measured.length} unseen pictures: ${inDb(all)} (aim: at least ${AIM_DB} dB)`,
      `  drawings and patterns seen in training ${inDb(seen)}, held out ${inDb(heldOut)}`,
    ],
  };
}

function picturesOf({ background, concepts }: EvaluationScene) {
  return [background, ...concepts.map(({ image }) => image)];
}
