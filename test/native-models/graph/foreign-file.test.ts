/** Files that users mistake for a diffusers checkpoint: the error names each kind and says what to do. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ForeignKind,
  recogniseForeignFile,
  recogniseForeignFolder,
} from '../../../native-models/graph/foreign-file.ts';
import { GraphError, openCheckpoint } from '../../../native-models/graph/index.ts';
import { goldenFolder } from './golden-session.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreign-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A complete safetensors file with one float16 element per name. */
function safetensors(...names: string[]): Uint8Array {
  const header = JSON.stringify(
    Object.fromEntries(
      names.map((name, i) => [name, { dtype: 'F16', shape: [1], data_offsets: [2 * i, 2 * i + 2] }]),
    ),
  );
  const bytes = Buffer.alloc(8 + header.length + 2 * names.length);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return bytes;
}

const pointer = `version https://git-lfs.github.com/spec/v1
oid sha256:32ef1ba86a1a1e7a8b0e9ba5b2b19d0b6c3b6de2f8a4ed0f0a3b4bb6bd0a8f43
size 3438167534
`;
const zip = Buffer.concat([
  Buffer.from('PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0', 'latin1'),
  Buffer.from('archive/data.pkl'),
  Buffer.alloc(64),
]);

const files: [string, string, Uint8Array | string, ForeignKind, RegExp][] = [
  [
    'a single file of SD 1.x',
    'v1-5-pruned-emaonly.safetensors',
    safetensors(
      'model.diffusion_model.out.0.weight',
      'cond_stage_model.transformer.text_model.a',
      'first_stage_model.b',
    ),
    'single-file',
    /v1-5-pruned-emaonly\.safetensors is a single-file.*--checkpoint/,
  ],
  [
    'a single file of SD 2.x',
    'v2-1_512-ema-pruned.safetensors',
    safetensors('model.diffusion_model.out.0.weight', 'cond_stage_model.model.ln_final.bias'),
    'single-file',
    /Stable Diffusion 2\.x/,
  ],
  [
    'a single file of SDXL',
    'sd_xl_base_1.0.safetensors',
    safetensors('model.diffusion_model.out.0.weight', 'conditioner.embedders.1.model.ln_final.bias'),
    'single-file',
    /Stable Diffusion XL/,
  ],
  [
    'an autoencoder of LDM',
    'vae-ft-mse.safetensors',
    safetensors('encoder.down.0.block.0.norm1.bias'),
    'single-file',
    /part of a single-file/,
  ],
  [
    'a LoRA of kohya',
    'style.safetensors',
    safetensors('lora_unet_down_blocks_0.alpha', 'lora_te_a.lora_down.weight'),
    'lora',
    /LoRA \(kohya\).*--lora/,
  ],
  [
    'a LoRA of PEFT',
    'adapter_model.safetensors',
    safetensors('base_model.model.down_blocks.0.to_q.lora_A.weight'),
    'lora',
    /LoRA \(PEFT/,
  ],
  [
    'a LoRA of old diffusers',
    'pytorch_lora_weights.safetensors',
    safetensors('unet.mid_block.attn1.processor.to_k_lora.down.weight', 'unet.a.lora.up.weight'),
    'lora',
    /LoRA/,
  ],
  [
    'Flux',
    'flux1-dev.safetensors',
    safetensors('double_blocks.0.img_attn.qkv.weight'),
    'other-architecture',
    /SD 1\.x/,
  ],
  ['a textual inversion', 'style.safetensors', safetensors('emb_params'), 'textual-inversion', /embedding/],
  ['a pickle in a zip archive', 'diffusion_pytorch_model.bin', zip, 'pickle', /\.bin.*safe_serialization/],
  ['a pickle named as safetensors', 'model.safetensors', zip, 'pickle', /pickle/],
  ['a bare pickle', 'model.ckpt', Uint8Array.from([0x80, 2, 0x7d, 0x71, 0, 0x2e]), 'pickle', /\.ckpt/],
  ['a Git LFS pointer', 'model.safetensors', pointer, 'lfs-pointer', /of 3\.44 GB.*git lfs pull/],
  ['a web page', 'model.safetensors', '<!DOCTYPE html>\n<html class="">', 'web-page', /web page.*log in/],
  [
    'a server’s XML',
    'model.safetensors',
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    'web-page',
    /web page/,
  ],
  ['a server’s sentence', 'model.safetensors', 'Entry not found', 'server-answer', /“Entry not found”/],
  ['a GGUF file', 'sd21-Q4_0.gguf', 'GGUF\x03\0\0\0', 'gguf', /GGUF/],
  ['an empty file', 'model.safetensors', '', 'empty', /Download it again/],
];

test.each(files)('%s', (_, name, content, kind, message) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  expect(recogniseForeignFile(path)).toMatchObject({ kind, message: expect.stringMatching(message) });
});

