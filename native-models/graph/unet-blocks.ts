/** Down, mid and up blocks of the U-Net (diffusers `models/unets/unet_2d_blocks.py`). */
import { type GuidedAppearance, selfAttentionPath, transformer2d, type UnetHalf } from './attention.ts';
import type { LayerContext } from './layers.ts';
import type { Value } from './onnx-builder.ts';
import { concat } from './onnx-operators.ts';
import { downsample, type ResnetStyle, resnetBlock, type TimeEmbedding, upsample } from './resnet.ts';
import type { UnetConfig, UnetLevel } from './unet-config.ts';

/** The conditioning of the blocks. */
export interface UnetConditions {
  readonly time: TimeEmbedding;
  /** [b, tokens, crossAttentionDim] */
  readonly textStates: Value;
  /** For the self-attention of each half. */
  readonly guided: Readonly<Record<UnetHalf, GuidedAppearance>>;
}

/** Activations on their way through the U-Net: [b, channels, h, w]. */
export interface Feature {
  readonly value: Value;
  readonly channels: number;
}

/** A self-attention layer. */
export interface GuidedLayer {
  /** Path of the module in the checkpoint; its states' input and output are named after it (attention.ts). */
  readonly path: string;
  readonly half: UnetHalf;
  readonly channels: number;
  /** How many times the latent's sides are halved, rounding up, before this layer. */
  readonly halvings: number;
}

/** The number of tokens of a latent in a layer: each halving rounds up. */
export function layerTokens(layer: GuidedLayer, latentHeight: number, latentWidth: number): number {
  const side = (length: number) => Math.ceil(length / 2 ** layer.halvings);
  return side(latentHeight) * side(latentWidth);
}

/** Adds the blocks of one U-Net to its graph, and records their self-attention layers. */
export class UnetBlocks {
  readonly guidedLayers: GuidedLayer[] = [];
  readonly #context: LayerContext;
  readonly #config: UnetConfig;
  readonly #conditions: UnetConditions;
  readonly #resnetStyle: ResnetStyle;
  readonly #skips: Feature[] = [];

  constructor(context: LayerContext, config: UnetConfig, conditions: UnetConditions) {
    this.#context = context;
    this.#config = config;
    this.#conditions = conditions;
    this.#resnetStyle = { groups: config.groups, epsilon: config.epsilon, activation: config.activation };
  }

  /** All down blocks. Their input, every residual block and every downsampling leave a skip connection. */
  down(input: Feature): Feature {
    this.#skips.push(input);
    let feature = input;
    for (const [i, level] of this.#config.levels.entries()) feature = this.#downBlock(i, feature, level);
    return feature;
  }

  /** `UNetMidBlock2DCrossAttn`, or `UNetMidBlock2D` as the U-Net configures it: one residual block. */
  mid(input: Feature): Feature {
    const { mid, midDepth, midScale, levels } = this.#config;
    const level = levels.at(-1)!;
    if (mid === 'none') return input;
    const feature = this.#resnet('mid_block.resnets.0', input, level.channels, midScale);
    if (mid === 'resnet') return feature;
    const attended = this.#transformer('mid_block.attentions.0', feature, level, midDepth, 'down');
    return this.#resnet('mid_block.resnets.1', attended, level.channels, midScale);
  }

  /** All up blocks, lowest resolution first; they use up the skip connections, last one first. */
  up(input: Feature): Feature {
    let feature = input;
    for (const [i, level] of this.#config.levels.toReversed().entries())
      feature = this.#upBlock(i, feature, level);
    return feature;
  }

  /** `DownBlock2D` or `CrossAttnDownBlock2D`. */
  #downBlock(index: number, input: Feature, level: UnetLevel): Feature {
    const path = `down_blocks.${index}`;
    let feature = input;
    for (const [i, depth] of level.depthsDown.entries()) {
      feature = this.#resnet(`${path}.resnets.${i}`, feature, level.channels);
      if (level.attentionDown)
        feature = this.#transformer(`${path}.attentions.${i}`, feature, level, depth, 'down');
      this.#skips.push(feature);
    }
    if (index === this.#config.levels.length - 1) return feature;
    const { channels } = level;
    const padding = this.#config.downsamplePadding;
    const value = downsample(this.#context, `${path}.downsamplers.0`, feature.value, channels, padding);
    this.#skips.push({ value, channels });
    return { value, channels };
  }

  /** `UpBlock2D` or `CrossAttnUpBlock2D`. */
  #upBlock(index: number, input: Feature, level: UnetLevel): Feature {
    const path = `up_blocks.${index}`;
    let feature = input;
    for (const [i, depth] of level.depthsUp.entries()) {
      feature = this.#resnet(
        `${path}.resnets.${i}`,
        this.#joinSkip(`${path}.resnets.${i}`, feature),
        level.channels,
      );
      if (level.attentionUp)
        feature = this.#transformer(`${path}.attentions.${i}`, feature, level, depth, 'up');
    }
    const next = this.#skips.at(-1);
    if (next === undefined) return feature;
    // To the size of the next skip connection, so that odd sizes survive down- and upsampling.
    const { channels } = level;
    return {
      value: upsample(this.#context, `${path}.upsamplers.0`, feature.value, channels, next.value),
      channels,
    };
  }

  #joinSkip(path: string, feature: Feature): Feature {
    const skip = this.#skips.pop()!;
    const value = concat(this.#context.graph, path, [feature.value, skip.value], 1);
    return { value, channels: feature.channels + skip.channels };
  }

  #resnet(path: string, input: Feature, channels: number, outputScale = 1): Feature {
    const { time } = this.#conditions;
    const style = this.#resnetStyle;
    const value = resnetBlock(
      this.#context,
      path,
      input.value,
      input.channels,
      channels,
      style,
      time,
      outputScale,
    );
    return { value, channels };
  }

  #transformer(
    path: string,
    { value, channels }: Feature,
    level: UnetLevel,
    depth: number,
    half: UnetHalf,
  ): Feature {
    const halvings = this.#config.levels.indexOf(level);
    for (let i = 0; i < depth; i++) {
      this.guidedLayers.push({ path: selfAttentionPath(path, i), half, channels, halvings });
    }
    const { crossAttentionDim, linearProjection, groups, upcastAttention } = this.#config;
    const style = {
      heads: level.heads,
      depth,
      crossAttentionDim,
      linearProjection,
      groups,
      upcast: upcastAttention,
    };
    const { textStates, guided } = this.#conditions;
    return {
      value: transformer2d(this.#context, path, value, textStates, channels, style, guided[half]),
      channels,
    };
  }
}
