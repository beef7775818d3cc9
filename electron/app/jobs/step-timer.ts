/** Estimates the time left in a stage of equally long steps. */
import type { EngineProgress } from '../../contract/engine-messages.ts';

export class StepTimer {
  #stage: string | undefined;
  #start = { atMs: 0, step: 0 };

  /**
   * @param nowMs a monotonic clock
   * @returns milliseconds left in the stage, null until a step has been timed
   */
  update({ stage, step, total }: EngineProgress, nowMs: number): number | null {
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#start = { atMs: nowMs, step };
    }
    const steps = step - this.#start.step;
    return steps <= 0 ? null : ((nowMs - this.#start.atMs) / steps) * Math.max(0, total - step);
  }
}
