/** The interface of a metric of `npm run evaluate`; each has its own file and is listed in all-metrics.ts. */
import { StudioError } from '../contract/errors.ts';
import type { Engine } from '../inference/engine/engine.ts';
import type { AppearanceClassifier } from '../inference/scoring/appearance-classifier.ts';
import type { EvaluationScene } from './evaluation-scenes.ts';

/** The input of a metric. */
export interface EvaluationContext {
  readonly engine: Engine;
  readonly classifier: AppearanceClassifier;
  readonly scenes: readonly EvaluationScene[];
  /** Most scenes of the sets that a metric loads itself; all by default. */
  readonly sceneLimit: number | undefined;
  readonly signal: AbortSignal;
  /** `done` of `total` pieces of work are finished. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface Metric {
  /** Its name for --only. */
  readonly name: string;
  /** Computed only on request by --only: it is slow and rarely needed. */
  readonly isOnlyByName?: true;
  /** Label of its progress. */
  readonly title: string;
  /** @throws StudioError CANCELLED at the next piece of work, and the engine's errors */
  readonly run: (context: EvaluationContext) => Promise<MetricResult>;
}

export interface MetricResult {
  /** Fields of out/evaluate.json. */
  readonly report: Readonly<Record<string, unknown>>;
  /** Printed lines. */
  readonly lines: readonly string[];
}

/** @throws StudioError CANCELLED */
export function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new StudioError('CANCELLED', 'The evaluation was cancelled.');
}

/** Numbers of the seen and the held-out scenes, and of both together. */
export interface SplitScores<Value> {
  readonly all: Value;
  /** null if no scene belongs to it. */
  readonly seen: Value | null;
  readonly heldOut: Value | null;
}

/** Summarises the measurements of all scenes and of each half. */
export function bySplit<Item extends { readonly isHeldOut: boolean }, Value>(
  items: readonly Item[],
  summarise: (items: readonly Item[]) => Value,
): SplitScores<Value> {
  const seen = items.filter(({ isHeldOut }) => !isHeldOut);
  const heldOut = items.filter(({ isHeldOut }) => isHeldOut);
  return {
    all: summarise(items),
    seen: seen.length > 0 ? summarise(seen) : null,
    heldOut: heldOut.length > 0 ? summarise(heldOut) : null,
  };
}
