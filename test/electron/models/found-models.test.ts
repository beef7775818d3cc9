/** Models of other programs: found in their folders, identified by their headers, listed by `models found`. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModels, usualRoots } from '../../../electron/models/found-models.ts';
import {
  familyTensors,
  writeModelFile,
  writeSingleFile,
} from '../../native-models/graph/single-file/single-file-models.ts';
import { runCommand } from '../cli/run-command.ts';

let home: string;
const place = (path: string) => {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  return file;
};
const zeros = { dtype: 'F16', values: {} } as const;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'found-models-'));
  writeSingleFile(place('ComfyUI/models/checkpoints/photos/photon.safetensors'), 'sd1', zeros);
  writeFileSync(place('ComfyUI/models/checkpoints/photos/photon.preview.png'), '');
  writeModelFile(place('ComfyUI/models/loras/style.safetensors'), {
    ...zeros,
    tensors: {
      'lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k.lora_down.weight': [4, 2048],
      'lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k.lora_up.weight': [640, 4],
    },
    metadata: { 'modelspec.trigger_phrase': 'ink wash, sumi' },
  });
  writeSingleFile(place('stable-diffusion-webui/models/Stable-diffusion/base.safetensors'), 'sdxl', zeros);
  writeModelFile(place('stable-diffusion-webui/models/Stable-diffusion/small.safetensors'), {
    ...familyTensors('sd1'),
    smallFloats: 'F8_E4M3',
  });
  const { tensors } = familyTensors('sd1');
  const vae = Object.entries(tensors).filter(([name]) => name.startsWith('first_stage_model.'));
  const alone = vae.map(([name, shape]) => [name.replace('first_stage_model.', ''), shape]);
  writeModelFile(place('invokeai/models/vae/mse.safetensors'), {
    ...zeros,
    tensors: Object.fromEntries(alone),
  });
  writeFileSync(place('invokeai/models/main/broken.safetensors'), 'Entry not found');
  // A hub cache: links to blobs, and components of a diffusers folder that are no models by themselves.
  const hub = '.cache/huggingface/hub/models--a--b';
  writeSingleFile(place(`${hub}/blobs/0123`), 'sd2', zeros);
  symlinkSync('../../blobs/0123', place(`${hub}/snapshots/main/v2.safetensors`));
  mkdirSync(join(home, hub, 'snapshots/main/unet'));
  symlinkSync(
    '../../../blobs/0123',
    join(home, hub, 'snapshots/main/unet/diffusion_pytorch_model.safetensors'),
  );
});

afterAll(() => rmSync(home, { recursive: true }));

const facts = () => ({ platform: 'linux', environment: {}, homeFolder: home }) as const;

describe('the folders of other programs', () => {
  it('contain checkpoints, LoRAs and VAEs, identified by their headers', async () => {
    const found = await findModels(usualRoots(facts()));
    const told = found.map(({ program, name, kind, family, precision }) => [
      program,
      name,
      kind,
      family,
      precision,
    ]);
    expect(told).toEqual([
      ['ComfyUI', 'photon', 'checkpoint', 'sd1', 'F16'],
      ['ComfyUI', 'style', 'lora', 'sdxl', 'F16'],
      ['A1111', 'base', 'checkpoint', 'sdxl', 'F16'],
      ['A1111', 'small', 'checkpoint', null, 'F8_E4M3'],
      ['InvokeAI', 'broken', 'other', null, null],
      ['InvokeAI', 'mse', 'vae', null, 'F16'],
      ['hub cache', 'v2', 'checkpoint', 'sd2', 'F16'],
    ]);
    const [photon] = found;
    expect(photon!.preview).toBe(join(home, 'ComfyUI/models/checkpoints/photos/photon.preview.png'));
    expect(found.flatMap(({ triggerWords }) => triggerWords)).toEqual(['ink wash', 'sumi']);
    expect(photon!.bytes).toBeGreaterThan(1e6);
    expect(found.filter(({ problem }) => problem !== null).map(({ name }) => name)).toEqual([
      'small',
      'broken',
    ]);
  });

  it('may be elsewhere, as set by their environment variables', () => {
    const environment = { HF_HOME: '/h', INVOKEAI_ROOT: '/i' };
    const folders = usualRoots({ ...facts(), environment }).map(({ folder }) => folder);
    expect(folders).toEqual(expect.arrayContaining([join('/h', 'hub'), join('/i', 'models')]));
  });
});

describe('models found', () => {
  it('lists a folder, filtered by family and name, with the hash on request', async () => {
    const comfy = join(home, 'ComfyUI/models');
    const all = await runCommand(['models', 'found', comfy, '--json']);
    expect(all.exitCode).toBe(0);
    expect((JSON.parse(all.out) as { models: unknown[] }).models).toHaveLength(2);
    const sd1 = await runCommand(['models', 'found', comfy, '--family', 'sd1', '--hash']);
    expect(sd1.out).toMatch(
      /^photon {2}checkpoint, SD 1\.x, F16, .* {2}[0-9a-f]{64}\n {2}.*photon\.safetensors\n$/,
    );
    const none = await runCommand(['models', 'found', comfy, '--search', 'nothing']);
    expect([none.out, none.exitCode]).toEqual(['', 0]);
    const wrong = await runCommand(['models', 'found', '--family', 'sd3']);
    expect(wrong.err).toContain('--family takes sd1, sd2, sdxl');
  });
});
