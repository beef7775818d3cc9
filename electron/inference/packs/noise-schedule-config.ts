/** Reads the method's part of scheduler/scheduler_config.json, and refuses unsupported values. */
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import { alphasCumprod, type NoiseScheduleConfig } from '../../pipeline/schedulers/noise-schedule.ts';

/** A field with only some supported values; the message names the value and the supported ones. */
function oneOf<const T extends string>(...known: readonly [T, ...T[]]) {
  return z.enum(known, {
    error: ({ input }) =>
      input === undefined
        ? 'is missing'
        : `${JSON.stringify(input)} is not supported by the method; it supports ${known.join(' and ')}`,
  });
}

function beta() {
  const range = 'must lie between 0 and 1';
  return z
    .number({ error: ({ input }) => (input === undefined ? 'is missing' : range) })
    .gt(0, range)
    .lt(1, range);
}

const schema = z.object({
  beta_start: beta(),
  beta_end: beta(),
  beta_schedule: oneOf('linear', 'scaled_linear'),
  num_train_timesteps: z.int().min(2).max(100_000).default(1000),
  prediction_type: oneOf('epsilon', 'v_prediction').nullish(),
  rescale_betas_zero_snr: z.boolean().nullish(),
  trained_betas: z
    .null(
      'lists its own betas, which the method does not support; it supports linear and scaled_linear schedules',
    )
    .default(null),
});

/** Least signal at the last timestep that the method can divide by in float32: sqrt(ᾱ) = 1e-5. */
const LEAST_ALPHA_PROD = 1e-10;

/**
 * Reads the configuration of a scheduler of any class: the method has its own scheduler (docs/method.md) and takes
 * from the checkpoint only what its training fixed. Missing fields have diffusers' defaults.
 *
 * The steps offset is always 1, regardless of the file: the method's last step must add noise, and
 * StableDiffusionPipeline sets it to 1 in outdated files too.
 *
 * @param config the parsed file
 * @throws StudioError MODEL_INVALID naming every field at fault
 */
export function parseNoiseSchedule(config: unknown, path: string): NoiseScheduleConfig {
  assertDiscrete(config, path);
  const parsed = schema.safeParse(config);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw unusable(path, faults.join('; '), parsed.error);
  }
  const { data } = parsed;
  const schedule: NoiseScheduleConfig = {
    betaStart: data.beta_start,
    betaEnd: data.beta_end,
    betaSchedule: data.beta_schedule,
    trainSteps: data.num_train_timesteps,
    stepsOffset: 1,
    predictionType: data.prediction_type ?? 'epsilon',
    rescaleZeroSnr: data.rescale_betas_zero_snr ?? false,
  };
  if (schedule.rescaleZeroSnr && schedule.predictionType === 'epsilon') {
    const detail =
      'rescale_betas_zero_snr leaves no signal at the last timestep, where a model that predicts epsilon tells ' +
      'nothing about the picture; it requires prediction_type "v_prediction"';
    throw unusable(path, detail);
  }
  const alphas = alphasCumprod(schedule);
  if (alphas.at(-1)! < LEAST_ALPHA_PROD) {
    throw unusable(path, `its betas leave no signal at the last of ${schedule.trainSteps} timesteps`);
  }
  return schedule;
}

/** A schedule without discrete betas means another kind of model, not an invalid field. */
function assertDiscrete(config: unknown, path: string): void {
  const { _class_name: className } = (config ?? {}) as { _class_name?: unknown };
  if (typeof className !== 'string' || !/^(FlowMatch|EDM|Cosine|VQDiffusion|ScoreSde|Karras)/.test(className))
    return;
  const detail = `${className} is not a schedule of SD 1.x, SD 2.x or SDXL; choose a checkpoint of one of these`;
  throw unusable(path, detail);
}

function unusable(path: string, detail: string, cause?: unknown): StudioError {
  return new StudioError('MODEL_INVALID', `${path} cannot be used: ${detail}.`, { cause });
}
