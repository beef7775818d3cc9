/**
 * Guided appearance attention and swap guidance: which row attends to whose keys and values, with which alpha.
 *
 * In the self-attention of row ref_i, with per_i in the same call (paper 3.3):
 *   Q = Q_ref_i,  K = K_per_i,  V = V_per_i + alpha (V_per_i - V_ref_i)
 * The U-Net does this for rows whose `keyValueSource` points at another row (native-models/graph); this file only
 * decides which row points at which.
 *
 * Swap guidance (Cross-Image Attention, Alaluf et al., arXiv 2311.03335, section 3.3; named in paper 3.4):
 *   eps_ref_i = eps_plain + s_t (eps_swap - eps_plain)
 * Text classifier-free guidance g replaces it, as in that paper's code: both at once would push the prediction
 * g s_t times as far.
 *   eps_ref_i = eps_plain(no prompt) + g (eps_swap(scene prompt) - eps_plain(no prompt))
 */
import type { RowGroup } from '../batching.ts';
import type { CachedHiddenStates, PromptConditioning } from '../ports.ts';
import type { ScheduleStep } from '../schedulers/noise-schedule.ts';
import { assertSameDims, type Tensor, tensor } from '../tensor/tensor.ts';

/**
 * s_t: falls linearly from `scale` at the first step to max(scale / 2, 1) at the last.
 *
 * @param scale swap guidance scale s >= 1; with 1 the plain row is not needed
 * @param stepIndex 0..steps - 1
 */
export function swapGuidanceScaleAt(scale: number, stepIndex: number, steps: number): number {
  const last = Math.max(scale / 2, 1);
  return steps === 1 ? scale : scale + (last - scale) * (stepIndex / (steps - 1));
}

/** How far a reference's prediction is pushed away from the plain one. */
export interface ReferenceGuidance {
  /** Text classifier-free guidance g; 1 is off. */
  readonly guidanceScale: number;
  /** s_t of this step; applies while text guidance is off. */
  readonly swapGuidanceScale: number;
}

/** One concept's inputs to a step. */
export interface AppearanceRowInputs {
  readonly step: ScheduleStep;
  /** ref_i at this step, dims [channels, h, w]. */
  readonly referenceLatents: Tensor;
  /** per_i's own x_t at this step, the same dims. */
  readonly conceptLatents: Tensor;
  readonly sceneConditioning: PromptConditioning;
  readonly unconditional: PromptConditioning;
  readonly conceptConditioning: PromptConditioning;
  /** alpha of the value guidance; 0 only replaces keys and values. */
  readonly appearanceScale: number;
  readonly guidance: ReferenceGuidance;
  /** False outside the step range of the guided attention: ref_i then runs unguided. */
  readonly injected: boolean;
  /** per_i's states at this step from an earlier run; with them per_i needs no row. */
  readonly conceptHiddenStates: CachedHiddenStates | undefined;
  /** Called with per_i's states if there were none. */
  readonly onConceptHiddenStates?: (states: CachedHiddenStates) => void;
}

/**
 * The rows of concept i at one step: [ref_i swapped, ref_i plain (only where guidance needs it), per_i (only if its
 * states are not cached)]. Outside the step range the first row is plain too, and per_i is not run. With text
 * guidance the plain row has no prompt.
 */
export function appearanceRows(inputs: AppearanceRowInputs): RowGroup {
  const { step, injected, guidance, conceptHiddenStates, onConceptHiddenStates } = inputs;
  const reference = { latents: inputs.referenceLatents, step, appearanceScale: 0 };
  const prompted = { ...reference, ...inputs.sceneConditioning };
  const plainRows = [];
  if (guidance.guidanceScale !== 1) {
    plainRows.push({ ...reference, ...inputs.unconditional, keyValueSource: 1 });
  } else if (injected && guidance.swapGuidanceScale > 1) {
    plainRows.push({ ...prompted, keyValueSource: 1 });
  }
  if (!injected) return [{ ...prompted, keyValueSource: 0 }, ...plainRows];
  const conceptAt = 1 + plainRows.length;
  const swapped = {
    ...prompted,
    keyValueSource: conceptHiddenStates ?? conceptAt,
    appearanceScale: inputs.appearanceScale,
  };
  if (conceptHiddenStates !== undefined) return [swapped, ...plainRows];
  const concept = {
    latents: inputs.conceptLatents,
    step,
    ...inputs.conceptConditioning,
    keyValueSource: conceptAt,
    appearanceScale: 0,
    ...(onConceptHiddenStates && { onHiddenStates: onConceptHiddenStates }),
  };
  return [swapped, ...plainRows, concept];
}

/**
 * eps_ref_i from the predictions of {@link appearanceRows}: plain + scale (swapped - plain), with g as the scale where
 * text guidance is on, else s_t.
 *
 * @param predictions one per row, in the same order
 * @param injected as for the rows
 */
export function guidedPrediction(
  predictions: readonly Tensor[],
  { guidanceScale, swapGuidanceScale }: ReferenceGuidance,
  injected: boolean,
): Tensor {
  const [swapped, plain] = predictions as [Tensor, Tensor?];
  const isTextGuided = guidanceScale !== 1;
  if (!isTextGuided && (!injected || swapGuidanceScale <= 1)) return swapped;
  const scale = isTextGuided ? guidanceScale : swapGuidanceScale;
  assertSameDims(swapped, plain!, 'Guidance of a reference');
  return tensor(
    swapped.data.map((value, index) => {
      const base = plain!.data[index]!;
      return base + scale * (value - base);
    }),
    swapped.dims,
  );
}
