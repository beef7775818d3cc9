/** Checks that the components of a checkpoint fit each other and their use, for the loader and for imports. */
import type {
  AutoencoderMetadata,
  TextEncoderMetadata,
  UnetMetadata,
} from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';

/** @throws StudioError MODEL_INVALID for a U-Net with SDXL's conditioning */
export function assertBlends({ textTime }: Pick<UnetMetadata, 'textTime'>): void {
  if (textTime === null) return;
  throw new StudioError(
    'MODEL_INVALID',
    'This is an SDXL U-Net, which cannot blend yet. Choose an SD 1.x or 2.x model for blending.',
  );
}

/**
 * Checks that the components of a checkpoint with one text encoder fit each other.
 *
 * @throws StudioError MODEL_INVALID naming both sides
 */
export function assertPartsFit(
  unet: Pick<UnetMetadata, 'crossAttentionDim' | 'latentChannels'>,
  text: Pick<TextEncoderMetadata, 'hiddenSize'>,
  autoencoder: Pick<AutoencoderMetadata, 'latentChannels'>,
): void {
  if (text.hiddenSize !== unet.crossAttentionDim) {
    throw new StudioError(
      'MODEL_INVALID',
      `The text encoder returns ${text.hiddenSize} values per token, but the U-Net needs ${unet.crossAttentionDim}.`,
    );
  }
  if (autoencoder.latentChannels !== unet.latentChannels) {
    throw new StudioError(
      'MODEL_INVALID',
      `The autoencoder’s latents have ${autoencoder.latentChannels} channels, but the U-Net needs ` +
        `${unet.latentChannels}.`,
    );
  }
}
