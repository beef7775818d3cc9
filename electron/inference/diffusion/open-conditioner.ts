/** Opens the conditioner that a pack's U-Net needs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { UnetMetadata } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import { fitsEncoders } from '../packs/embeddings.ts';
import type { ModelPack } from '../packs/model-pack.ts';
import { assertTextFits } from '../packs/pack-fit.ts';
import { openTokenizer } from '../packs/pack-tokenizer.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { LazySession } from '../runtime/lazy-session.ts';
import { ClipConditioner } from './clip-conditioner.ts';
import type { PackConditioner } from './pack-conditioner.ts';
import { SdxlConditioner } from './sdxl-conditioner.ts';

/**
 * Two text encoders for SDXL's U-Nets, one for the others. Sessions are created on first use.
 *
 * @throws StudioError PACK_INCOMPLETE, MODEL_INVALID, also when the encoders do not fit the U-Net
 */
export async function openConditioner(
  { folder, checkpoint, tokenize, embeddings: all }: ModelPack,
  unet: UnetMetadata,
  device: EngineDevice,
): Promise<PackConditioner> {
  const options = { precision: device.precision, takesVectors: true };
  const session = new LazySession(checkpoint, 'text_encoder', options, device);
  if (unet.textTime === null) {
    assertTextFits(unet, [session.metadata]);
    const fitting = all.filter((file) => fitsEncoders(file, [session.metadata.hiddenSize]));
    return new ClipConditioner(session, tokenize, fitting);
  }
  const second = new LazySession(checkpoint, 'text_encoder_2', options, device);
  assertTextFits(unet, [session.metadata, second.metadata]);
  const widths = [session, second].map(({ metadata }) => metadata.hiddenSize);
  const fitting = all.filter((file) => fitsEncoders(file, widths));
  return new SdxlConditioner(
    { session, tokenize },
    { session: second, tokenize: await openTokenizer(folder, checkpoint, 'tokenizer_2') },
    await hasZerosForEmptyPrompt(folder),
    fitting,
  );
}

const modelIndexSchema = z.object({ force_zeros_for_empty_prompt: z.boolean().default(true) });

/** True in diffusers' default and in SDXL's own index; also for a folder without the file. */
export async function hasZerosForEmptyPrompt(folder: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(join(folder, 'model_index.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw new StudioError('PACK_INCOMPLETE', `${folder}/model_index.json cannot be read.`, { cause: error });
  }
  try {
    return modelIndexSchema.parse(JSON.parse(text)).force_zeros_for_empty_prompt;
  } catch (cause) {
    throw new StudioError('MODEL_INVALID', `${folder}/model_index.json is not a model index.`, { cause });
  }
}
