/** Compares filled holes with the true background. */
import type { RemovalMethod } from '../contract/preparation.ts';
import { decodeImage } from '../inference/images/images.ts';
import { mean, psnr } from '../inference/scoring/image-metrics.ts';
import { type EvaluationContext, type Metric, type MetricResult, stopIfCancelled } from './metric.ts';
import { loadPreparationScenes, type PreparationScene, type PreparationSet } from './preparation-scenes.ts';

const METHODS = ['telea', 'layers', 'diffusion', 'model'] as const satisfies readonly RemovalMethod[];

export const removalMetric: Metric = { name: 'removal', title: 'Removal', run: measureRemoval };

type PsnrByMethod = Readonly<Record<string, number>>;

async function measureRemoval(context: EvaluationContext): Promise<MetricResult> {
  const results: Partial<Record<PreparationSet, PsnrByMethod>> = {};
  const lines: string[] = [];
  for (const set of ['validation', 'test'] as const) {
    const scenes = await loadPreparationScenes(context.engine.pack.folder, set, context.sceneLimit);
    if (scenes.length === 0) continue;
    const byMethod = await measureSet(context, scenes);
    results[set] = byMethod;
    const values = Object.entries(byMethod).map(([method, value]) => `${method} ${value.toFixed(2)} dB`);
    lines.push(`Removal, PSNR in the hole, ${set} set of ${scenes.length} scenes: ${values.join(', ')}`);
  }
  const isMeasured = Object.keys(results).length > 0;
  return {
    report: { removal: isMeasured ? results : null },
    lines: isMeasured ? lines : ['Removal: the pack has no scenes for this.'],
  };
}

async function measureSet(
  context: EvaluationContext,
  scenes: readonly PreparationScene[],
): Promise<PsnrByMethod> {
  const { engine, signal, onProgress } = context;
  const { removalMethods } = engine.preparation.capabilities;
  const chosen = METHODS.filter((method) => removalMethods.includes(method));
  const values = new Map<RemovalMethod, number[]>(chosen.map((method) => [method, []]));
  for (const [index, { picture, background, subjects, place }] of scenes.entries()) {
    const { pixels: truth } = await decodeImage(background);
    for (const method of chosen) {
      stopIfCancelled(signal);
      const { image, hole } = await engine.preparation.removeObjects(
        picture,
        subjects.map(({ mask }) => mask),
        { method, prompt: `a photo of a ${place} background` },
        { signal },
      );
      values.get(method)!.push(psnr(image, truth, (pixel) => hole.data[pixel] === 1));
    }
    onProgress(index + 1, scenes.length);
  }
  return Object.fromEntries([...values].map(([method, list]) => [method, mean(list)]));
}
