/**
 * Finding components and files, naming what is wrong with them, and the layouts of weights that ONNX Runtime accepts.
 */
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type BuildOptions,
  buildComponentGraph,
  type ComponentName,
  GraphError,
  nonFiniteTensors,
  openCheckpoint,
  type UnetMetadata,
} from '../../../native-models/graph/index.ts';
import { openSafetensors } from '../../../native-models/graph/safetensors.ts';
import { createSession, goldenFolder } from './golden-session.ts';

let folder: string;
beforeEach(() => {
  // Resolved, since the temporary folder may itself be a link.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'checkpoint-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A copy of a golden checkpoint for a test to damage. */
function copyOf(checkpoint: string): string {
  const copy = join(folder, checkpoint);
  cpSync(join(goldenFolder, checkpoint), copy, { recursive: true });
  return copy;
}

function editJson(path: string, change: Record<string, unknown>): void {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}

/** Renames or reshapes tensors in a header, padding with spaces so that its length stays the same. */
function editHeader(path: string, edit: (json: string) => string): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const edited = edit(bytes.toString('utf8', 8, 8 + length));
  expect(edited.length).toBeLessThanOrEqual(length);
  bytes.write(edited.padEnd(length), 8);
  writeFileSync(path, bytes);
}

function expectCode(action: () => unknown, code: string, message?: RegExp): void {
  let caught: unknown;
  try {
    action();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(GraphError);
  expect(caught).toMatchObject({ code });
  if (message !== undefined) expect((caught as GraphError).message).toMatch(message);
}

function build(path: string, component: ComponentName = 'unet', options?: BuildOptions) {
  return buildComponentGraph(openCheckpoint(path), component, options);
}

describe('a sound checkpoint', () => {
  test('U-Net: has ports, metadata and files, and no unused tensor', () => {
    const graph = build(join(goldenFolder, 'sdxl'));
    expect(graph.unusedTensors).toEqual([]);
    expect(graph.externalFiles.map((path) => basename(path))).toEqual([
      'diffusion_pytorch_model.safetensors',
    ]);
    const layer = 'down_blocks.1.attentions.0.transformer_blocks.0.attn1';
    const ports = [...graph.inputs, ...graph.outputs]
      .map(({ name, type, dims }) => `${name} ${type} ${dims}`)
      .filter((port) => port.startsWith(layer) || !port.includes('attn1'));
    expect(ports).toEqual([
      'sample float32 batch,4,height,width',
      'timestep int64 batch',
      'encoder_hidden_states float32 batch,tokens,32',
      'kv_source_down int64 batch',
      'kv_source_up int64 batch',
      'keep int64 keep',
      'appearance_scale float32 batch',
      'text_embeds float32 batch,20',
      'time_ids float32 batch,6',
      `${layer}.cached_hidden_states float32 kept_down,${layer}.tokens,24`,
      `${layer}.hidden_states float32 keep,${layer}.tokens,24`,
      'out_sample float32 batch,4,height,width',
    ]);
    expect((graph.metadata as UnetMetadata).guidedLayers).toContainEqual({
      path: layer,
      half: 'down',
      channels: 24,
      halvings: 1,
    });
    expect(graph.metadata).toMatchObject({
      latentChannels: 4,
      sampleSize: 8,
      crossAttentionDim: 32,
      attentionHeads: [2, 3, 4],
      downscale: 4,
      textTime: { textDim: 20, timeIds: 6 },
    });
    const { guidedLayers } = graph.metadata as UnetMetadata;
    expect(guidedLayers.filter(({ half }) => half === 'down')).toHaveLength(2 + 3 + 3);
    expect(guidedLayers.filter(({ half }) => half === 'up')).toHaveLength(2 * 3 + 2 * 2);
  });

  test('gives the same bytes for the same options', () => {
    expect(build(join(goldenFolder, 'sd2')).bytes).toEqual(build(join(goldenFolder, 'sd2')).bytes);
  });

  test('autoencoders and text encoders: have metadata, and no unused tensor', () => {
    const vae = build(join(goldenFolder, 'sdxl'), 'vae_decoder');
    expect(vae.metadata).toMatchObject({
      scalingFactor: 0.13025,
      shiftFactor: 0.0609,
      latentChannels: 4,
      downscale: 2,
    });
    expect(vae.unusedTensors).toEqual([]);
    const tiny = build(join(goldenFolder, 'taesd'), 'vae_encoder');
    expect(tiny.metadata).toMatchObject({
      className: 'AutoencoderTiny',
      scalingFactor: 1,
      shiftFactor: 0,
      downscale: 4,
    });
    expect(tiny.unusedTensors).toEqual([]);
    const text = build(join(goldenFolder, 'sd1'), 'text_encoder');
    expect(text.metadata).toMatchObject({
      hiddenSize: 24,
      projectionDim: null,
      maxTokens: 16,
      eosTokenId: 2,
    });
    expect(text.unusedTensors).toEqual([]);
    const projected = build(join(goldenFolder, 'sdxl'), 'text_encoder_2');
    expect(projected.metadata).toMatchObject({ projectionDim: 20, eosTokenId: 98 });
  });

  test('may have a byte order mark before its configuration', () => {
    const config = join(copyOf('sd2'), 'unet/config.json');
    writeFileSync(config, `\uFEFF${readFileSync(config, 'utf8')}`);
    expect(build(join(folder, 'sd2')).bytes).toEqual(build(join(goldenFolder, 'sd2')).bytes);
  });

  test('in shards: every file is named', () => {
    const graph = build(join(goldenFolder, 'starter'));
    expect(graph.externalFiles).toHaveLength(2);
    expect(graph.unusedTensors).toEqual([]);
  });

  test('fp16 variant: weights are found, and preferred on request', () => {
    const path = copyOf('sd2');
    const plain = join(path, 'unet/diffusion_pytorch_model.safetensors');
    const half = join(path, 'unet/diffusion_pytorch_model.fp16.safetensors');
    cpSync(plain, half);
    const chosen = (variant?: 'fp16') =>
      basename(openCheckpoint(path, variant && { variant }).components.get('unet')!.weightFiles[0]!.path);
    expect(chosen()).toBe('diffusion_pytorch_model.safetensors');
    expect(chosen('fp16')).toBe('diffusion_pytorch_model.fp16.safetensors');
    rmSync(plain);
    expect(chosen()).toBe('diffusion_pytorch_model.fp16.safetensors');
  });
});

describe('errors name what is wrong', () => {
  test('a folder without a checkpoint', () => {
    expectCode(() => openCheckpoint(join(folder, 'absent')), 'FILE_UNREADABLE');
    expectCode(() => openCheckpoint(folder), 'CHECKPOINT_INCOMPLETE');
    expectCode(() => build(join(goldenFolder, 'taesd')), 'CHECKPOINT_INCOMPLETE', /unet\//);
  });

  test('a component with a missing or broken configuration', () => {
    const config = join(copyOf('sd2'), 'unet/config.json');
    writeFileSync(config, '{');
    expectCode(() => openCheckpoint(join(folder, 'sd2')), 'CONFIG_INVALID', /config\.json/);
    writeFileSync(config, '{}');
    expectCode(() => openCheckpoint(join(folder, 'sd2')), 'CONFIG_INVALID', /_class_name/);
    rmSync(config);
    expectCode(() => openCheckpoint(join(folder, 'sd2')), 'CHECKPOINT_INCOMPLETE', /config\.json/);
  });

  test('weights in another format only', () => {
    const path = copyOf('sd2');
    renameSync(
      join(path, 'unet/diffusion_pytorch_model.safetensors'),
      join(path, 'unet/diffusion_pytorch_model.bin'),
    );
    expectCode(() => openCheckpoint(path), 'FOREIGN_FILE', /unet.*\.bin.*pickle.*safetensors/);
    rmSync(join(path, 'unet/diffusion_pytorch_model.bin'));
    expectCode(() => openCheckpoint(path), 'CHECKPOINT_INCOMPLETE', /safetensors/);
  });

  test('a shard index with paths outside the folder', () => {
    const path = copyOf('starter');
    const index = join(path, 'unet/diffusion_pytorch_model.safetensors.index.json');
    writeFileSync(index, JSON.stringify({ weight_map: { a: '../../secret.safetensors' } }));
    expectCode(() => openCheckpoint(path), 'CONFIG_INVALID', /secret/);
    writeFileSync(index, JSON.stringify({ weight_map: { a: 'absent.safetensors' } }));
    expectCode(() => openCheckpoint(path), 'FILE_UNREADABLE', /absent/);
  });

  test.each<[string, unknown, string]>([
    ['class_embed_type', 'timestep', 'ARCHITECTURE_UNSUPPORTED'],
    ['encoder_hid_dim_type', 'text_proj', 'ARCHITECTURE_UNSUPPORTED'],
    ['addition_embed_type', 'image', 'ARCHITECTURE_UNSUPPORTED'],
    ['time_cond_proj_dim', 256, 'ARCHITECTURE_UNSUPPORTED'],
    ['dual_cross_attention', true, 'ARCHITECTURE_UNSUPPORTED'],
    ['resnet_time_scale_shift', 'scale_shift', 'ARCHITECTURE_UNSUPPORTED'],
    ['down_block_types', ['KDownBlock2D', 'DownBlock2D', 'DownBlock2D'], 'ARCHITECTURE_UNSUPPORTED'],
    ['act_fn', 'mish', 'ARCHITECTURE_UNSUPPORTED'],
    ['attention_head_dim', [2, 3], 'CONFIG_INVALID'],
    ['attention_head_dim', 5, 'CONFIG_INVALID'],
    ['layers_per_block', 0, 'CONFIG_INVALID'],
    ['block_out_channels', ['16', 32, 32], 'CONFIG_INVALID'],
    ['norm_eps', null, 'CONFIG_INVALID'],
    ['cross_attention_dim', [32, 16, 32], 'CONFIG_INVALID'],
  ])('U-Net configuration, %s = %j', (field, value, code) => {
    const path = copyOf('sd2');
    editJson(join(path, 'unet/config.json'), { [field]: value });
    expectCode(() => build(path), code, new RegExp(field));
  });

  test('configuration and weights of different models', () => {
    const path = copyOf('sd2');
    editJson(join(path, 'unet/config.json'), { cross_attention_dim: 48 });
    expectCode(() => build(path), 'TENSOR_SHAPE', /attn2\.to_k\.weight.*\[16,32\].*\[16,48\]/);
    editJson(join(path, 'unet/config.json'), { cross_attention_dim: 32, layers_per_block: 2 });
    expectCode(() => build(path), 'TENSOR_MISSING', /down_blocks\.0\.resnets\.1/);
  });

  test('a missing tensor, an integer tensor, an extra tensor', () => {
    const weights = join(copyOf('sd2'), 'unet/diffusion_pytorch_model.safetensors');
    editHeader(weights, (json) => json.replace('"conv_out.bias"', '"conv_out.bia_"'));
    expectCode(() => build(join(folder, 'sd2')), 'TENSOR_MISSING', /"conv_out\.bias"/);
    editHeader(weights, (json) =>
      json
        .replace('"conv_out.bia_"', '"conv_out.bias"')
        .replace(/("conv_out\.bias":\{"dtype":)"F16"/, '$1"I16"'),
    );
    expectCode(() => build(join(folder, 'sd2')), 'TENSOR_DTYPE', /"conv_out\.bias".*I16/);

    const tiny = join(copyOf('taesd'), 'config.json');
    editJson(tiny, { num_decoder_blocks: [2, 1, 0] });
    expectCode(() => build(join(folder, 'taesd'), 'vae_decoder'), 'TENSOR_MISSING');
    const vae = join(copyOf('sdxl'), 'vae/config.json');
    editJson(vae, { mid_block_add_attention: false, use_quant_conv: false });
    cpSync(
      join(goldenFolder, 'sd2/vae/diffusion_pytorch_model.safetensors'),
      join(folder, 'sdxl/vae/diffusion_pytorch_model.safetensors'),
    );
    editJson(vae, { layers_per_block: 2, norm_num_groups: 8 });
    expect(build(join(folder, 'sdxl'), 'vae_encoder').unusedTensors).toContain(
      'encoder.mid_block.attentions.0.query.weight',
    );
    expect(build(join(folder, 'sdxl'), 'vae_encoder').unusedTensors).toContain('quant_conv.weight');
  });

  test('tensors with NaN or infinity', () => {
    const path = copyOf('taesd');
    expect(nonFiniteTensors(openCheckpoint(path), 'vae')).toEqual([]);
    const weights = join(path, 'diffusion_pytorch_model.safetensors');
    const { tensors } = openSafetensors(weights);
    const bytes = readFileSync(weights);
    const last = tensors.get('decoder.layers.0.weight')!;
    bytes.writeUInt16LE(0x7e00, last.fileOffset + last.byteLength - 2);
    bytes.writeUInt16LE(0xfc00, tensors.get('encoder.layers.0.bias')!.fileOffset);
    writeFileSync(weights, bytes);
    expect(nonFiniteTensors(openCheckpoint(path), 'vae').toSorted()).toEqual([
      'decoder.layers.0.weight',
      'encoder.layers.0.bias',
    ]);
  });

  test('a class in the wrong folder', () => {
    const path = copyOf('sd2');
    editJson(join(path, 'text_encoder/config.json'), { architectures: ['T5EncoderModel'] });
    expectCode(() => build(path, 'text_encoder'), 'ARCHITECTURE_UNSUPPORTED', /T5EncoderModel/);
  });
});

describe('location of the weights', () => {
  test('a session from bytes that knows the folder follows the symbolic links of hub caches', async () => {
    // snapshots/unet/x.safetensors -> ../../blobs/hash
    const blob = join(folder, 'blobs/0123abcd');
    const unet = join(folder, 'snapshots/unet');
    mkdirSync(join(folder, 'blobs'));
    mkdirSync(unet, { recursive: true });
    cpSync(join(goldenFolder, 'sd2/unet/diffusion_pytorch_model.safetensors'), blob);
    cpSync(join(goldenFolder, 'sd2/unet/config.json'), join(unet, 'config.json'));
    symlinkSync(blob, join(unet, 'diffusion_pytorch_model.safetensors'));
    const graph = build(join(folder, 'snapshots'));
    expect(graph.externalFiles).toEqual([blob]);
    expect(graph.externalFolder).toBe(join(folder, 'blobs'));
    await (await createSession(graph)).release();
  });

  test('a graph file accepts hard links next to it, but no symbolic links out of its folder', async () => {
    const path = copyOf('sd2');
    const { bytes, externalFiles } = build(path);
    const load = async (name: string, link: (from: string, to: string) => void): Promise<void> => {
      const cache = join(folder, name);
      mkdirSync(cache);
      for (const file of externalFiles) link(file, join(cache, basename(file)));
      writeFileSync(join(cache, 'unet.onnx'), bytes);
      await (await ort.InferenceSession.create(join(cache, 'unet.onnx'))).release();
    };
    await expect(load('hard', linkSync)).resolves.toBeUndefined();
    await expect(load('symbolic', symlinkSync)).rejects.toThrow(/escapes model directory/);
  });

  test('shards whose links lead to different folders are refused', () => {
    const path = copyOf('starter');
    const shard = join(path, 'unet/diffusion_pytorch_model-00001-of-00002.safetensors');
    renameSync(shard, join(folder, 'elsewhere.safetensors'));
    symlinkSync(join(folder, 'elsewhere.safetensors'), shard);
    expectCode(() => build(path), 'CHECKPOINT_INCOMPLETE', /one folder/);
  });
});
