/**
 * The textbook PnP-MIX: docs/method.md line by line, with nothing cached, shared or skipped.
 *
 * Every image is inverted step by step with its own U-Net calls, and at every blending step every latent (back,
 * inpaint, per_i, ref_i, out) goes through the U-Net twice: once plain, once with keys and values swapped. It is slow
 * and meant to be read. `electron/pipeline/pnp-mix.ts` must give the same latents; they share only tensors, the seeded
 * noise, the table of ablation rows and the U-Net itself.
 *
 * | method.md | here |
 * | --- | --- |
 * | t, ᾱ_t, ᾱ_prev, sigma_t | step.t, step.a, step.aPrev, step.sigma |
 * | x0_hat of the step before | before |
 * | x_t, eps, z_t | x, eps, z |
 * | back, inpaint, per_i, ref_i, out | the same |
 * | M_i, M_B, M_E_i | masks.M[i], masks.MB, masks.ME[i] |
 */
import { type AblationRow, ablationRows } from '../../electron/pipeline/ablation.ts';
import type { PnpMixInputs, PnpMixModels, PnpMixParameters } from '../../electron/pipeline/pnp-mix-types.ts';
import type { PromptConditioning, UnetRow } from '../../electron/pipeline/ports.ts';
import type { NoiseScheduleConfig } from '../../electron/pipeline/schedulers/noise-schedule.ts';
import { gaussianNoise, type NoiseStream } from '../../electron/pipeline/tensor/noise.ts';
import { type Tensor, tensor, unstackRows } from '../../electron/pipeline/tensor/tensor.ts';
import { textbookMasks } from './textbook-masks.ts';

/** The oracle's results. */
export interface TextbookResult {
  /** x0 of the composed picture, dims [channels, h, w]. */
  readonly latents: Tensor;
  /** ref_1 .. ref_n after the last step. */
  readonly references: readonly Tensor[];
  /** U-Net rows run, inversion included. */
  readonly unetRows: number;
}

/** One step t -> prev. */
interface Step {
  readonly t: number;
  readonly a: number;
  readonly aPrev: number;
  readonly sigma: number;
  readonly isSecondOrder: boolean;
}

/** x0_hat at one step, and the step: read by the second-order update of the next one. */
interface Before {
  readonly x0Hat: Tensor;
  readonly step: Step;
}

/** A latent going through the U-Net; `source` is an index within the batch. */
interface Latent {
  readonly x: Tensor;
  readonly prompt: PromptConditioning;
  readonly source?: number;
  readonly alpha?: number;
}

/** An inverted image: its x_t (x0 last) and its noise maps. */
interface Inverted {
  readonly x: Tensor[];
  readonly z: Tensor[];
}

