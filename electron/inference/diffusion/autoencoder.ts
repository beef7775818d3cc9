/** The Autoencoder of ports.ts over ONNX Runtime: AutoencoderKL or AutoencoderTiny. */
import * as ort from 'onnxruntime-node';
import type { Checkpoint } from '../../../native-models/graph/index.ts';
import { StudioError } from '../../contract/errors.ts';
import type { Autoencoder } from '../../pipeline/ports.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { EngineDevice } from '../runtime/devices.ts';
import { LazySession } from '../runtime/lazy-session.ts';

/** When pictures are processed in strips, and in how many (docs/decisions/0180). */
export interface StripRule {
  /** Larger pictures are. */
  readonly largestWholePixels: number;
  readonly strips: number;
}

/** Up to 768 x 768 a large autoencoder takes less than 2 GB without strips. */
const STRIP_RULE: StripRule = { largestWholePixels: 768 * 768, strips: 16 };

/** latents = (encoder output - shift) * scale, and back; the factors are not in the graphs. */
export class OnnxAutoencoder implements Autoencoder {
  readonly downscale: number;
  readonly latentChannels: number;
  /** For pictures processed whole, and for those in strips; few engines need both. */
  readonly #encoders: readonly [whole: LazySession<'vae_encoder'>, inStrips: LazySession<'vae_encoder'>];
  readonly #decoders: readonly [whole: LazySession<'vae_decoder'>, inStrips: LazySession<'vae_decoder'>];
  readonly #stripRule: StripRule;
  readonly #scale: number;
  readonly #shift: number;

  /**
   * Sessions are created on first use, in single precision: autoencoders overflow in half precision unless they were
   * made for it, and take little of the time.
   *
   * @throws StudioError MODEL_INVALID for an autoencoder that is not for RGB pictures, PACK_INCOMPLETE
   */
  constructor(checkpoint: Checkpoint, device: EngineDevice, stripRule = STRIP_RULE) {
    const sessions = <Half extends 'vae_encoder' | 'vae_decoder'>(half: Half) =>
      [1, stripRule.strips].map(
        (strips) => new LazySession(checkpoint, half, { precision: 'float32', strips }, device),
      ) as [LazySession<Half>, LazySession<Half>];
    this.#encoders = sessions('vae_encoder');
    this.#decoders = sessions('vae_decoder');
    this.#stripRule = stripRule;
    const { downscale, latentChannels, imageChannels, scalingFactor, shiftFactor } =
      this.#decoders[0].metadata;
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
    const [, height, width] = image.dims as [number, number, number];
    const session = await this.#encoders[this.#inStrips(height, width)].get();
    const { latent } = await session.run(feeds, ['latent']);
    return tensor(
      (latent!.data as Float32Array).map((value) => (value - this.#shift) * this.#scale),
      latent!.dims.slice(1),
    );
  }

  async decode(latents: Tensor): Promise<Tensor> {
    const unscaled = latents.data.map((value) => value / this.#scale + this.#shift);
    const feeds = { latent: new ort.Tensor('float32', unscaled, [1, ...latents.dims]) };
    const [, rows, columns] = latents.dims as [number, number, number];
    const session =
      await this.#decoders[this.#inStrips(rows * this.downscale, columns * this.downscale)].get();
    const { image } = await session.run(feeds, ['image']);
    return tensor(image!.data as Float32Array, image!.dims.slice(1));
  }

  async release(): Promise<void> {
    for (const session of [...this.#encoders, ...this.#decoders]) await session.release();
  }

  /** Every strip needs at least one row of latents. */
  #inStrips(height: number, width: number): 0 | 1 {
    const { largestWholePixels, strips } = this.#stripRule;
    return height * width > largestWholePixels && height >= strips * this.downscale ? 1 : 0;
  }
}
