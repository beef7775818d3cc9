/**
 * `UNet2DConditionModel` of Stable Diffusion 1.x, 2.x and XL (diffusers `models/unets/unet_2d_condition.py` and
 * `unet_2d_blocks.py`), with guided appearance attention (PnP-MIX, section 3.3) as two extra inputs.
 */
import type { GuidedAppearance, TransformerStyle } from './attention.ts';
import { transformer2d } from './attention.ts';
import type { ComponentWeights } from './component-weights.ts';
import { activation, convolution, groupNorm, type LayerContext, linear, type Precision } from './layers.ts';
import { OnnxBuilder, type Value } from './onnx-builder.ts';
import { add, cast, concat, cos, multiply, reshape, scalar, sin, subtract } from './onnx-operators.ts';
import { downsample, type ResnetStyle, resnetBlock, type TimeEmbedding, upsample } from './resnet.ts';
import { parseUnetConfig, type UnetConfig, type UnetLevel } from './unet-config.ts';

/** Self-attention layers that follow `kv_source`: all of them, or those of the up blocks only. */
export type AppearanceLayers = 'all' | 'decoder';

/** How to build a U-Net. */
export interface UnetOptions {
  readonly precision: Precision;
  readonly appearanceLayers: AppearanceLayers;
}

/** What the rest of the program needs to know of a U-Net. */
export interface UnetMetadata {
  readonly kind: 'unet';
  readonly className: 'UNet2DConditionModel';
  /** Channels of `sample`; more than `latentChannels` in inpainting checkpoints. */
  readonly inChannels: number;
  /** Channels of `out_sample`. */
  readonly latentChannels: number;
  /** Latent height and width that the model was trained for, if the configuration says. */
  readonly sampleSize: number | readonly [number, number] | null;
  readonly crossAttentionDim: number;
  /** Attention heads per level, highest resolution first. */
  readonly attentionHeads: readonly number[];
  /** Number of self-attention layers, and how many of them follow `kv_source`. */
  readonly selfAttentionLayers: number;
  readonly guidedSelfAttentionLayers: number;
  /** The latent's sides shrink by this factor on the way down; other sizes work, multiples of it are usual. */
  readonly downscale: number;
  /** Sizes of the extra inputs text_embeds [b, textDim] and time_ids [b, timeIds] (SDXL), or null. */
  readonly textTime: { readonly textDim: number; readonly timeIds: number } | null;
}

/** A U-Net's graph before serialisation. */
export interface UnetGraph {
  readonly graph: OnnxBuilder;
  readonly metadata: UnetMetadata;
}

/**
 * Builds the graph.
 *
 * Inputs: `sample` float32 [b, inChannels, h, w], the noisy latents x_t; `timestep` int64 [b], 0..999;
 * `encoder_hidden_states` float32 [b, tokens, crossAttentionDim]; `kv_source` int64 [b], each 0..b-1, the row whose
 * self-attention keys and values a row uses; `appearance_scale` float32 [b], alpha; SDXL also `text_embeds`
 * float32 [b, textDim] and `time_ids` float32 [b, 6] (original height and width, crop top and left, target height
 * and width, in pixels).
 * Output: `out_sample` float32 [b, outChannels, h, w], epsilon or v as the scheduler's configuration says.
 *
 * With `kv_source` = 0..b-1 this is the unmodified U-Net, whatever `appearance_scale` is.
 *
 * @throws GraphError CONFIG_INVALID, ARCHITECTURE_UNSUPPORTED, TENSOR_MISSING, TENSOR_SHAPE, TENSOR_DTYPE
 */
