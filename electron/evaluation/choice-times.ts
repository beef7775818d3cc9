/** What each row of a table of parameters costs: a first render with nothing cached, and a re-tune. */
import { randomInt } from 'node:crypto';
import { assetReader, makeRequest } from '../app/scenes/scene-request.ts';
import { MAX_SEED, type RenderParameters } from '../contract/parameters.ts';
import { mean } from '../inference/scoring/image-metrics.ts';
import type { EvaluationScene } from './evaluation-scenes.ts';
import { type EvaluationContext, stopIfCancelled } from './metric.ts';

/** Means over scenes. */
export interface ChoiceTimes {
  readonly firstMs: number;
  readonly retuneMs: number;
  /** U-Net rows of the first render and of the re-tune. */
  readonly firstRows: number;
  readonly retuneRows: number;
}

/**
 * Renders every choice on every scene twice. The choices take turns, so that other work on the machine slows all of
 * them; every first render has a random seed, so that it finds no inversion in a cache.
 *
 * @returns in the order of `choices`
 * @throws StudioError CANCELLED, and the engine's errors
 */
export async function timeChoices(
  { engine, signal }: Pick<EvaluationContext, 'engine' | 'signal'>,
  scenes: readonly EvaluationScene[],
  choices: readonly Partial<RenderParameters>[],
): Promise<ChoiceTimes[]> {
  const { beta = 0.8 } = engine.pack.recommended;
  const measured: ChoiceTimes[][] = choices.map(() => []);
  for (const { loaded } of scenes) {
    for (const [index, choice] of choices.entries()) {
      const seed = randomInt(MAX_SEED);
      const render = async (dilution: number) => {
        stopIfCancelled(signal);
        const parameters = { ...choice, seed, beta: dilution };
        return engine.render(makeRequest(loaded, engine.pack, { parameters }), assetReader(loaded), {
          signal,
        });
      };
      const first = await render(beta);
      const retune = await render(beta / 2);
      measured[index]!.push({
        firstMs: first.totalMs,
        retuneMs: retune.totalMs,
        firstRows: first.unetRows,
        retuneRows: retune.unetRows,
      });
    }
  }
  return measured.map((times) => {
    const of = (key: keyof ChoiceTimes) => mean(times.map((time) => time[key]));
    return {
      firstMs: of('firstMs'),
      retuneMs: of('retuneMs'),
      firstRows: of('firstRows'),
      retuneRows: of('retuneRows'),
    };
  });
}
