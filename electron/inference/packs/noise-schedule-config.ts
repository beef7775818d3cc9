/** scheduler/scheduler_config.json: the part that the method reads, and a refusal of what it does not know. */
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import type { NoiseScheduleConfig } from '../../pipeline/schedulers/noise-schedule.ts';

/** Missing fields have diffusers' defaults; only `beta_*` differ between the schedulers, so they must be there. */
const schema = z.object({
  beta_start: z.number().positive(),
  beta_end: z.number().positive().max(1),
  beta_schedule: z.enum(['linear', 'scaled_linear']),
  num_train_timesteps: z.int().min(1).default(1000),
  steps_offset: z.int().min(0).default(0),
  prediction_type: z.enum(['epsilon', 'v_prediction']).default('epsilon'),
  rescale_betas_zero_snr: z.literal(false).default(false),
  trained_betas: z.null().default(null),
});

/**
 * Reads a scheduler's configuration, whatever the class of the scheduler: the method has its own (docs/method.md)
 * and takes from the checkpoint only what its training fixed.
 *
 * @param config the parsed file
 * @throws StudioError MODEL_INVALID naming every field at fault
 */
export function parseNoiseSchedule(config: unknown, path: string): NoiseScheduleConfig {
  const parsed = schema.safeParse(config);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new StudioError('MODEL_INVALID', `${path} cannot be used: ${faults.join('; ')}.`, {
      cause: parsed.error,
    });
  }
  const { data } = parsed;
  return {
    betaStart: data.beta_start,
    betaEnd: data.beta_end,
    betaSchedule: data.beta_schedule,
    trainSteps: data.num_train_timesteps,
    stepsOffset: data.steps_offset,
    predictionType: data.prediction_type,
  };
}
