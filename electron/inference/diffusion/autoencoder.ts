/** The Autoencoder of ports.ts over ONNX Runtime: AutoencoderKL or AutoencoderTiny. */
import * as ort from 'onnxruntime-node';
import { StudioError } from '../../contract/errors.ts';
import type { Autoencoder } from '../../pipeline/ports.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { LazySession } from '../runtime/lazy-session.ts';

/** latents = (encoder output - shift) * scale, and back; the factors are not in the graphs. */
export class OnnxAutoencoder implements Autoencoder {
  readonly downscale: number;
  readonly latentChannels: number;
  readonly #encoder: LazySession<'vae_encoder'>;
  readonly #decoder: LazySession<'vae_decoder'>;
  readonly #scale: number;
  readonly #shift: number;

  /** @throws StudioError MODEL_INVALID for an autoencoder that is not for RGB pictures, PACK_INCOMPLETE */
  constructor(encoder: LazySession<'vae_encoder'>, decoder: LazySession<'vae_decoder'>) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    const { downscale, latentChannels, imageChannels, scalingFactor, shiftFactor } = decoder.metadata;
    if (imageChannels !== 3) {
      throw new StudioError(
        'MODEL_INVALID',
        `The autoencoder has ${imageChannels} colour channels instead of 3.`,
      );
    }
    this.downscale = downscale;
    this.latentChannels = latentChannels;
    this.#scale = scalingFactor;
    this.#shift = shiftFactor;
  }

  async encode(image: Tensor): Promise<Tensor> {
    const feeds = { image: new ort.Tensor('float32', image.data, [1, ...image.dims]) };
    const { latent } = await (await this.#encoder.get()).run(feeds, ['latent']);
    return tensor(
      (latent!.data as Float32Array).map((value) => (value - this.#shift) * this.#scale),
      latent!.dims.slice(1),
    );
  }

  async decode(latents: Tensor): Promise<Tensor> {
    const unscaled = latents.data.map((value) => value / this.#scale + this.#shift);
    const feeds = { latent: new ort.Tensor('float32', unscaled, [1, ...latents.dims]) };
    const { image } = await (await this.#decoder.get()).run(feeds, ['image']);
    return tensor(image!.data as Float32Array, image!.dims.slice(1));
  }

  async release(): Promise<void> {
    await this.#encoder.release();
    await this.#decoder.release();
  }
}
