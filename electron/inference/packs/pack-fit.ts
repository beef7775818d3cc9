/** Checks that the components of a checkpoint fit each other, for the loader and for imports. */
import type {
  AutoencoderMetadata,
  TextEncoderMetadata,
  UnetMetadata,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';

/**
 * @param text one text encoder, or SDXL's two, whose states are joined along the width
 * @throws StudioError MODEL_INVALID naming both sides
 */
export function assertTextFits(
  { crossAttentionDim, textTime }: Pick<UnetMetadata, 'crossAttentionDim' | 'textTime'>,
  text: readonly Pick<TextEncoderMetadata, 'hiddenSize' | 'projectionDim'>[],
): void {
  const width = text.reduce((sum, { hiddenSize }) => sum + hiddenSize, 0);
  if (width !== crossAttentionDim) {
    const whose = text.length === 1 ? 'The text encoder returns' : 'The text encoders together return';
    throw new StudioError(
      'MODEL_INVALID',
      `${whose} ${width} values per token, but the U-Net needs ${crossAttentionDim}.`,
    );
  }
  const pooled = text.at(-1)?.projectionDim ?? null;
  if (textTime !== null && pooled !== textTime.textDim) {
    throw new StudioError(
      'MODEL_INVALID',
      `The second text encoder returns ${pooled ?? 0} values for the whole prompt, but the U-Net needs ${textTime.textDim}.`,
    );
  }
}

/** @throws StudioError MODEL_INVALID naming both sides */
export function assertAutoencoderFits(
  unet: Pick<UnetMetadata, 'latentChannels'>,
  autoencoder: Pick<AutoencoderMetadata, 'latentChannels'>,
): void {
  if (autoencoder.latentChannels === unet.latentChannels) return;
  throw new StudioError(
    'MODEL_INVALID',
    `The autoencoder’s latents have ${autoencoder.latentChannels} channels, but the U-Net needs ` +
      `${unet.latentChannels}.`,
  );
}
