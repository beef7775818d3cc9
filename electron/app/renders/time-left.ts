/**
 * Estimates the time left of a render. Only inversion and blending take long, and their steps take equally long. The
 * time of a stage that has not started is that of the last similar render, scaled by how much faster or slower this
 * one is; without such a render there is no estimate.
 */
import type { RenderProgress, RenderStage } from '../../contract/progress.ts';

/** Stages in order. */
const STAGE_ORDER: readonly RenderStage[] = ['load', 'encode', 'invert', 'blend', 'decode'];

/** Steps of a stage before its pace is trusted. */
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
   * @param nowMs a monotonic clock
   * @returns milliseconds left; null while there is no estimate
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
