/**
 * Guided appearance attention and swap guidance: which row attends to whose keys and values, with which alpha.
 *
 * In the self-attention of row ref_i, with per_i in the same call (paper 3.3):
 *   Q = Q_ref_i,  K = K_per_i,  V = V_per_i + alpha (V_per_i - V_ref_i)
 * The U-Net does this for rows whose `keyValueSource` points at another row (native-models/graph); this file
 * only says who points at whom.
 *
 * Swap guidance (Cross-Image Attention, Alaluf et al., arXiv 2311.03335, section 3.3; named in paper 3.4):
 *   eps_ref_i = eps_plain + s_t (eps_swap - eps_plain)
 */
import type { RowGroup } from '../batching.ts';
import type { AttentionStates } from '../ports.ts';
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

/** What one concept brings to a step. */
export interface AppearanceRowInputs {
  readonly step: ScheduleStep;
  /** ref_i at this step, dims [channels, h, w]. */
  readonly referenceLatents: Tensor;
  /** per_i's own x_t at this step, the same dims. */
  readonly conceptLatents: Tensor;
  readonly scenePromptEmbedding: Tensor;
  readonly conceptPromptEmbedding: Tensor;
  /** alpha of the value guidance; 0 replaces keys and values only. */
  readonly appearanceScale: number;
  /** s_t of this step. */
  readonly swapGuidanceScale: number;
  /** False outside the step range of the guided attention: ref_i then runs as it is. */
  readonly injected: boolean;
  /** per_i's states at this step from an earlier run; with them per_i needs no row. */
  readonly conceptStates: AttentionStates | undefined;
  /** Told per_i's states when they were not there. */
  readonly onConceptStates?: (states: AttentionStates) => void;
}

/**
 * The rows of concept i at one step: [ref_i swapped, ref_i plain (only where swap guidance needs it), per_i (only
 * where its states are not kept)], or [ref_i plain] outside the step range.
 */
export function appearanceRows(inputs: AppearanceRowInputs): RowGroup {
  const { step, conceptStates, onConceptStates } = inputs;
  const plain = {
    latents: inputs.referenceLatents,
    step,
    promptEmbedding: inputs.scenePromptEmbedding,
    appearanceScale: 0,
  };
  if (!inputs.injected) return [{ ...plain, keyValueSource: 0 }];
  const plainRows = inputs.swapGuidanceScale > 1 ? [{ ...plain, keyValueSource: 1 }] : [];
  const conceptAt = 1 + plainRows.length;
  const swapped = {
    ...plain,
    keyValueSource: conceptStates ?? conceptAt,
    appearanceScale: inputs.appearanceScale,
  };
  if (conceptStates !== undefined) return [swapped, ...plainRows];
  const concept = {
    latents: inputs.conceptLatents,
    step,
    promptEmbedding: inputs.conceptPromptEmbedding,
    keyValueSource: conceptAt,
    appearanceScale: 0,
    ...(onConceptStates && { onStates: onConceptStates }),
  };
  return [swapped, ...plainRows, concept];
}

/**
 * eps_ref_i from the predictions of {@link appearanceRows}.
 *
 * @param predictions one per row, in the same order
 */
export function guidedPrediction(predictions: readonly Tensor[], swapGuidanceScale: number): Tensor {
  const [swapped, plain] = predictions as [Tensor, Tensor?];
  if (plain === undefined || swapGuidanceScale <= 1) return swapped;
  assertSameDims(swapped, plain, 'Swap guidance');
  return tensor(
    swapped.data.map((value, index) => {
      const base = plain.data[index]!;
      return base + swapGuidanceScale * (value - base);
    }),
    swapped.dims,
  );
}
