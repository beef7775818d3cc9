/** The models that an engine blends with. */
import type { ComposeModels } from '../../pipeline/compose.ts';
import type { OnnxAutoencoder } from './autoencoder.ts';
import type { PackConditioner } from './pack-conditioner.ts';
import type { OnnxUnet } from './unet.ts';

export interface EngineModels extends ComposeModels {
  readonly conditioner: PackConditioner;
  readonly unet: OnnxUnet;
  readonly autoencoder: OnnxAutoencoder;
}
