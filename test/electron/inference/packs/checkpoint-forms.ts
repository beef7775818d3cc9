/** The forms in which users have models on their disks: creates a small one of each, for checkpoint-forms.test.ts. */
import { cpSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../../../native-models/graph/index.ts';
import {
  type Family,
  familyTensors,
  type Shapes,
  type WrittenFile,
  writeModelFile,
  writeSingleFile,
} from '../../../native-models/graph/single-file/single-file-models.ts';
import { shardWeights } from '../../models/checkpoint-files.ts';
import { moveIntoHubCache } from '../../models/hub-cache.ts';
import { makeTinyPack } from '../tiny-pack.ts';

/** One row of the table in docs/models.md. */
export interface CheckpointForm {
  readonly form: string;
  /** What it is opened as; a model by default. */
  readonly as?: 'vae' | 'lora' | 'embedding';
  /** Creates it in an empty folder and returns what to open. */
  readonly make: (folder: string) => string;
}

const GOLDEN = join(import.meta.dirname, '../../../golden/graph');
const UNET = 'model.diffusion_model.';
/** Every form is recognised by names and shapes: values are zero, in the type that is fastest to write. */
const zeros: Partial<WrittenFile> = { dtype: 'F16', values: {} };

function single(
  form: string,
  family: Family,
  change: Partial<WrittenFile> & { readonly tensors?: Shapes } = {},
) {
  return file(form, 'model.safetensors', (path) => writeSingleFile(path, family, { ...zeros, ...change }));
}

function file(form: string, name: string, write: (path: string) => void): CheckpointForm {
  return {
    form,
    make: (folder) => {
      write(join(folder, name));
      return join(folder, name);
    },
  };
}

const bytes = (form: string, name: string, content: Uint8Array | string) =>
  file(form, name, (path) => writeFileSync(path, content));

const named = (form: string, name: string, ...tensors: string[]) =>
  file(form, name, (path) =>
    writeModelFile(path, { ...zeros, tensors: Object.fromEntries(tensors.map((tensor) => [tensor, [1]])) }),
  );

/** A family's tensors, mixed with others. */
const withTensors = (family: Family, more: Shapes): { tensors: Shapes } => ({
  tensors: { ...familyTensors(family).tensors, ...more },
});

const without = (family: Family, prefix: string): { tensors: Shapes } => ({
  tensors: Object.fromEntries(
    Object.entries(familyTensors(family).tensors).filter(([name]) => !name.startsWith(prefix)),
  ),
});

const renamed = (family: Family, rename: (name: string) => string): { tensors: Shapes } => ({
  tensors: Object.fromEntries(
    Object.entries(familyTensors(family).tensors).map(([name, shape]) => [rename(name), shape]),
  ),
});

/** A U-Net with more input channels than latents. */
function withInputs(family: Family, channels: number): { tensors: Shapes } {
  const name = `${UNET}input_blocks.0.0.weight`;
  const [out] = familyTensors(family).tensors[name]!;
  return withTensors(family, { [name]: [out!, channels, 3, 3] });
}

const folders: readonly CheckpointForm[] = [
  { form: 'diffusers folder of SD 1.x', make: (folder) => makeTinyPack(folder) },
  {
    form: 'diffusers folder with only `.fp16.safetensors`',
    make: (folder) => {
      const pack = makeTinyPack(folder);
      for (const stem of [
        'unet/diffusion_pytorch_model',
        'vae/diffusion_pytorch_model',
        'text_encoder/model',
      ]) {
        renameSync(join(pack, `${stem}.safetensors`), join(pack, `${stem}.fp16.safetensors`));
      }
      return pack;
    },
  },
  {
    form: 'diffusers folder whose weights are Git LFS pointers',
    make: (folder) => {
      const pack = makeTinyPack(folder);
      writeFileSync(join(pack, 'unet/diffusion_pytorch_model.safetensors'), POINTER);
      return pack;
    },
  },
  {
    form: 'diffusers folder with weights in several files',
    make: (folder) => {
      const pack = makeTinyPack(folder);
      shardWeights(join(pack, 'unet/diffusion_pytorch_model.safetensors'));
      return pack;
    },
  },
  {
    form: 'diffusers folder of SDXL',
    make: (folder) => {
      for (const part of ['text-to-image/sdxl', 'graph/sdxl'])
        cpSync(join(GOLDEN, '..', part), folder, { recursive: true });
      return folder;
    },
  },
  {
    form: 'snapshot in a hub cache, of links to blobs',
    make: (folder) => moveIntoHubCache(folder, 'someone/model', makeTinyPack(folder), 'a'.repeat(40)),
  },
  {
    form: 'folder with one single file',
    make: (folder) => {
      writeSingleFile(join(folder, 'model.safetensors'), 'sd1', zeros);
      return folder;
    },
  },
  {
    form: 'folder with two single files',
    make: (folder) => {
      for (const name of ['a', 'b']) writeSingleFile(join(folder, `${name}.safetensors`), 'sd1', zeros);
      return folder;
    },
  },
  {
    form: 'folder with something else',
    make: (folder) => {
      mkdirSync(join(folder, 'pictures'));
      return folder;
    },
  },
];

const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:32ef1ba8\nsize 3438167534\n';

const singleFiles: readonly CheckpointForm[] = [
  single('single file of SD 1.x, fp32', 'sd1', { dtype: 'F32' }),
  single('single file of SD 1.x, fp16', 'sd1'),
  single('single file of SD 1.x, bf16', 'sd1', { dtype: 'BF16' }),
  single(
    'single file of SD 1.x with EMA weights beside',
    'sd1',
    withTensors('sd1', { 'model_ema.decay': [1] }),
  ),
  single(
    'single file of SD 1.x, text encoder without the prefix `text_model.`',
    'sd1',
    renamed('sd1', (name) => name.replace('transformer.text_model.', 'transformer.')),
  ),
  single('single file of SD 2.x, epsilon', 'sd2'),
  single('single file of SD 2.x, v', 'sd2', { metadata: { 'modelspec.prediction_type': 'v' } }),
  single('single file of SDXL', 'sdxl'),
  single(
    'single file of SDXL, v, ending without signal',
    'sdxl',
    withTensors('sdxl', { v_pred: [], ztsnr: [] }),
  ),
  {
    form: 'distilled model (Turbo, Lightning, Hyper-SD, LCM, DMD), by its name',
    make: (folder) => {
      const path = join(folder, 'sdxl_lightning_4step.safetensors');
      writeSingleFile(path, 'sdxl', zeros);
      return path;
    },
  },
  single('single file, fp8', 'sd1', { smallFloats: 'F8_E4M3' }),
  single('single file without autoencoder', 'sd1', without('sd1', 'first_stage_model.')),
  single('single file without text encoder', 'sd1', without('sd1', 'cond_stage_model.')),
  single('single file with a tensor too many', 'sd1', withTensors('sd1', { [`${UNET}gate`]: [1] })),
  single('inpainting model of SD 1.x', 'sd1', withInputs('sd1', 9)),
  single('InstructPix2Pix', 'sd1', withInputs('sd1', 8)),
  single('depth model of SD 2.x', 'sd2', withInputs('sd2', 5)),
  single('inpainting model of SDXL', 'sdxl', withInputs('sdxl', 9)),
  single('unCLIP of SD 2.x', 'sd2', withTensors('sd2', { [`${UNET}label_emb.0.0.weight`]: [4, 4] })),
  single('EDM model (Playground 2.5)', 'sdxl', withTensors('sdxl', { edm_mean: [4] })),
  single('refiner of SDXL', 'sdxl', {
    tensors: Object.fromEntries(
      Object.entries(familyTensors('sdxl').tensors)
        .filter(([name]) => !name.startsWith('conditioner.embedders.0.'))
        .map(([name, shape]) => [name.replace('embedders.1.', 'embedders.0.'), shape]),
    ),
  }),
  file('single file, cut short', 'model.safetensors', (path) => {
    writeSingleFile(path, 'sd1', zeros);
    truncateSync(path, readFileSync(path).length - 1);
  }),
];

const others: readonly CheckpointForm[] = [
  named('U-Net alone, in the original naming', 'unet.safetensors', 'input_blocks.0.0.weight'),
  named(
    'autoencoder alone, in the original naming',
    'vae.safetensors',
    'encoder.down.0.block.0.conv1.weight',
  ),
  named('component of a diffusers folder', 'diffusion_pytorch_model.safetensors', 'conv_in.weight'),
  named('Flux', 'flux1-dev.safetensors', 'double_blocks.0.img_attn.qkv.weight'),
  named('SD 3', 'sd3.safetensors', `${UNET}joint_blocks.0.x_block.attn.qkv.weight`),
  named('LoRA as a model', 'style.safetensors', 'lora_unet_mid_block_proj.lora_down.weight'),
  named('textual inversion as a model', 'word.safetensors', 'emb_params'),
  bytes('pickle', 'model.ckpt', Uint8Array.from([0x80, 2, 0x7d, 0x71, 0, 0x2e])),
  bytes('GGUF', 'model-Q4_0.gguf', 'GGUF\x03\0\0\0'),
  bytes('Git LFS pointer', 'model.safetensors', POINTER),
  bytes('web page', 'model.safetensors', '<!DOCTYPE html>\n<html class="">'),
  bytes('server’s answer', 'model.safetensors', 'Entry not found'),
  bytes('empty file', 'model.safetensors', ''),
];

/** The autoencoder of SD 1.x's small file under other names. */
function autoencoder(prefix: string): Shapes {
  const shapes = Object.entries(familyTensors('sd1').tensors);
  const own = shapes.filter(([name]) => name.startsWith('first_stage_model.'));
  return Object.fromEntries(own.map(([name, shape]) => [name.replace('first_stage_model.', prefix), shape]));
}

const vaes: readonly CheckpointForm[] = [
  file('VAE in the original naming', 'vae.safetensors', (path) =>
    writeModelFile(path, { ...zeros, tensors: autoencoder('') }),
  ),
  single('VAE in a whole checkpoint', 'sd1'),
  {
    form: 'VAE in diffusers’ naming',
    make: (folder) => {
      const [whole, alone] = [join(folder, 'model.safetensors'), join(folder, 'vae.safetensors')];
      writeSingleFile(whole, 'sd1', zeros);
      const { tensors } = openCheckpoint(whole).components.get('vae')!.weightFiles[0]!;
      const shapes = [...tensors].map(([name, { shape }]) => [name, [...shape]]);
      writeModelFile(alone, { ...zeros, tensors: Object.fromEntries(shapes) });
      return alone;
    },
  },
  { form: 'VAE folder of diffusers', make: () => join(GOLDEN, 'sd1/vae') },
  { form: 'small autoencoder (TAESD) of diffusers', make: () => join(GOLDEN, 'taesd') },
  named('VAE: a file without one', 'unet.safetensors', 'conv_in.weight'),
];

const MODULE = 'unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q';
const KOHYA = 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q';
const SGM = 'lora_unet_middle_block_1_transformer_blocks_0_attn1_to_q';
const lora = (form: string, tensors: Shapes, more: Partial<WrittenFile> = {}): CheckpointForm =>
  file(form, 'style.safetensors', (path) => writeModelFile(path, { ...zeros, tensors, ...more }));
const pair = (down: string, up: string, width = 64): Shapes => ({ [down]: [4, width], [up]: [width, 4] });

const loras: readonly CheckpointForm[] = [
  lora('LoRA of kohya', {
    ...pair(`${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`),
    [`${KOHYA}.alpha`]: [],
  }),
  lora('LoRA of kohya, modules named as sgm does', pair(`${SGM}.lora_down.weight`, `${SGM}.lora_up.weight`)),
  lora('LoRA of PEFT', pair(`${MODULE}.lora_A.weight`, `${MODULE}.lora_B.weight`)),
  lora(
    'LoRA of old diffusers',
    pair(
      `${MODULE.replace('.to_q', '.processor.to_q')}_lora.down.weight`,
      `${MODULE.replace('.to_q', '.processor.to_q')}_lora.up.weight`,
    ),
  ),
  lora('LoRA for another model', pair(`${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`, 128), {
    metadata: { ss_base_model_version: 'sdxl_base_v1-0' },
  }),
  lora('LoRA in fp8', pair(`${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`), {
    smallFloats: 'F8_E4M3',
  }),
  lora('LoHa', { [`${KOHYA}.hada_w1_a`]: [4, 4] }),
  lora('LoKr', { [`${KOHYA}.lokr_w1`]: [4, 4] }),
  lora('DoRA', {
    ...pair(`${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`),
    [`${KOHYA}.dora_scale`]: [64, 1],
  }),
];

const word = (form: string, tensors: Shapes): CheckpointForm =>
  file(form, 'word.safetensors', (path) => writeModelFile(path, { ...zeros, tensors }));

const embeddings: readonly CheckpointForm[] = [
  word('textual inversion of A1111', { emb_params: [2, 768] }),
  word('textual inversion of diffusers', { '<word>': [2, 1024] }),
  word('textual inversion for SDXL', { clip_g: [2, 1280], clip_l: [2, 768] }),
  word('textual inversion with too many vectors', { emb_params: [76, 768] }),
];

export const checkpointForms: readonly CheckpointForm[] = [
  ...folders,
  ...singleFiles,
  ...others,
  ...vaes.map((form) => ({ ...form, as: 'vae' }) as const),
  ...loras.map((form) => ({ ...form, as: 'lora' }) as const),
  ...embeddings.map((form) => ({ ...form, as: 'embedding' }) as const),
];