/** Runs the method; shapes and ranges as for `pnpMix`. */
export async function textbookPnpMix(
  models: PnpMixModels,
  inputs: PnpMixInputs,
  parameters: PnpMixParameters,
): Promise<TextbookResult> {
  const { beta, attentionSteps } = parameters;
  const row = textbookAblation(parameters.ablation);
  // startAt: the first steps are skipped.
  const every = textbookSteps(models.schedule, parameters);
  const steps = every.slice(every.length - Math.max(1, Math.round(parameters.startAt * every.length)));
  const T = steps.length;
  const n = inputs.concepts.length;
  const scene = inputs.background.conditioning;
  let unetRows = 0;

  const g = parameters.guidanceScale;

  /** eps of every latent in one batch, each with its prompt. */
  const run = async (
    latents: readonly Latent[],
    step: Step,
    promptOf: (latent: Latent) => PromptConditioning,
  ): Promise<Tensor[]> => {
    const rows = latents.map(
      (latent, index): UnetRow => ({
        latents: latent.x,
        timestep: step.t,
        ...promptOf(latent),
        keyValueSource: latent.source ?? index,
        appearanceScale: latent.alpha ?? 0,
      }),
    );
    unetRows += rows.length;
    const outputs = unstackRows(await models.unet.predict(rows, parameters.attentionLayers));
    if (models.schedule.predictionType === 'epsilon') return outputs;
    // v = sqrt(a) eps - sqrt(1 - a) x0 and x = sqrt(a) x0 + sqrt(1 - a) eps, solved for eps.
    return outputs.map((v, index) =>
      each([v, latents[index]!.x], (vAt, xAt) => Math.sqrt(step.a) * vAt + Math.sqrt(1 - step.a) * xAt),
    );
  };
  const withPrompts = (latents: readonly Latent[], step: Step) =>
    run(latents, step, (latent) => latent.prompt);
  const withoutPrompts = (latents: readonly Latent[], step: Step) =>
    run(latents, step, () => inputs.unconditional);

  /** eps with text guidance g: eps_u + g (eps_c - eps_u). */
  const guided = (withPrompt: readonly Tensor[], withoutPrompt: readonly Tensor[]): Tensor[] =>
    withPrompt.map((eps, index) => each([eps, withoutPrompt[index]!], (c, u) => u + g * (c - u)));

  /** Stage 1 step 5: edit-friendly inversion. */
  const invert = async (x0: Tensor, prompt: PromptConditioning, stream: NoiseStream): Promise<Inverted> => {
    // x_t = sqrt(a_t) x0 + sqrt(1 - a_t) e_t, independently for each t.
    const x = steps.map((step) =>
      each(
        [x0, gaussianNoise(parameters.seed, stream, step.t, x0.dims)],
        (signal, e) => Math.sqrt(step.a) * signal + Math.sqrt(1 - step.a) * e,
      ),
    );
    x.push(x0);
    const z: Tensor[] = [];
    let before: Before | undefined;
    for (const [k, step] of steps.entries()) {
      const alone = [{ x: x[k]!, prompt }];
      const withPrompt = await withPrompts(alone, step);
      const [eps] = g === 1 ? withPrompt : guided(withPrompt, await withoutPrompts(alone, step));
      // z_t = (x_prev - mu_t) / sigma_t, then x_prev := mu_t + sigma_t z_t.
      z.push(each([x[k + 1]!, mean(x[k]!, eps!, step, before)], (xPrev, mu) => (xPrev - mu) / step.sigma));
      x[k + 1] = advance(x[k]!, eps!, z[k]!, step, before);
      before = remember(x[k]!, eps!, step);
    }
    return { x, z };
  };

  const back = await invert(inputs.background.latents, scene, 'background');
  const inpaint = await invert(inputs.inpainted.latents, inputs.inpainted.conditioning, 'inpainted');
  const per: Inverted[] = [];
  for (const concept of inputs.concepts) {
    per.push(await invert(concept.latents, concept.conditioning, 'concept'));
  }
  const masks = textbookMasks(inputs.concepts, models.latentSize, {
    downscale: models.downscale,
    featherPx: parameters.featherPx,
    expandLatent: parameters.expandLatent,
    regionGrowPx: parameters.regionGrowPx,
    bandLatent: parameters.bandLatent,
  });

  // Stage 2: out = ref_1 = ... = ref_n = x_T of back. The others start at their own x_T.
  let xBack = back.x[0]!;
  let xInpaint = inpaint.x[0]!;
  let xPer = per.map(({ x }) => x[0]!);
  let xRef = inputs.concepts.map(() => back.x[0]!);
  let out = back.x[0]!;
  let beforeBack: Before | undefined;
  let beforeInpaint: Before | undefined;
  let beforePer: (Before | undefined)[] = per.map(() => undefined);
  let beforeRef: (Before | undefined)[] = per.map(() => undefined);
  let beforeOut: Before | undefined;

  for (const [k, step] of steps.entries()) {
    const batch: Latent[] = [
      { x: xBack, prompt: scene },
      { x: xInpaint, prompt: inputs.inpainted.conditioning },
      ...inputs.concepts.map(({ conditioning }, i) => ({ x: xPer[i]!, prompt: conditioning })),
      ...xRef.map((x) => ({ x, prompt: scene })),
      { x: out, prompt: scene },
    ];
    const perRow = (i: number) => 2 + i;
    const refRow = (i: number) => 2 + n + i;

    // 1. The plain pass, and the pass in which every ref_i has K and V of per_i.
    const plainWithPrompts = await withPrompts(batch, step);
    const plainWithoutPrompts = g === 1 ? undefined : await withoutPrompts(batch, step);
    const plain = plainWithoutPrompts ? guided(plainWithPrompts, plainWithoutPrompts) : plainWithPrompts;
    const injected = k / T >= attentionSteps.from && k / T < attentionSteps.to;
    const swapBatch = batch.map((latent, index): Latent => {
      const i = index - refRow(0);
      if (!injected || i < 0 || i >= n) return latent;
      return { ...latent, source: perRow(i), alpha: row.valueGuidance ? inputs.concepts[i]!.alpha : 0 };
    });
    const swapped = await withPrompts(swapBatch, step);
    const epsBack = plain[0]!;

    // 2. Swap guidance: s_t falls linearly from s to max(s / 2, 1). Text guidance replaces it, from the plain row
    // without a prompt to the swapped row with one.
    const s = parameters.swapGuidanceScale;
    const sLast = Math.max(s / 2, 1);
    const sT = T === 1 ? s : s - ((s - sLast) * k) / (T - 1);
    let epsRef = xRef.map((_, i) => {
      const swap = swapped[refRow(i)]!;
      if (plainWithoutPrompts) {
        return each([plainWithoutPrompts[refRow(i)]!, swap], (u, w) => u + g * (w - u));
      }
      return each([plainWithPrompts[refRow(i)]!, swap], (p, w) => (injected ? p + sT * (w - p) : p));
    });

    // 3. eps_out = eps_back * M_B + sum_i eps_ref_i * M_i.
    const epsOut = mapElements(epsBack, (value, at, cell) => {
      let sum = value * masks.MB[cell]!;
      for (let i = 0; i < n; i++) sum += epsRef[i]!.data[at]! * masks.M[i]![cell]!;
      return sum;
    });

    // 4. eps_ref_i := eps_ref_i * M_i + eps_back * (1 - M_i).
    if (row.mixReferences) {
      epsRef = epsRef.map((eps, i) =>
        mapElements(eps, (value, at, cell) => {
          const weight = masks.M[i]![cell]!;
          return value * weight + epsBack.data[at]! * (1 - weight);
        }),
      );
    }

    // The step. z is fresh noise in the bands over the first half; at the last step it is 0 inside the objects for
    // ref_i and out.
    const fresh = gaussianNoise(parameters.seed, 'transitionBand', step.t, out.dims);
    const z = mapElements(back.z[k]!, (value, at, cell) => {
      const drawn = k < T / 2 && masks.band[cell] === 1 ? fresh.data[at]! : value;
      return k === T - 1 ? drawn * masks.MB[cell]! : drawn;
    });
    const atOut = remember(out, epsOut, step);
    out = advance(out, epsOut, z, step, beforeOut);
    beforeOut = atOut;
    const atRef = xRef.map((x, i) => remember(x, epsRef[i]!, step));
    xRef = xRef.map((x, i) => advance(x, epsRef[i]!, z, step, beforeRef[i]));
    beforeRef = atRef;

    // 6. back, inpaint and per_i follow their own inversions.
    const atBack = remember(xBack, epsBack, step);
    xBack = advance(xBack, epsBack, back.z[k]!, step, beforeBack);
    beforeBack = atBack;
    const atInpaint = remember(xInpaint, plain[1]!, step);
    xInpaint = advance(xInpaint, plain[1]!, inpaint.z[k]!, step, beforeInpaint);
    beforeInpaint = atInpaint;
    const atPer = xPer.map((x, i) => remember(x, plain[perRow(i)]!, step));
    xPer = xPer.map((x, i) => advance(x, plain[perRow(i)]!, per[i]!.z[k]!, step, beforePer[i]));
    beforePer = atPer;

    // 5. ref_i := beta * inpaint * (1 - M_E_i) + ref_i * M_E_i, at the new timestep.
    const diluting = { none: undefined, background: xBack, inpainted: xInpaint }[row.dilution];
    if (diluting) {
      xRef = xRef.map((x, i) =>
        mapElements(x, (value, at, cell) => {
          const inside = masks.ME[i]![cell]!;
          return beta * diluting.data[at]! * (1 - inside) + value * inside;
        }),
      );
    }
  }
  return { latents: out, references: xRef, unetRows };
}

