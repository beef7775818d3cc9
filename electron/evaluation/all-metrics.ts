/** The metrics of `npm run evaluate`, in order. */
import { ablationMetric } from './ablation-metric.ts';
import { autoencoderMetric } from './autoencoder-metric.ts';
import { maskMetric } from './mask-metric.ts';
import type { Metric } from './metric.ts';
import { beforeAfterMetric, parameterMetric, stepMetric } from './parameter-metric.ts';
import { promptMetric } from './prompt-metric.ts';
import { removalMetric } from './removal-metric.ts';
import { totalTimeMetric } from './total-time.ts';

export const metrics: readonly Metric[] = [
  autoencoderMetric,
  promptMetric,
  maskMetric,
  removalMetric,
  ablationMetric,
  parameterMetric,
  beforeAfterMetric,
  stepMetric,
  totalTimeMetric,
];