export function buildUnet2dCondition(
  json: unknown,
  weights: ComponentWeights,
  options: UnetOptions,
): UnetGraph {
  const config = parseUnetConfig(json);
  const graph = new OnnxBuilder();
  const model = new UnetBuilder(
    config,
    { graph, weights, precision: options.precision },
    options.appearanceLayers,
  );
  model.build();
  const { textTime } = config;
  return {
    graph,
    metadata: {
      kind: 'unet',
      className: 'UNet2DConditionModel',
      inChannels: config.inChannels,
      latentChannels: config.outChannels,
      sampleSize: config.sampleSize,
      crossAttentionDim: config.crossAttentionDim,
      attentionHeads: config.levels.map((level) => level.heads),
      selfAttentionLayers: model.selfAttentionLayers,
      guidedSelfAttentionLayers: model.guidedSelfAttentionLayers,
      downscale: 2 ** (config.levels.length - 1),
      textTime: textTime && { textDim: textTime.textDim, timeIds: textTime.timeIds },
    },
  };
}

class UnetBuilder {
  selfAttentionLayers = 0;
  guidedSelfAttentionLayers = 0;
  readonly #config: UnetConfig;
  readonly #context: LayerContext;
  readonly #appearanceLayers: AppearanceLayers;
  readonly #resnetStyle: ResnetStyle;

  constructor(config: UnetConfig, context: LayerContext, appearanceLayers: AppearanceLayers) {
    this.#config = config;
    this.#context = context;
    this.#appearanceLayers = appearanceLayers;
    this.#resnetStyle = { groups: config.groups, epsilon: config.epsilon, activation: config.activation };
  }

  build(): void {
    const config = this.#config;
    const { graph, precision } = this.#context;
    const dims = (channels: number) => ['batch', channels, 'height', 'width'];

    // 0. inputs
    let sample = graph.input('sample', 'float32', dims(config.inChannels));
    const timestep = graph.input('timestep', 'int64', ['batch']);
    const textInput = graph.input('encoder_hidden_states', 'float32', [
      'batch',
      'tokens',
      config.crossAttentionDim,
    ]);
    const source = graph.input('kv_source', 'int64', ['batch']);
    const scaleInput = graph.input('appearance_scale', 'float32', ['batch']);
    const textStates = cast(graph, 'encoder_hidden_states', textInput, precision);
    const scale = cast(
      graph,
      'appearance_scale',
      reshape(graph, 'appearance_scale', scaleInput, [-1, 1, 1]),
      precision,
    );
    const guided: GuidedAppearance = { source, scale };
    if (config.centerInputSample) {
      const doubled = add(graph, 'center_input_sample', sample, sample);
      sample = subtract(graph, 'center_input_sample', doubled, graph.floats([1], []));
    }

    // 1. time
    const time = this.#timeEmbedding(timestep);

    // 2. pre-process
    const first = config.levels[0]!;
    const kernel = config.convInKernel;
    let hidden = cast(graph, 'sample', sample, precision);
    hidden = convolution(this.#context, 'conv_in', hidden, config.inChannels, first.channels, { kernel });

    // 3. down; every residual block and every downsampling leaves a skip connection
    const skips: Skip[] = [{ value: hidden, channels: first.channels }];
    const guidedBelow = this.#appearanceLayers === 'all' ? guided : null;
    let channels = first.channels;
    for (const [i, level] of config.levels.entries()) {
      const isLast = i === config.levels.length - 1;
      hidden = this.#downBlock(
        `down_blocks.${i}`,
        hidden,
        channels,
        level,
        skips,
        time,
        textStates,
        guidedBelow,
        isLast,
      );
      channels = level.channels;
    }

    // 4. mid
    hidden = this.#midBlock(hidden, time, textStates, guidedBelow);

    // 5. up
    for (const [i, level] of config.levels.toReversed().entries()) {
      const isLast = i === config.levels.length - 1;
      hidden = this.#upBlock(
        `up_blocks.${i}`,
        hidden,
        channels,
        level,
        skips,
        time,
        textStates,
        guided,
        isLast,
      );
      channels = level.channels;
    }

