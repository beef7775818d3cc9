/**
 * Maps the autoencoder of a single file, or a stand-alone one, from LDM's names and shapes
 * (`ldm/modules/diffusionmodules/model.py`) to those of diffusers' AutoencoderKL, with its configuration.
 */
import type { MappedComponent } from './ldm-unet.ts';
import { countWhile, dimension, type TensorView, TensorViewBuilder } from './tensor-view.ts';

const outerModules: Readonly<Record<string, string>> = {
  'encoder.norm_out': 'encoder.conv_norm_out',
  'decoder.norm_out': 'decoder.conv_norm_out',
};

const attentionParts: Readonly<Record<string, string>> = {
  norm: 'group_norm',
  q: 'to_q',
  k: 'to_k',
  v: 'to_v',
  proj_out: 'to_out.0',
};

/** Whether the tensors are an autoencoder's, in either naming, without a prefix. */
export function isAutoencoder(tensors: TensorView): boolean {
  return tensors.has('decoder.conv_in.weight') && tensors.has('encoder.conv_in.weight');
}

/**
 * Maps an autoencoder. The projections of its attention are 1x1 convolutions in LDM and linear layers in diffusers:
 * the same bytes. One in diffusers' naming already keeps its names.
 *
 * @param tensors without the prefix `first_stage_model.`
 * @param scalingFactor of the latents, which the file does not state
 * @throws GraphError TENSOR_MISSING, TENSOR_SHAPE
 */
export function mapLdmAutoencoder(tensors: TensorView, scalingFactor: number): MappedComponent {
  const levels = countWhile((level) => tensors.has(`encoder.down.${level}.block.0.conv1.weight`));
  if (levels === 0) return { tensors, config: configOf(tensors, scalingFactor) };
  const view = new TensorViewBuilder();
  for (const [name, entry] of tensors) {
    // Leftovers of training: averages, discriminators.
    if (/^(loss|model_ema)\./.test(name)) continue;
    const target = diffusersName(name, levels);
    if (target.includes('.attentions.')) view.addAsLinear(target, entry);
    else view.add(target, entry);
  }
  return { tensors: view.tensors, config: configOf(view.tensors, scalingFactor) };
}

/** @param tensors in diffusers' naming */
function configOf(tensors: TensorView, scalingFactor: number): Record<string, unknown> {
  const hasQuantization = tensors.has('quant_conv.weight');
  const moments = dimension(tensors, hasQuantization ? 'quant_conv.weight' : 'encoder.conv_out.weight', 0);
  const convolution = (level: number, layer: number) =>
    `encoder.down_blocks.${level}.resnets.${layer}.conv1.weight`;
  const levels = countWhile((level) => tensors.has(convolution(level, 0)));
  return {
    in_channels: dimension(tensors, 'encoder.conv_in.weight', 1),
    out_channels: dimension(tensors, 'decoder.conv_out.weight', 0),
    block_out_channels: Array.from({ length: levels }, (_, level) =>
      dimension(tensors, convolution(level, 0), 0),
    ),
    down_block_types: new Array<string>(levels).fill('DownEncoderBlock2D'),
    up_block_types: new Array<string>(levels).fill('UpDecoderBlock2D'),
    layers_per_block: countWhile((layer) => tensors.has(convolution(0, layer))),
    latent_channels: moments / 2,
    scaling_factor: scalingFactor,
    use_quant_conv: hasQuantization,
    use_post_quant_conv: tensors.has('post_quant_conv.weight'),
    mid_block_add_attention: tensors.has('encoder.mid_block.attentions.0.group_norm.weight'),
  };
}

function diffusersName(name: string, levels: number): string {
  const parameter = name.slice(name.lastIndexOf('.') + 1);
  const module = name.slice(0, -parameter.length - 1);
  const outer = outerModules[module];
  if (outer !== undefined) return `${outer}.${parameter}`;
  const found = /^(encoder|decoder)\.(?:(down|up)\.(\d+)|mid)\.(.+)$/.exec(module);
  if (found === null) return name;
  const [, half, direction, level, rest = ''] = found;
  if (direction === undefined) {
    const [kind = '', ...part] = rest.split('.');
    const inner = part.join('.');
    if (kind === 'attn_1') {
      return `${half}.mid_block.attentions.0.${attentionParts[inner] ?? inner}.${parameter}`;
    }
    const resnet = kind === 'block_1' ? 0 : 1;
    return `${half}.mid_block.resnets.${resnet}.${residualPart(inner)}.${parameter}`;
  }
  // LDM counts the decoder's levels from the largest picture, diffusers in the order of running.
  const index = direction === 'down' ? Number(level) : levels - 1 - Number(level);
  const path = `${half}.${direction}_blocks.${index}`;
  const block = /^block\.(\d+)\.(.+)$/.exec(rest);
  if (block !== null) return `${path}.resnets.${block[1]}.${residualPart(block[2]!)}.${parameter}`;
  const sampler = /^(downsample|upsample)\.(.+)$/.exec(rest);
  if (sampler !== null) return `${path}.${sampler[1]}rs.0.${sampler[2]}.${parameter}`;
  return name;
}

function residualPart(part: string): string {
  return part === 'nin_shortcut' ? 'conv_shortcut' : part;
}
