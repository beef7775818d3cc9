/**
 * Regional prompts: in the first steps of text to image, which decide the layout, each subject has a prompt of its own
 * and a part of the picture where its noise prediction counts (mixing/prompt-regions.ts).
 */
import { guided, type NoisePredictor, type RowGroup } from './batching.ts';
import { weightedSum } from './mixing/blend-latents.ts';
import { assignParts, contrastedWeights, MOST_PARTS, partsSideBySide } from './mixing/prompt-regions.ts';
import type { PromptConditioning } from './ports.ts';
import { alignPrompts } from './processors/weighted-prompt.ts';
import type { ScheduleStep } from './schedulers/noise-schedule.ts';
import type { Tensor } from './tensor/tensor.ts';

/** A request for regional prompts. */
export interface RegionalPrompts {
  /** One per subject; more than MOST_PARTS, or fewer than 2, have no effect. */
  readonly prompts: readonly string[];
  /** Share of the steps, from the first, that follow them, 0..1. */
  readonly endAt: number;
  /** How much each part turns away from the other prompts in the first step, 0 or more; it fades to 0. */
  readonly contrast: number;
}

/** What regional prompts need of the run. */
export interface RegionalPromptsContext {
  /** Of the whole prompt. */
  readonly whole: PromptConditioning;
  readonly negative: PromptConditioning;
  readonly condition: (prompt: string) => Promise<PromptConditioning>;
  readonly predictor: NoisePredictor;
  /** Number of steps of a draw. */
  readonly steps: number;
  /** Classifier-free guidance of a step; 1 is off. */
  readonly guidanceAt: (step: ScheduleStep) => number;
}

/**
 * The guided noise prediction of a step.
 *
 * @param rowOf the step's row of a prompt
 * @returns dims [channels, h, w]; undefined if the step follows the whole prompt
 */
export type PredictByPart = (
  rowOf: (prompted: PromptConditioning) => RowGroup,
  step: ScheduleStep,
) => Promise<Tensor | undefined>;

/** Regional prompts, ready for any number of draws. */
export interface OpenedRegionalPrompts {
  /**
   * Divides the picture of one draw.
   *
   * @param seed of the draw: it alone decides, with the prompts, what is where
   * @param latentSize [h, w]
   */
  begin(seed: number, latentSize: readonly [number, number]): PredictByPart;
}

/**
 * Encodes the prompts.
 *
 * @returns undefined if there is nothing to divide
 * @throws an error of the models
 */
export async function openRegionalPrompts(
  request: RegionalPrompts | undefined,
  { whole, negative, condition, predictor, steps, guidanceAt }: RegionalPromptsContext,
): Promise<OpenedRegionalPrompts | undefined> {
  const count = request?.prompts.length ?? 0;
  if (request === undefined || count < 2 || count > MOST_PARTS) return undefined;
  const { contrast } = request;
  const regionalSteps = request.endAt * steps;
  const ofParts: PromptConditioning[] = [];
  for (const prompt of request.prompts) ofParts.push(await condition(prompt));
  const [ofWhole, ofNegative, ...prompted] = alignPrompts([whole, negative, ...ofParts]) as [
    PromptConditioning,
    PromptConditioning,
    ...PromptConditioning[],
  ];
  const begin = (seed: number, latentSize: readonly [number, number]): PredictByPart => {
    const sideBySide = partsSideBySide(count, seed, latentSize);
    let parts: readonly Tensor[] | undefined;
    return async (rowOf, step) => {
      if (step.index >= regionalSteps) return undefined;
      const guidanceScale = guidanceAt(step);
      const others = [
        ...(guidanceScale === 1 ? [] : [ofNegative]),
        // The whole prompt only decides, in the first step, which prompt gets which part.
        ...(parts === undefined ? [ofWhole] : []),
      ];
      const predictions = (await predictor.predictUnguided([...prompted, ...others].map(rowOf))).map(
        ([prediction]) => prediction!,
      );
      const own = predictions.slice(0, count);
      parts ??= assignParts(sideBySide, own, predictions.at(-1)!);
      const weights = contrastedWeights(parts, contrast * (1 - step.index / regionalSteps));
      const mixed = weightedSum(own.map((latents, index) => ({ latents, weight: weights[index]! })));
      return guidanceScale === 1 ? mixed : guided(mixed, predictions[count]!, guidanceScale);
    };
  };
  return { begin };
}
