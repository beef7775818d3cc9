/**
 * How long a render will still take. Only inverting and blending take long, and their steps take equally long. How
 * long a stage takes that has not begun is taken from the last render, in the proportion in which this one is quicker
 * or slower; without one to go by there is no answer.
 */
import type { RenderProgress, RenderStage } from '../../contract/progress.ts';

/** Stages in the order in which they are run. */
const STAGE_ORDER: readonly RenderStage[] = ['load', 'encode', 'invert', 'blend', 'decode'];

/** Steps of a stage that have to be done before its pace is believed. */
const MINIMUM_STEPS = 2;

export class TimeLeftEstimator {
  readonly #lastTimingsMs: Partial<Record<RenderStage, number>> | undefined;
  #stage: RenderStage | undefined;
  #stageStart: { readonly atMs: number; readonly step: number } | undefined;

  /** @param lastTimingsMs milliseconds by stage of a render like this one */
  constructor(lastTimingsMs?: Partial<Record<RenderStage, number>>) {
    this.#lastTimingsMs = lastTimingsMs;
  }

  /**
   * @param nowMs a clock that never goes back
   * @returns milliseconds left, null while they cannot be told
   */
  update({ stage, step, total }: RenderProgress, nowMs: number): number | null {
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#stageStart = { atMs: nowMs, step };
    }
    const { atMs, step: firstStep } = this.#stageStart!;
    const stepsDone = step - firstStep;
    const last = this.#lastTimingsMs;
    const later = STAGE_ORDER.slice(STAGE_ORDER.indexOf(stage) + 1);
    const lastLaterMs = later.reduce((sum, name) => sum + (last?.[name] ?? 0), 0);
    const isPaceKnown = stepsDone >= MINIMUM_STEPS && nowMs > atMs;
    if (!isPaceKnown) {
      const lastStageMs = last?.[stage];
      return lastStageMs === undefined ? null : lastStageMs * (1 - step / total) + lastLaterMs;
    }
    const msPerStep = (nowMs - atMs) / stepsDone;
    const stageLeftMs = msPerStep * (total - step);
    if (stage === 'blend' || stage === 'decode') return stageLeftMs + lastLaterMs;
    const lastStageMs = last?.[stage];
    if (!lastStageMs) return null;
    return stageLeftMs + lastLaterMs * ((msPerStep * total) / lastStageMs);
  }
}
