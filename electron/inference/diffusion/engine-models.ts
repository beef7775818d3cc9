/** The models that an engine blends with. */
import { StudioError } from '../../contract/errors.ts';
import type { ComposeModels } from '../../pipeline/compose.ts';
import type { OnnxAutoencoder } from './autoencoder.ts';
import type { OnnxTextEncoder } from './text-encoder.ts';
import type { OnnxUnet } from './unet.ts';

export interface EngineModels extends ComposeModels {
  readonly textEncoder: OnnxTextEncoder;
  readonly unet: OnnxUnet;
  readonly autoencoder: OnnxAutoencoder;
}

/**
 * Checks that the parts of a checkpoint with one text encoder fit each other.
 *
 * @throws StudioError MODEL_INVALID naming both sides
 */
export function checkFits(
  models: { readonly unet: OnnxUnet; readonly autoencoder: OnnxAutoencoder },
  text: { readonly hiddenSize: number },
  unet: { readonly crossAttentionDim: number },
): void {
  if (text.hiddenSize !== unet.crossAttentionDim) {
    throw new StudioError(
      'MODEL_INVALID',
      `The text encoder gives ${text.hiddenSize} values a token, but the U-Net takes ${unet.crossAttentionDim}.`,
    );
  }
  if (models.autoencoder.latentChannels !== models.unet.latentChannels) {
    throw new StudioError(
      'MODEL_INVALID',
      `The autoencoder’s latents have ${models.autoencoder.latentChannels} channels, but the U-Net takes ` +
        `${models.unet.latentChannels}.`,
    );
  }
}
