/**
 * The text encoders of a single file. CLIP ViT-L has transformers' own names (SD 1.x, SDXL's first encoder); OpenCLIP
 * (SD 2.x, SDXL's second) has those of `open_clip/transformer.py`, with the projections to queries, keys and values in
 * one tensor with three times the rows.
 */
import type { SafetensorsEntry } from '../safetensors.ts';
import type { MappedComponent } from './ldm-unet.ts';
import { countWhile, dimension, type TensorView, TensorViewBuilder } from './tensor-view.ts';

/** All CLIP text models of Stable Diffusion: 768 / 12, 1024 / 16, 1280 / 20. */
const HEAD_CHANNELS = 64;

/** Unused by a text encoder: leftovers of trainers and other programs. */
const SPARE = /^(logit_scale|text_projection\.weight|(text_model\.)?embeddings\.position_ids)$/;

/** @param tensors without the prefix `cond_stage_model.transformer.` or `conditioner.embedders.0.transformer.` */
export function mapClip(tensors: TensorView): MappedComponent {
  const view = new TensorViewBuilder();
  for (const [name, entry] of tensors) if (!SPARE.test(name)) view.add(name, entry);
  const prefix = tensors.has('text_model.final_layer_norm.weight') ? 'text_model.' : '';
  return { tensors: view.tensors, config: configOf(view.tensors, prefix, 'quick_gelu') };
}

const openClipParts: Readonly<Record<string, string>> = {
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
  'attn.out_proj': 'self_attn.out_proj',
};

const openClipModules: Readonly<Record<string, string>> = {
  'token_embedding.weight': 'embeddings.token_embedding.weight',
  positional_embedding: 'embeddings.position_embedding.weight',
  'ln_final.weight': 'final_layer_norm.weight',
  'ln_final.bias': 'final_layer_norm.bias',
};

/**
 * Maps OpenCLIP's text model.
 *
 * @param tensors without the prefix `cond_stage_model.model.` or `conditioner.embedders.1.model.`
 * @param use SD 2.x applies the final norm to the states before the last layer: the last layer is omitted, as in
 * diffusers' published configuration. SDXL uses them without the norm, and needs the last layer and the projection for
 * its pooled embedding
 * @throws GraphError TENSOR_MISSING, TENSOR_SHAPE
 */
export function mapOpenClip(tensors: TensorView, use: 'sd2' | 'sdxl'): MappedComponent {
  const stored = countWhile((layer) => tensors.has(`transformer.resblocks.${layer}.ln_1.weight`));
  const layers = use === 'sd2' ? stored - 1 : stored;
  const view = new TensorViewBuilder();
  for (const [name, entry] of tensors) {
    if (name === 'text_projection') {
      // [hidden, projected], transposed from a linear layer's; the graph multiplies with it as it is.
      if (use === 'sdxl') view.add('text_projection', entry);
    } else if (name in openClipModules) {
      view.add(`text_model.${openClipModules[name]}`, entry);
    } else if (!/^(logit_scale|attn_mask)$/.test(name)) {
      addBlockTensor(view, name, entry, layers);
    }
  }
  return { tensors: view.tensors, config: configOf(view.tensors, 'text_model.', 'gelu') };
}

function addBlockTensor(
  view: TensorViewBuilder,
  name: string,
  entry: SafetensorsEntry,
  layers: number,
): void {
  const found = /^transformer\.resblocks\.(\d+)\.(.+?)[._](weight|bias)$/.exec(name);
  const part = found?.[2] ?? '';
  if (found !== null && Number(found[1]) >= layers) return;
  const path = `text_model.encoder.layers.${found?.[1]}`;
  if (part === 'attn.in_proj') {
    const names = ['q_proj', 'k_proj', 'v_proj'].map((one) => `${path}.self_attn.${one}.${found![3]}`);
    view.addParts(names, entry);
    return;
  }
  const known = openClipParts[part];
  view.add(known === undefined ? name : `${path}.${known}.${found![3]}`, entry);
}

function configOf(
  tensors: TensorView,
  prefix: string,
  activation: 'quick_gelu' | 'gelu',
): Record<string, unknown> {
  const words = dimension(tensors, `${prefix}embeddings.token_embedding.weight`, 0);
  const width = dimension(tensors, `${prefix}embeddings.token_embedding.weight`, 1);
  return {
    vocab_size: words,
    hidden_size: width,
    intermediate_size: dimension(tensors, `${prefix}encoder.layers.0.mlp.fc1.weight`, 0),
    num_hidden_layers: countWhile((layer) =>
      tensors.has(`${prefix}encoder.layers.${layer}.layer_norm1.weight`),
    ),
    num_attention_heads: width / HEAD_CHANNELS,
    max_position_embeddings: dimension(tensors, `${prefix}embeddings.position_embedding.weight`, 0),
    hidden_act: activation,
    // The end-of-text token is the last entry of CLIP's vocabulary.
    eos_token_id: words - 1,
    ...(tensors.has('text_projection') && { projection_dim: dimension(tensors, 'text_projection', 1) }),
  };
}
