/**
 * PnP-MIX, unrolled: several personal concepts blended into one background, without training.
 *
 * Read it together with docs/method.md; the numbers are the steps there, the equations the paper's
 * (Woo, "Plug-and-Play Multi-Concept Adaptive Blending for High-Fidelity Text-to-Image Synthesis").
 *
 * | paper | here | meaning |
 * | --- | --- | --- |
 * | back, inpaint, per_i | background, inpainted, concepts[i] | trajectories: x_t of every step, x0 last |
 * | ref_i, out | references[i], output | latents that stage 2 denoises |
 * | eps, z | noisePrediction, noiseMap | see schedulers/noise-schedule.ts |
 * | M_i, M_B, M_E_i | regionMasks, backgroundMask, expandedMasks | see mixing/latent-masks.ts |
 *
 * Never computed, because it is already known: eps of the background (the inversion had the same x_t and prompt), eps
 * of the inpainted background and of the output (nothing uses them), and the noise maps of the inpainted background
 * and of the concepts (they follow their own x_t). U-Net rows per step: one per concept, one per reference, and one
 * more per reference while text or swap guidance is above 1. The concepts' rows only provide keys and values, which
 * do not depend on alpha, beta and the masks: a re-tune with cached ones runs only the references.
 */
import { ablationRows } from './ablation.ts';
import { appearanceRows, guidedPrediction, swapGuidanceScaleAt } from './attention/guided-appearance.ts';
import { NoisePredictor, throwIfCancelled } from './batching.ts';
import {
  extractNoiseMaps,
  predictTrajectoryNoise,
  sampleTrajectory,
} from './inversion/edit-friendly-inversion.ts';
import { complement, diluteBackground, weightedSum, weightLatents } from './mixing/blend-latents.ts';
import { frontToBack, latentMasks } from './mixing/latent-masks.ts';
import type { PnpMixInputs, PnpMixModels, PnpMixParameters, PnpMixResult } from './pnp-mix-types.ts';
import type { RunControls } from './ports.ts';
import {
  predictOriginalSample,
  type ScheduleStep,
  stepsFrom,
  stepWithNoise,
} from './schedulers/noise-schedule.ts';
import { gaussianNoise } from './tensor/noise.ts';
import type { Tensor } from './tensor/tensor.ts';
import { traceInputs } from './trace.ts';

/**
 * Blends the concepts into the background.
 *
 * @param inputs latents [channels, h, w], prompt embeddings and masks; see {@link PnpMixInputs}
 * @param parameters see {@link PnpMixParameters}
 * @param controls progress, preview, cancellation and trace; none of them changes the result
 * @returns the finished latents [channels, h, w] and the masks they were made with
 * @throws PipelineError CANCELLED, NON_FINITE, OUT_OF_MEMORY, PARAMETER_INVALID; TensorDimsError
 */