describe('a truncated file is named as such', () => {
  test.each([[100], [5000], [100_000]])('after %i bytes', (bytes) => {
    const path = join(folder, 'diffusion_pytorch_model.safetensors');
    cpSync(join(goldenFolder, 'sd2/unet/diffusion_pytorch_model.safetensors'), path);
    truncateSync(path, bytes);
    expect(recogniseForeignFile(path)).toMatchObject({
      kind: 'truncated',
      message: expect.stringMatching(new RegExp(`only ${bytes} bytes.*Download it again`)),
    });
  });
});

test('sound files of diffusers and transformers are not foreign', () => {
  for (const path of [
    'sd1/unet/diffusion_pytorch_model.safetensors',
    'sd2/vae/diffusion_pytorch_model.safetensors',
    'sdxl/text_encoder_2/model.safetensors',
    'taesd/diffusion_pytorch_model.safetensors',
    'sd1/unet/config.json',
  ]) {
    readFileSync(join(goldenFolder, path));
    expect(recogniseForeignFile(join(goldenFolder, path)), path).toBeUndefined();
  }
  expect(recogniseForeignFile(join(folder, 'absent'))).toBeUndefined();
  // A header of 640 bytes starts like a pickle.
  const path = join(folder, 'model.safetensors');
  const header = JSON.stringify({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }).padEnd(640);
  const bytes = Buffer.alloc(8 + 640 + 2);
  bytes.writeBigUInt64LE(640n);
  bytes.write(header, 8);
  writeFileSync(path, bytes);
  expect(recogniseForeignFile(path)).toBeUndefined();
});

describe('the loader names', () => {
  function open(path = folder): string {
    try {
      openCheckpoint(path);
    } catch (error) {
      expect(error).toBeInstanceOf(GraphError);
      expect(error).toMatchObject({ code: 'FOREIGN_FILE' });
      return (error as GraphError).message;
    }
    throw new Error('The checkpoint was opened.');
  }

  function componentWith(name: string, content: Uint8Array | string): string {
    mkdirSync(join(folder, 'unet'));
    cpSync(join(goldenFolder, 'sd2/unet/config.json'), join(folder, 'unet/config.json'));
    writeFileSync(join(folder, 'unet', name), content);
    return folder;
  }

  test('a part of a single-file checkpoint, in a folder or by itself', () => {
    const path = join(folder, 'model.safetensors');
    writeFileSync(path, safetensors('input_blocks.0.0.weight'));
    expect(open()).toMatch(/single-file/);
    expect(open(path)).toMatch(/single-file/);
  });

  test('a folder with a LoRA', () => {
    writeFileSync(join(folder, 'adapter_model.safetensors'), safetensors('a.lora_A.weight'));
    expect(open()).toMatch(/LoRA/);
  });

  test.each(files.filter(([, name]) => name.endsWith('.safetensors')))(
    'a component with %s',
    (_, name, content, kind, message) => {
      componentWith('diffusion_pytorch_model.safetensors', content);
      expect(open()).toMatch(
        new RegExp(
          message.source.replace(name.replaceAll('.', '\\.'), 'diffusion_pytorch_model.safetensors'),
        ),
      );
      expect(kind).not.toBe('truncated');
    },
  );

  test.each([
    ['diffusion_pytorch_model.bin', zip, /unet\/: diffusion_pytorch_model\.bin is a pickle/],
    ['diffusion_pytorch_model.bin', pointer, /Git LFS pointer/],
    [
      'diffusion_pytorch_model.non_ema.safetensors',
      safetensors('conv_in.bias'),
      /non_ema.*averaged.*Download diffusion_pytorch_model\.safetensors/,
    ],
    ['unet-Q8_0.gguf', 'GGUF\x03\0\0\0', /GGUF/],
  ])('a component that holds only %s', (name, content, message) => {
    componentWith(name, content);
    expect(open()).toMatch(message);
  });

  test('a web page in place of a configuration', () => {
    componentWith('diffusion_pytorch_model.safetensors', safetensors('a'));
    writeFileSync(join(folder, 'unet/config.json'), '<html><body>Log in</body></html>');
    expect(open()).toMatch(/config\.json is a web page/);
  });
});

test('a folder with nothing recognisable says what a checkpoint looks like', () => {
  writeFileSync(join(folder, 'notes.txt'), 'hello');
  expect(recogniseForeignFolder(folder)).toBeUndefined();
  expect(recogniseForeignFolder(join(folder, 'absent'))).toBeUndefined();
});
