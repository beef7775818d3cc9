/** The samplers by name. */
import { dpmSolverSampler } from './dpm-solver.ts';
import { eulerSampler } from './euler.ts';
import type { NoiseScheduleConfig } from './noise-schedule.ts';
import type { Sampler } from './sampler.ts';

/**
 * 'euler': Euler's method, as SDXL ships with; 'dpm-solver': DPM-Solver++ (2M), which needs fewer steps;
 * 'sde-dpm-solver': the same with fresh noise in every step, which corrects errors of the steps before.
 */
export type SamplerKind = 'euler' | 'dpm-solver' | 'sde-dpm-solver';

/**
 * @param steps number of steps, 1..trainSteps - 1
 * @throws PipelineError PARAMETER_INVALID, SCHEDULER_UNSUPPORTED
 */
export function createSampler(kind: SamplerKind, schedule: NoiseScheduleConfig, steps: number): Sampler {
  if (kind === 'euler') return eulerSampler(schedule, steps);
  return dpmSolverSampler(schedule, steps, { isStochastic: kind === 'sde-dpm-solver' });
}
