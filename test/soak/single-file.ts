/**
 * `npm run soak -- single-file`: Stable Diffusion 1.5 at full size in one file of the original naming, compared with
 * diffusers' from_single_file (test/golden/single-file). Takes a minute, 6 GB of memory and 2 GB of disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ComponentName, openCheckpoint } from '../../native-models/graph/index.ts';
import { maxAbsoluteDifference } from '../native-models/graph/golden-session.ts';
import { goldenNumbers, runPart } from '../native-models/graph/single-file/run-part.ts';
import { writeSingleFile } from '../native-models/graph/single-file/single-file-models.ts';
import type { Soak } from './soak.ts';

const MODEL = 'sd1-full-size';

/** Of the largest absolute value of diffusers' output. */
const TOLERANCE = 1e-4;

/** Component, prefix of its tensors in the golden file, its output here and there. */
const OUTPUTS: readonly [ComponentName, string, string, string][] = [
  ['text_encoder', 'text_encoder', 'last_hidden_state', 'last_hidden_state'],
  ['unet', 'unet', 'out_sample', 'out_sample'],
  ['vae_encoder', 'vae', 'latent', 'latent'],
  ['vae_decoder', 'vae', 'image', 'decoded'],
];

export const singleFile: Soak = {
  summary: 'a full-size file in the original naming computes what diffusers computes',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pnpmix-single-file-'));
    try {
      const path = join(folder, 'model.safetensors');
      writeSingleFile(path, MODEL);
      const checkpoint = openCheckpoint(path);
      const expected = goldenNumbers(MODEL);
      let holds = true;
      for (const [component, tag, output, name] of OUTPUTS) {
        const computed = (await runPart(checkpoint, MODEL, component, tag))[output]!;
        const reference = expected(`${tag}.${name}`);
        const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const difference = maxAbsoluteDifference(computed, reference) / largest;
        const isClose = difference < TOLERANCE;
        console.log(
          `${component}: ${difference.toExponential(1)} of ${largest.toPrecision(3)}${isClose ? '' : ': FAILED'}`,
        );
        holds &&= isClose;
      }
      return holds;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