/** The rows of the ablation table are data, not arithmetic, and the only thing shared. */
function textbookAblation(row: AblationRow) {
  return ablationRows[row];
}

/** ᾱ, sigma and "leading" timesteps. */
function textbookSteps(schedule: NoiseScheduleConfig, { steps: T, solver }: PnpMixParameters): Step[] {
  const root = schedule.betaSchedule === 'scaled_linear' ? 2 : 1;
  const first = schedule.betaStart ** (1 / root);
  const last = schedule.betaEnd ** (1 / root);
  const a: number[] = [];
  for (let t = 0; t < schedule.trainSteps; t++) {
    const betaT = (first + ((last - first) * t) / (schedule.trainSteps - 1)) ** root;
    a.push((a[t - 1] ?? 1) * (1 - betaT));
  }
  const ratio = Math.floor(schedule.trainSteps / T);
  const steps: Step[] = [];
  for (let k = T - 1; k >= 0; k--) {
    const t = k * ratio + schedule.stepsOffset;
    const aPrev = t - ratio >= 0 ? a[t - ratio]! : a[0]!;
    const sigma = Math.sqrt(((1 - aPrev) / (1 - a[t]!)) * (1 - a[t]! / aPrev));
    steps.push({ t, a: a[t]!, aPrev, sigma, isSecondOrder: solver === 'sde-dpmsolver++' });
  }
  return steps;
}

