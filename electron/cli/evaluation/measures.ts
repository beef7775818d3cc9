/** The measures of `npm run evaluate`, in the order in which they run and are printed. */
import { ablationMeasure } from './ablation-measure.ts';
import { autoencoderMeasure } from './autoencoder-measure.ts';
import type { Measure } from './measure.ts';

export const measures: readonly Measure[] = [autoencoderMeasure, ablationMeasure];
