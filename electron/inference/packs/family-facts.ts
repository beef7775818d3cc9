/**
 * Facts that a single file does not contain because its family determines them: the noise schedule and the tokenizer.
 * The values are those of the published repositories (test/golden/published); the vocabulary is bundled with the
 * program.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { CheckpointFamily, SingleFile } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { studioFolders, thisMachine } from '../../foundation/folders.ts';

/** Tokens that pad short prompts: OpenCLIP's encoders use "!", id 0, CLIP's the end token. */
export const PAD_TOKENS = {
  sd1: { tokenizer: '<|endoftext|>', tokenizer_2: '<|endoftext|>' },
  sd2: { tokenizer: '!', tokenizer_2: '!' },
  sdxl: { tokenizer: '<|endoftext|>', tokenizer_2: '!' },
} as const satisfies Record<CheckpointFamily, Record<'tokenizer' | 'tokenizer_2', string>>;

/** The schedule, in the format of a scheduler_config.json. */
export function scheduleOfFamily({ predictionType, zeroTerminalSnr }: SingleFile): Record<string, unknown> {
  return {
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    num_train_timesteps: 1000,
    prediction_type: predictionType,
    rescale_betas_zero_snr: zeroTerminalSnr,
  };
}

const unpack = promisify(gunzip);

/**
 * OpenAI CLIP's vocab.json and merges.txt, which all families share.
 *
 * @throws StudioError PACK_INCOMPLETE if the program's own files are incomplete
 */
export async function readClipVocabulary(): Promise<{
  readonly vocabulary: string;
  readonly merges: string;
}> {
  const folder = join(studioFolders(thisMachine()).application, 'native-models', 'packs', 'clip-vocabulary');
  const read = async (name: string) => (await unpack(await readFile(join(folder, name)))).toString('utf8');
  try {
    return { vocabulary: await read('vocab.json.gz'), merges: await read('merges.txt.gz') };
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${folder} lacks CLIP’s vocabulary. Reinstall the program.`, {
      cause,
    });
  }
}