/** x0_hat = (x - sqrt(1 - ᾱ) eps) / sqrt(ᾱ), for the next step. */
function remember(x: Tensor, eps: Tensor, step: Step): Before {
  const x0Hat = each([x, eps], (xAt, epsAt) => (xAt - Math.sqrt(1 - step.a) * epsAt) / Math.sqrt(step.a));
  return { x0Hat, step };
}

/**
 * mu_t = sqrt(ᾱ_prev) x0_hat + sqrt(1 - ᾱ_prev - sigma_t^2) eps. By second order, as SDE-DPM-Solver++ (2M) is written:
 * (sigma_s / sigma_t) e^-h x_t + alpha_s (1 - e^-2h) D0 + alpha_s (1 - e^-2h) D1 / 2, with D0 = x0_hat,
 * D1 = (x0_hat - x0_hat of the step before) / r.
 */
function mean(x: Tensor, eps: Tensor, { a, aPrev, sigma, isSecondOrder }: Step, before?: Before): Tensor {
  if (!isSecondOrder || !before) {
    return each([x, eps], (xAt, epsAt) => {
      const x0Hat = (xAt - Math.sqrt(1 - a) * epsAt) / Math.sqrt(a);
      return Math.sqrt(aPrev) * x0Hat + Math.sqrt(Math.max(1 - aPrev - sigma ** 2, 0)) * epsAt;
    });
  }
  const lambda = (alphaProd: number) => Math.log(Math.sqrt(alphaProd) / Math.sqrt(1 - alphaProd));
  const h = lambda(aPrev) - lambda(a);
  const r = (lambda(a) - lambda(before.step.a)) / h;
  const d0 = each([x, eps], (xAt, epsAt) => (xAt - Math.sqrt(1 - a) * epsAt) / Math.sqrt(a));
  const d1 = each([d0, before.x0Hat], (now, then) => (now - then) / r);
  const share = Math.sqrt(aPrev) * (1 - Math.exp(-2 * h));
  return each(
    [x, each([d0, d1], (d0At, d1At) => share * d0At + 0.5 * share * d1At)],
    (xAt, towards) => Math.sqrt((1 - aPrev) / (1 - a)) * Math.exp(-h) * xAt + towards,
  );
}

/** x_prev = mu_t + sigma_t z. */
function advance(x: Tensor, eps: Tensor, z: Tensor, step: Step, before?: Before): Tensor {
  return each([mean(x, eps, step, before), z], (mu, zAt) => mu + step.sigma * zAt);
}

function each(pair: readonly [Tensor, Tensor], value: (a: number, b: number) => number): Tensor {
  const [a, b] = pair;
  return tensor(
    Float32Array.from(a.data, (aAt, index) => value(aAt, b.data[index]!)),
    a.dims,
  );
}

/** Element-wise, with the element's index in the data and its cell in the [h, w] plane. */
function mapElements(x: Tensor, value: (xAt: number, at: number, cell: number) => number): Tensor {
  const plane = x.dims[1]! * x.dims[2]!;
  return tensor(
    Float32Array.from(x.data, (xAt, at) => value(xAt, at, at % plane)),
    x.dims,
  );
}
