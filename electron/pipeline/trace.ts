/**
 * Names the tensors of a run for comparison with other implementations (docs/trace.md).
 *
 * A traced run also inverts the inpainted background and the concepts in full, which blending itself does not need:
 * it is slower, with the same result.
 */
import type { NoisePredictor } from './batching.ts';
import { type Inversion, invert } from './inversion/edit-friendly-inversion.ts';
import type { LatentMasks } from './mixing/latent-masks.ts';
import type { PnpMixInputs } from './pnp-mix-types.ts';
import type { ScheduleStep } from './schedulers/noise-schedule.ts';
import type { Tensor } from './tensor/tensor.ts';

/** Receives tensors by name; names are paths such as `inversion/background/x_t/0`. */
export type TraceSink = (name: string, value: Tensor) => void;

/** The result of stage 1 in pnp-mix.ts. */
export interface TracedInputs {
  readonly inputs: PnpMixInputs;
  readonly background: Inversion;
  readonly inpainted: readonly Tensor[];
  readonly concepts: readonly (readonly Tensor[])[];
  readonly masks: LatentMasks;
  readonly steps: readonly ScheduleStep[];
  readonly predictor: NoisePredictor;
}

/** Writes every inversion and the masks to the sink. */
export async function traceInputs(sink: TraceSink, traced: TracedInputs): Promise<void> {
  const { inputs, steps, predictor, masks } = traced;
  traceInversion(sink, 'background', traced.background);
  traceInversion(
    sink,
    'inpainted',
    await invert(traced.inpainted, steps, inputs.inpainted.conditioning, predictor),
  );
  for (const [index, trajectory] of traced.concepts.entries()) {
    const { conditioning } = inputs.concepts[index]!;
    traceInversion(sink, `concept-${index + 1}`, await invert(trajectory, steps, conditioning, predictor));
  }
  sink('masks/background', masks.backgroundMask);
  masks.regionMasks.forEach((mask, index) => {
    sink(`masks/region-${index + 1}`, mask);
  });
  masks.expandedMasks.forEach((mask, index) => {
    sink(`masks/expanded-${index + 1}`, mask);
  });
}

function traceInversion(sink: TraceSink, name: string, inversion: Inversion): void {
  sink(`inversion/${name}/x0`, inversion.trajectory.at(-1)!);
  for (const [kind, tensors] of [
    ['x_t', inversion.trajectory.slice(0, -1)],
    ['noise_prediction', inversion.noisePredictions],
    ['noise_map', inversion.noiseMaps],
  ] as const) {
    tensors.forEach((value, index) => {
      sink(`inversion/${name}/${kind}/${index}`, value);
    });
  }
}
