/**
 * Maps the U-Net of a single file from LDM's names and shapes (`ldm/modules/diffusionmodules/openaimodel.py`; sgm's for
 * SDXL) to those of diffusers' UNet2DConditionModel, with a configuration derived from the shapes.
 */
import { GraphError } from '../graph-error.ts';
import { countWhile, dimension, type TensorView, TensorViewBuilder } from './tensor-view.ts';

/** A component with diffusers' names, and the configuration that follows from its shapes. */
export interface MappedComponent {
  readonly tensors: TensorView;
  readonly config: Readonly<Record<string, unknown>>;
}

/** SD 2.x and SDXL: `num_head_channels`. */
const HEAD_CHANNELS = 64;
/** SD 1.x: `num_heads`. */
const HEADS_OF_SD1 = 8;
/** sgm's SDXL takes six numbers: original size, crop corner, target size. */
const TIME_IDS = 6;

const residualParts: Readonly<Record<string, string>> = {
  'in_layers.0': 'norm1',
  'in_layers.2': 'conv1',
  'emb_layers.1': 'time_emb_proj',
  'out_layers.0': 'norm2',
  'out_layers.3': 'conv2',
  skip_connection: 'conv_shortcut',
};

const outerModules: Readonly<Record<string, string>> = {
  'time_embed.0': 'time_embedding.linear_1',
  'time_embed.2': 'time_embedding.linear_2',
  'label_emb.0.0': 'add_embedding.linear_1',
  'label_emb.0.2': 'add_embedding.linear_2',
  'input_blocks.0.0': 'conv_in',
  'out.0': 'conv_norm_out',
  'out.2': 'conv_out',
};

/** One level on the way down or up. */
interface Level {
  channels: number;
  /** Transformer blocks after each residual block; 0 for none. */
  readonly depths: number[];
}

/** diffusers' module for each of the file's modules, by path. */
type Modules = Map<string, string>;

/**
 * Maps a U-Net.
 *
 * @param tensors without the prefix `model.diffusion_model.`
 * @param textDim width of SDXL's pooled embedding, if the file contains the encoder that computes it
 * @throws GraphError TENSOR_MISSING, TENSOR_SHAPE, ARCHITECTURE_UNSUPPORTED
 */
export function mapLdmUnet(tensors: TensorView, textDim: number | undefined): MappedComponent {
  const modules: Modules = new Map(Object.entries(outerModules));
  const down = planDown(tensors, modules);
  const up = planUp(tensors, modules);
  for (const [module, path] of [
    ['middle_block.0', 'mid_block.resnets.0'],
    ['middle_block.1', 'mid_block.attentions.0'],
    ['middle_block.2', 'mid_block.resnets.1'],
  ] as const) {
    modules.set(module, path);
  }
  const view = new TensorViewBuilder();
  // A tensor without a place keeps its name: the graph's builder does not ask for it, and the loader reports it.
  for (const [name, entry] of tensors) view.add(diffusersName(name, modules), entry);
  return { tensors: view.tensors, config: configOf(tensors, down, up, textDim) };
}

function diffusersName(name: string, modules: Modules): string {
  const parts = name.split('.');
  for (let length = Math.min(parts.length - 1, 4); length >= 1; length--) {
    const path = modules.get(parts.slice(0, length).join('.'));
    if (path === undefined) continue;
    const rest = parts.slice(length).join('.');
    if (!/\.resnets\.\d+$/.test(path)) return `${path}.${rest}`;
    const [, part = '', parameter] = /^(.*)\.([^.]+)$/.exec(rest) ?? [];
    const known = residualParts[part];
    return known === undefined ? name : `${path}.${known}.${parameter}`;
  }
  return name;
}

function planDown(tensors: TensorView, modules: Modules): Level[] {
  const levels: Level[] = [{ channels: 0, depths: [] }];
  for (let block = 1; ; block++) {
    const module = `input_blocks.${block}`;
    const level = levels.length - 1;
    if (tensors.has(`${module}.0.op.weight`)) {
      modules.set(`${module}.0.op`, `down_blocks.${level}.downsamplers.0.conv`);
      levels.push({ channels: 0, depths: [] });
    } else if (tensors.has(`${module}.0.in_layers.2.weight`)) {
      addLayer(tensors, modules, module, `down_blocks.${level}`, levels[level]!);
    } else {
      return levels;
    }
  }
}

