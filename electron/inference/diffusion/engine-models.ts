/** The models that an engine blends with. */
import type { ComposeModels } from '../../pipeline/compose.ts';
import type { OnnxAutoencoder } from './autoencoder.ts';
import type { OnnxTextEncoder } from './text-encoder.ts';
import type { OnnxUnet } from './unet.ts';

export interface EngineModels extends ComposeModels {
  readonly textEncoder: OnnxTextEncoder;
  readonly unet: OnnxUnet;
  readonly autoencoder: OnnxAutoencoder;
}
