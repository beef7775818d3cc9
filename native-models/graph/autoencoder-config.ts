/** The configuration of `AutoencoderKL`, with the defaults of its class. */
import * as z from 'zod';
import { only, size } from './config.ts';
import type { ActivationName } from './layers.ts';

export const autoencoderConfigSchema = z.object({
  in_channels: size.default(3),
  out_channels: size.default(3),
  down_block_types: z.array(only('DownEncoderBlock2D')).default(['DownEncoderBlock2D']),
  up_block_types: z.array(only('UpDecoderBlock2D')).default(['UpDecoderBlock2D']),
  block_out_channels: z.array(size).min(1).default([64]),
  layers_per_block: size.default(1),
  act_fn: only<ActivationName>('silu', 'swish', 'gelu', 'relu'),
  latent_channels: size.default(4),
  norm_num_groups: size.default(32),
  scaling_factor: z.number().positive().default(0.18215),
  shift_factor: z.number().nullish(),
  latents_mean: only<null>(null),
  latents_std: only<null>(null),
  force_upcast: z.boolean().default(true),
  use_quant_conv: z.boolean().default(true),
  use_post_quant_conv: z.boolean().default(true),
  mid_block_add_attention: z.boolean().default(true),
});

export type AutoencoderConfig = z.output<typeof autoencoderConfigSchema>;