export async function pnpMix(
  models: PnpMixModels,
  inputs: PnpMixInputs,
  parameters: PnpMixParameters,
  controls: RunControls = {},
): Promise<PnpMixResult> {
  const { seed, swapGuidanceScale, attentionSteps, beta } = parameters;
  const { valueGuidance, dilution, mixReferences } = ablationRows[parameters.ablation];
  const steps = stepsFrom(models.schedule, parameters.steps, parameters.startAt, parameters.solver);
  const predictor = new NoisePredictor({
    unet: models.unet,
    predictionType: models.schedule.predictionType,
    guidanceScale: parameters.guidanceScale,
    attentionLayers: parameters.attentionLayers,
    unconditional: inputs.unconditional,
    controls,
  });
  const report = (stage: 'invert' | 'blend', step: number) =>
    controls.onProgress?.({ stage, step, total: steps.length });

  // Stage 1 step 5: inversion (3.1, 3.2). Only the background needs its noise maps, and so the U-Net.
  const sampled = sampleTrajectory(inputs.background.latents, steps, seed, 'background');
  const backgroundNoise =
    inputs.background.noisePredictions ??
    (await predictTrajectoryNoise(sampled, steps, inputs.background.conditioning, predictor, (done) =>
      report('invert', done),
    ));
  const background = extractNoiseMaps(sampled, backgroundNoise, steps);
  const inpainted = sampleTrajectory(inputs.inpainted.latents, steps, seed, 'inpainted');
  const concepts = inputs.concepts.map(({ latents }) => sampleTrajectory(latents, steps, seed, 'concept'));
  const masks = latentMasks(inputs.concepts, models.latentSize, {
    downscale: models.downscale,
    featherPx: parameters.featherPx,
    expandLatent: parameters.expandLatent,
    regionGrowPx: parameters.regionGrowPx,
    bandLatent: parameters.bandLatent,
  });
  const { regionMasks, backgroundMask, expandedMasks, bandMask } = masks;
  if (controls.onTrace) {
    await traceInputs(controls.onTrace, { inputs, background, inpainted, concepts, masks, steps, predictor });
  }

  // Stage 2: out = ref_1 = ... = ref_n = x_t of the background at the first step that is run (the paper's: x_T).
  let output: Tensor = background.trajectory[0]!;
  let references: Tensor[] = inputs.concepts.map(() => background.trajectory[0]!);
  /** The previous x0_hat, which a second-order step reads. */
  let before: { readonly output: Tensor; readonly references: readonly Tensor[] } | undefined;

  for (const step of steps) {
    throwIfCancelled(controls.signal);
    const next = step.index + 1;
    const guidance = {
      guidanceScale: parameters.guidanceScale,
      swapGuidanceScale: swapGuidanceScaleAt(swapGuidanceScale, step.index, steps.length),
    };
    const position = step.index / steps.length;
    const injected = position >= attentionSteps.from && position < attentionSteps.to;

    // 1. and 2. Guided appearance attention (3.3) with swap guidance, or with text guidance instead. At the first
    // step the references are x_T of the background: dilution only follows a step.
    const predictions = await predictor.predictUnguided(
      inputs.concepts.map((concept, i) =>
        appearanceRows({
          step,
          referenceLatents: references[i]!,
          conceptLatents: concepts[i]![step.index]!,
          sceneConditioning: inputs.background.conditioning,
          unconditional: inputs.unconditional,
          conceptConditioning: concept.conditioning,
          appearanceScale: valueGuidance ? concept.alpha : 0,
          guidance,
          injected,
          conceptHiddenStates: concept.attentionCache?.get(step.index),
          ...(concept.attentionCache && {
            onConceptHiddenStates: (states) => concept.attentionCache!.set(step.index, states),
          }),
        }),
      ),
    );
    let referenceNoise = predictions.map((rows) => guidedPrediction(rows, guidance, injected));

    // 3. Mask-guided noise mixing (3.4), summed in layer order: its rounding must not depend on the list's.
    const backgroundPrediction = background.noisePredictions[step.index]!;
    const outputNoise = weightedSum([
      { latents: backgroundPrediction, weight: backgroundMask },
      ...frontToBack(inputs.concepts).map((i) => ({ latents: referenceNoise[i]!, weight: regionMasks[i]! })),
    ]);

    // 4. Noise mixing on the references (3.4, ablation row d).
    if (mixReferences) {
      referenceNoise = referenceNoise.map((latents, i) =>
        weightedSum([
          { latents, weight: regionMasks[i]! },
          { latents: backgroundPrediction, weight: complement(regionMasks[i]!) },
        ]),
      );
    }

    // Every row steps with the background's noise map, drawn fresh in the transition band over the first half of the
    // steps; at the last step it is taken as 0 inside the objects.
    const isLast = next === steps.length;
    const isBandFresh = bandMask !== undefined && step.index < steps.length / 2;
    const fullNoiseMap = isBandFresh
      ? freshInBand(background.noiseMaps[step.index]!, bandMask, seed, step)
      : background.noiseMaps[step.index]!;
    const noiseMap = isLast ? weightLatents(fullNoiseMap, backgroundMask) : fullNoiseMap;
    const originals = {
      output: predictOriginalSample(output, outputNoise, step),
      references: references.map((latents, i) => predictOriginalSample(latents, referenceNoise[i]!, step)),
    };
    controls.onPreview?.(originals.output, next, steps.length);
    output = stepWithNoise(output, outputNoise, noiseMap, step, before?.output);
    references = references.map((latents, i) =>
      stepWithNoise(latents, referenceNoise[i]!, noiseMap, step, before?.references[i]),
    );
    before = originals;

    // 5. Background dilution++ (3.5), or plain dilution with the background itself (ablation row c), at the timestep
    // that the references have just reached: their noise and that of what dilutes them must be of one level.
    if (dilution !== 'none') {
      const diluting = dilution === 'inpainted' ? inpainted[next]! : background.trajectory[next]!;
      references = references.map((latents, i) =>
        diluteBackground(latents, diluting, expandedMasks[i]!, beta),
      );
    }

    controls.onTrace?.(`blend/${step.index}/output`, output);
    references.forEach((latents, i) => {
      controls.onTrace?.(`blend/${step.index}/reference-${i + 1}`, latents);
    });
    report('blend', next);
  }

  return { latents: output, masks, backgroundNoise, unetRows: predictor.rowsRun };
}

/** A noise map with fresh noise in the transition band, to remove all traces of the old content. */
function freshInBand(noiseMap: Tensor, bandMask: Tensor, seed: number, { timestep }: ScheduleStep): Tensor {
  const fresh = gaussianNoise(seed, 'transitionBand', timestep, noiseMap.dims);
  return weightedSum([
    { latents: noiseMap, weight: complement(bandMask) },
    { latents: fresh, weight: bandMask },
  ]);
}
