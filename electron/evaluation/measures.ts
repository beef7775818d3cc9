/** The measures of `npm run evaluate`, in the order in which they run and are printed. */
import { ablationMeasure } from './ablation-measure.ts';
import { autoencoderMeasure } from './autoencoder-measure.ts';
import { maskMeasure } from './mask-measure.ts';
import type { Measure } from './measure.ts';
import { promptMeasure } from './prompt-measure.ts';
import { removalMeasure } from './removal-measure.ts';

export const measures: readonly Measure[] = [
  autoencoderMeasure,
  promptMeasure,
  maskMeasure,
  removalMeasure,
  ablationMeasure,
];
