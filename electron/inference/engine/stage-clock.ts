/** Where the time of a render goes. */
import type { RenderStage } from '../../contract/progress.ts';

/** Time by stage: the time since the last report counts for the reporting stage. */
export class StageClock {
  readonly timingsMs: Record<RenderStage, number> = { load: 0, encode: 0, invert: 0, blend: 0, decode: 0 };
  #lastMs: number;

  constructor(startMs: number) {
    this.#lastMs = startMs;
  }

  charge(stage: RenderStage): void {
    const nowMs = performance.now();
    this.timingsMs[stage] += nowMs - this.#lastMs;
    this.#lastMs = nowMs;
  }
}