    // 6. post-process
    hidden = groupNorm(this.#context, 'conv_norm_out', hidden, channels, config.groups, config.epsilon);
    hidden = activation(this.#context, 'conv_norm_out', hidden, config.activation);
    hidden = convolution(this.#context, 'conv_out', hidden, channels, config.outChannels, {
      kernel: config.convOutKernel,
    });
    graph.output('out_sample', cast(graph, 'out_sample', hidden, 'float32'), dims(config.outChannels));
  }

  #downBlock(
    path: string,
    x: Value,
    inChannels: number,
    level: UnetLevel,
    skips: Skip[],
    time: TimeEmbedding,
    textStates: Value,
    guided: GuidedAppearance | null,
    isLast: boolean,
  ): Value {
    let hidden = x;
    for (let i = 0; i < level.layers; i++) {
      const blockIn = i === 0 ? inChannels : level.channels;
      hidden = this.#resnet(`${path}.resnets.${i}`, hidden, blockIn, level.channels, time);
      if (level.attentionDown) {
        const attentionPath = `${path}.attentions.${i}`;
        hidden = this.#transformer(attentionPath, hidden, level, level.depthsDown[i]!, textStates, guided);
      }
      skips.push({ value: hidden, channels: level.channels });
    }
    if (isLast) return hidden;
    const padding = this.#config.downsamplePadding;
    hidden = downsample(this.#context, `${path}.downsamplers.0`, hidden, level.channels, padding);
    skips.push({ value: hidden, channels: level.channels });
    return hidden;
  }

  #midBlock(x: Value, time: TimeEmbedding, textStates: Value, guided: GuidedAppearance | null): Value {
    const { mid, midDepth, midScale, levels } = this.#config;
    if (mid === 'none') return x;
    const level = levels.at(-1)!;
    const { channels } = level;
    const hidden = this.#resnet('mid_block.resnets.0', x, channels, channels, time, midScale);
    if (mid === 'resnet') return hidden;
    const attended = this.#transformer('mid_block.attentions.0', hidden, level, midDepth, textStates, guided);
    return this.#resnet('mid_block.resnets.1', attended, channels, channels, time, midScale);
  }

  #upBlock(
    path: string,
    x: Value,
    inChannels: number,
    level: UnetLevel,
    skips: Skip[],
    time: TimeEmbedding,
    textStates: Value,
    guided: GuidedAppearance,
    isLast: boolean,
  ): Value {
    const { graph } = this.#context;
    let hidden = x;
    for (let i = 0; i <= level.layers; i++) {
      const skip = skips.pop()!;
      const resnetPath = `${path}.resnets.${i}`;
      const joined = concat(graph, resnetPath, [hidden, skip.value], 1);
      const joinedChannels = (i === 0 ? inChannels : level.channels) + skip.channels;
      hidden = this.#resnet(resnetPath, joined, joinedChannels, level.channels, time);
      if (level.attentionUp) {
        const attentionPath = `${path}.attentions.${i}`;
        hidden = this.#transformer(attentionPath, hidden, level, level.depthsUp[i]!, textStates, guided);
      }
    }
    if (isLast) return hidden;
    // The next skip's size, so that odd sizes survive the way down and up.
    return upsample(this.#context, `${path}.upsamplers.0`, hidden, level.channels, skips.at(-1)!.value);
  }

  #resnet(
    path: string,
    x: Value,
    inChannels: number,
    outChannels: number,
    time: TimeEmbedding,
    scale = 1,
  ): Value {
    return resnetBlock(this.#context, path, x, inChannels, outChannels, this.#resnetStyle, time, scale);
  }

  #transformer(
    path: string,
    x: Value,
    level: UnetLevel,
    depth: number,
    textStates: Value,
    guided: GuidedAppearance | null,
  ): Value {
    this.selfAttentionLayers += depth;
    if (guided !== null) this.guidedSelfAttentionLayers += depth;
    const style: TransformerStyle = {
      heads: level.heads,
      depth,
      crossAttentionDim: this.#config.crossAttentionDim,
      linearProjection: this.#config.linearProjection,
      groups: this.#config.groups,
      upcast: this.#config.upcastAttention,
    };
    return transformer2d(this.#context, path, x, textStates, level.channels, style, guided);
  }

  /** Sinusoids of the timestep through two linear layers, plus SDXL's conditions; with the blocks' activation applied. */
  #timeEmbedding(timestep: Value): TimeEmbedding {
    const { levels, timeEmbeddingDim, textTime } = this.#config;
    const { graph, precision } = this.#context;
    const sinusoids = this.#sinusoids('time_proj', timestep, levels[0]!.channels);
    let embedding = this.#embeddingMlp('time_embedding', sinusoids, levels[0]!.channels);
    if (textTime !== null) {
      const textEmbeds = graph.input('text_embeds', 'float32', ['batch', textTime.textDim]);
      const timeIds = graph.input('time_ids', 'float32', ['batch', textTime.timeIds]);
      const flat = reshape(graph, 'add_time_proj', timeIds, [-1]);
      const idWidth = textTime.timeIds * textTime.timeIdDim;
      const idSinusoids = this.#sinusoids('add_time_proj', flat, textTime.timeIdDim);
      const idEmbeds = reshape(graph, 'add_time_proj', idSinusoids, [-1, idWidth]);
      const conditions = concat(graph, 'add_embedding', [textEmbeds, idEmbeds], 1);
      const added = this.#embeddingMlp('add_embedding', conditions, textTime.textDim + idWidth);
      embedding = add(graph, 'add_embedding', embedding, added);
    }
    const activated = activation(this.#context, 'time_embedding', embedding, this.#config.activation);
    return { activated: cast(graph, 'time_embedding', activated, precision), size: timeEmbeddingDim };
  }

  /** `TimestepEmbedding` (diffusers `models/embeddings.py`); float32 [b, inFeatures] -> [b, timeEmbeddingDim]. */
  #embeddingMlp(path: string, x: Value, inFeatures: number): Value {
    const { timeEmbeddingDim } = this.#config;
    const { graph, precision } = this.#context;
    let hidden = cast(graph, path, x, precision);
    hidden = linear(this.#context, `${path}.linear_1`, hidden, inFeatures, timeEmbeddingDim, { bias: true });
    hidden = activation(
      this.#context,
      path,
      hidden,
      path === 'time_embedding' ? this.#config.activation : 'silu',
    );
    return linear(this.#context, `${path}.linear_2`, hidden, timeEmbeddingDim, timeEmbeddingDim, {
      bias: true,
    });
  }

  /**
   * `Timesteps`: sin and cos of t / 10000^(i / (dim / 2 - freq_shift)); [n] -> float32 [n, dim]. The frequencies are
   * rounded as PyTorch rounds them: at t = 999 the last bit of a frequency is the fifth digit of its sine.
   */
  #sinusoids(path: string, positions: Value, dim: number): Value {
    const { flipSinToCos, freqShift } = this.#config;
    const { graph } = this.#context;
    const half = Math.floor(dim / 2);
    const step = Math.fround(-Math.log(10000));
    const frequencies = Array.from({ length: half }, (_, i) => {
      const exponent = Math.fround(Math.fround(step * i) / Math.fround(half - freqShift));
      return Math.fround(Math.exp(exponent));
    });
    const column = reshape(graph, path, cast(graph, path, positions, 'float32'), [-1, 1]);
    const angles = multiply(graph, path, column, graph.floats(frequencies, [1, half]));
    const waves = [sin(graph, path, angles), cos(graph, path, angles)];
    const parts = flipSinToCos ? waves.toReversed() : waves;
    // An odd dim ends in a zero.
    if (dim % 2 === 1) parts.push(multiply(graph, path, column, scalar(graph, path, 0, 'float32')));
    return concat(graph, path, parts, 1);
  }
}

interface Skip {
  readonly value: Value;
  readonly channels: number;
}
