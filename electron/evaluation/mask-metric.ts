/** Quality of masks found by phrase, and false detections. */
import { decodeMask } from '../inference/images/images.ts';
import { mean } from '../inference/scoring/image-metrics.ts';
import { maskOverlap } from '../pipeline/masks/mask-overlap.ts';
import { type EvaluationContext, type Metric, type MetricResult, stopIfCancelled } from './metric.ts';
import { loadPreparationScenes, type PreparationScene, type PreparationSet } from './preparation-scenes.ts';
import { percent } from './text-table.ts';

/** This project's goals for the starter pack's detector. */
const aims = { iou: 0.88, absent: 0.95 } as const;
/** Overlap with the true mask from which a mask is a hit. */
const HIT_IOU = 0.7;

export const maskMetric: Metric = { name: 'masks', title: 'Masks', run: measureMasks };

interface SetResult {
  readonly objects: number;
  readonly meanIou: number;
  readonly shareOfHits: number;
  /** Share of phrases for absent subjects that found nothing. */
  readonly absentFindsNothing: number;
}

async function measureMasks(context: EvaluationContext): Promise<MetricResult> {
  if (!context.engine.preparation.capabilities.findMask) {
    return { report: { masks: null }, lines: ['Masks from phrases: the pack has no detector.'] };
  }
  const results: Partial<Record<PreparationSet, SetResult>> = {};
  const lines: string[] = [];
  for (const set of ['validation', 'test'] as const) {
    const scenes = await loadPreparationScenes(context.engine.pack.folder, set, context.sceneLimit);
    if (scenes.length === 0) continue;
    const result = await measureSet(context, scenes);
    results[set] = result;
    lines.push(
      `Masks from phrases, ${set} set of ${scenes.length} scenes, ${result.objects} objects: mean IoU ` +
        `${result.meanIou.toFixed(3)} (aim ${aims.iou}), above ${HIT_IOU}: ${percent(result.shareOfHits)}, nothing found ` +
        `where nothing is: ${percent(result.absentFindsNothing)} (aim ${percent(aims.absent)})`,
    );
  }
  const isMeasured = Object.keys(results).length > 0;
  return {
    report: { masks: isMeasured ? results : null },
    lines: isMeasured ? lines : ['Masks from phrases: the pack has no scenes for this.'],
  };
}

async function measureSet(
  context: EvaluationContext,
  scenes: readonly PreparationScene[],
): Promise<SetResult> {
  const { engine, signal, onProgress } = context;
  const overlaps: number[] = [];
  let nothingFound = 0;
  for (const [index, { picture, subjects, absent }] of scenes.entries()) {
    for (const { phrase, mask } of subjects) {
      stopIfCancelled(signal);
      const { proposals } = await engine.preparation.findMask(picture, { phrase }, { signal });
      const [best] = proposals;
      overlaps.push(best === undefined ? 0 : maskOverlap(best.mask, await decodeMask(mask)));
    }
    const { proposals } = await engine.preparation.findMask(picture, { phrase: absent }, { signal });
    if (proposals.length === 0) nothingFound++;
    onProgress(index + 1, scenes.length);
  }
  return {
    objects: overlaps.length,
    meanIou: mean(overlaps),
    shareOfHits: overlaps.filter((overlap) => overlap > HIT_IOU).length / overlaps.length,
    absentFindsNothing: nothingFound / scenes.length,
  };
}