function planUp(tensors: TensorView, modules: Modules): Level[] {
  const levels: Level[] = [];
  let isOpen = false;
  for (let block = 0; tensors.has(`output_blocks.${block}.0.in_layers.2.weight`); block++) {
    if (!isOpen) levels.push({ channels: 0, depths: [] });
    isOpen = true;
    const module = `output_blocks.${block}`;
    const path = `up_blocks.${levels.length - 1}`;
    addLayer(tensors, modules, module, path, levels.at(-1)!);
    const upsampler = [1, 2].find((index) => tensors.has(`${module}.${index}.conv.weight`));
    if (upsampler === undefined) continue;
    modules.set(`${module}.${upsampler}.conv`, `${path}.upsamplers.0.conv`);
    isOpen = false;
  }
  return levels;
}

/** A residual block, and the transformer after it. */
function addLayer(tensors: TensorView, modules: Modules, module: string, path: string, level: Level): void {
  const layer = level.depths.length;
  modules.set(`${module}.0`, `${path}.resnets.${layer}`);
  level.channels = dimension(tensors, `${module}.0.in_layers.2.weight`, 0);
  const depth = depthOf(tensors, `${module}.1`);
  if (depth > 0) modules.set(`${module}.1`, `${path}.attentions.${layer}`);
  level.depths.push(depth);
}

function depthOf(tensors: TensorView, transformer: string): number {
  return countWhile((index) => tensors.has(`${transformer}.transformer_blocks.${index}.attn1.to_q.weight`));
}

function configOf(
  tensors: TensorView,
  down: readonly Level[],
  up: readonly Level[],
  textDim: number | undefined,
): Record<string, unknown> {
  const transformers = [...tensors.keys()].filter((name) => name.endsWith('.proj_in.weight'));
  const [first] = transformers;
  if (first === undefined || up.length !== down.length) {
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      'The U-Net of the file is not one of Stable Diffusion 1.x, 2.x or XL.',
    );
  }
  const path = first.slice(0, -'.proj_in.weight'.length);
  const isLinear = tensors.get(first)!.shape.length === 2;
  const hasAttention = ({ depths }: Level) => depths.some((depth) => depth > 0);
  const uneven =
    isLinear && down.find((level) => hasAttention(level) && level.channels % HEAD_CHANNELS !== 0);
  if (uneven) {
    throw new GraphError(
      'ARCHITECTURE_UNSUPPORTED',
      `The U-Net has ${uneven.channels} channels, which do not divide into heads of ${HEAD_CHANNELS}.`,
    );
  }
  const depths = (level: Level) => {
    const all = level.depths.map((depth) => Math.max(depth, 1));
    return all.every((depth) => depth === all[0]) ? (all[0] ?? 1) : all;
  };
  const middle = depthOf(tensors, 'middle_block.1');
  const downDepths = down.map(depths);
  // A level without attention gets the depth of the middle, which in diffusers' terms is the last level's.
  if (!hasAttention(down.at(-1)!)) downDepths[downDepths.length - 1] = Math.max(middle, 1);
  const upDepths = up.map(depths);
  const isMirrored = up.every((level, index) => {
    const mirrored = downDepths.at(-1 - index);
    return !hasAttention(level) || mirrored === upDepths[index];
  });
  return {
    in_channels: dimension(tensors, 'input_blocks.0.0.weight', 1),
    out_channels: dimension(tensors, 'out.2.weight', 0),
    block_out_channels: down.map(({ channels }) => channels),
    layers_per_block: down.map((level) => level.depths.length),
    down_block_types: down.map((level) => (hasAttention(level) ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: up.map((level) => (hasAttention(level) ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    mid_block_type: middle > 0 ? 'UNetMidBlock2DCrossAttn' : 'UNetMidBlock2D',
    cross_attention_dim: dimension(tensors, `${path}.transformer_blocks.0.attn2.to_k.weight`, 1),
    attention_head_dim: isLinear
      ? down.map(({ channels }) => Math.max(Math.floor(channels / HEAD_CHANNELS), 1))
      : HEADS_OF_SD1,
    use_linear_projection: isLinear,
    transformer_layers_per_block: downDepths,
    ...(!isMirrored && { reverse_transformer_layers_per_block: upDepths }),
    // Attention scores of SD 2.x overflow in half precision; SD 1.x and XL were trained in it.
    upcast_attention: isLinear && !tensors.has('label_emb.0.0.weight'),
    ...textTime(tensors, textDim),
  };
}

/** SDXL's conditioning on pooled text and picture sizes. */
function textTime(tensors: TensorView, textDim: number | undefined): Record<string, unknown> {
  if (!tensors.has('label_emb.0.0.weight')) return {};
  const total = dimension(tensors, 'label_emb.0.0.weight', 1);
  return {
    addition_embed_type: 'text_time',
    // 2816 = 1280 for pooled text and six numbers with 256 sinusoids each.
    addition_time_embed_dim: textDim === undefined ? 256 : (total - textDim) / TIME_IDS,
    projection_class_embeddings_input_dim: total,
  };
}
