/** Models of other programs: found in their folders, identified by their headers, listed by `models found`. */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelPack } from '../../../electron/inference/packs/model-pack.ts';
import {
  findModels,
  hashOfModel,
  knownHashOfModel,
  usualRoots,
} from '../../../electron/models/found-models.ts';
import {
  familyTensors,
  writeModelFile,
  writeSingleFile,
} from '../../native-models/graph/single-file/single-file-models.ts';
import { checkpoints, writeCheckpoint } from '../../soak/full-size-weights.ts';
import { runCommand } from '../cli/run-command.ts';
import { makeTinyPack, writeJson } from '../inference/tiny-pack.ts';
import { moveIntoHubCache } from './hub-cache.ts';

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
  writeSingleFile(place('downloads/single/v2.safetensors'), 'sd2', zeros);
  toHub('someone/single', 'single');
});

/** Moves a folder of downloads into the hub cache. */
function toHub(repository: string, download: string, commit = 'a'.repeat(40)): string {
  const hub = join(home, '.cache/huggingface/hub');
  return moveIntoHubCache(hub, repository, join(home, 'downloads', download), commit);
}

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

  it('may hold a folder named like a checkpoint’s configuration, which is that checkpoint’s problem alone', async () => {
    const folder = mkdtempSync(join(home, 'beside-'));
    for (const name of ['good', 'other']) writeSingleFile(join(folder, `${name}.safetensors`), 'sd1', zeros);
    mkdirSync(join(folder, 'good.yaml'));
    const found = await findModels([{ program: 'here', folder }]);
    expect(found.map(({ name, problem }) => [name, problem])).toEqual([
      ['good', expect.stringContaining('good.yaml cannot be read')],
      ['other', null],
    ]);
    rmSync(folder, { recursive: true });
  });

  it('may be elsewhere, as set by their environment variables', () => {
    const environment = { HF_HOME: '/h', INVOKEAI_ROOT: '/i' };
    const folders = usualRoots({ ...facts(), environment }).map(({ folder }) => folder);
    expect(folders).toEqual(expect.arrayContaining([join('/h', 'hub'), join('/i', 'models')]));
  });
});

describe('folders in diffusers’ layout', () => {
  const found = async (...folders: string[]) =>
    (await findModels(folders.map((folder) => ({ program: 'test', folder })))).map(
      ({ name, kind, family, precision, problem }) => [name, kind, family, precision, problem],
    );

  it.each(['sd15', 'sd21', 'sdxl'] as const)('%s at full size is one model of its family', async (name) => {
    const folder = join(home, 'full-size', name);
    const bytes = writeCheckpoint(folder, checkpoints[name], 'holes');
    const [model, ...others] = await findModels([{ program: 'test', folder }]);
    expect(others).toEqual([]);
    const family = { sd15: 'sd1', sd21: 'sd2', sdxl: 'sdxl' }[name];
    expect(model).toMatchObject({ path: folder, name, kind: 'checkpoint', family, precision: 'F16', bytes });
    expect(model!.problem).toBe(null);
    expect(model!.weights!.map((file) => file.name)).toContain('unet/diffusion_pytorch_model.safetensors');
  });

  it('in a hub cache have the repository’s name; revisions with the same weights are one model', async () => {
    const snapshot = (commit: string) => {
      const pack = makeTinyPack(join(home, 'downloads'), 'tiny');
      writeJson(join(pack, 'model_index.json'), { _class_name: 'StableDiffusionPipeline' });
      writeFileSync(join(pack, 'README.md'), commit);
      return toHub('someone/tiny-sd', 'tiny', commit);
    };
    const first = snapshot('1'.repeat(40));
    snapshot('2'.repeat(40));
    const models = await findModels([{ program: 'hub cache', folder: join(home, '.cache/huggingface/hub') }]);
    const tiny = models.filter(({ name }) => name === 'someone/tiny-sd');
    expect(tiny).toMatchObject([{ path: first, kind: 'checkpoint', precision: 'F32', problem: null }]);
    // The engine opens it under the same name, and identifies it by the same hash.
    const cacheFolder = join(home, 'cache');
    const { signal } = new AbortController();
    expect(await knownHashOfModel(tiny[0]!, cacheFolder)).toBe(undefined);
    const sha256 = await hashOfModel(tiny[0]!, cacheFolder, signal);
    expect(await knownHashOfModel(tiny[0]!, cacheFolder)).toBe(sha256);
    const { identity } = await openModelPack(first, { cacheFolder });
    expect(identity).toEqual({ id: 'someone/tiny-sd', version: 'unversioned', weights: sha256 });
  });

  it('may be incomplete, or of another kind, and say so', async () => {
    // Written again: a copy of a file with holes has none, and gigabytes of zeros.
    const half = join(home, 'others/half');
    const flux = join(home, 'others/flux');
    writeCheckpoint(half, checkpoints.sd15, 'holes');
    mkdirSync(flux, { recursive: true });
    renameSync(join(half, 'vae'), join(flux, 'vae'));
    writeJson(join(flux, 'model_index.json'), { _class_name: 'FluxPipeline' });
    rmSync(join(half, 'unet/diffusion_pytorch_model.safetensors'));
    expect(await found(join(home, 'others'))).toEqual([
      ['flux', 'checkpoint', null, null, expect.stringContaining('flux is a FluxPipeline without a U-Net')],
      ['half', 'checkpoint', null, null, expect.stringContaining('has no weights in the safetensors format')],
    ]);
  });

  it('of an autoencoder or a LoRA alone are named by their repository; parts of other models are none', async () => {
    const vae = join(home, 'downloads/mse');
    cpSync(
      join(home, 'invokeai/models/vae/mse.safetensors'),
      join(vae, 'diffusion_pytorch_model.safetensors'),
    );
    writeJson(join(vae, 'config.json'), { _class_name: 'AutoencoderKL' });
    toHub('someone/vae-ft', 'mse');
    const lora = join(home, 'downloads/lora');
    cpSync(
      join(home, 'ComfyUI/models/loras/style.safetensors'),
      join(lora, 'pytorch_lora_weights.safetensors'),
    );
    toHub('someone/lora', 'lora');
    const words = join(home, 'downloads/words');
    writeModelFile(place('downloads/words/model.safetensors'), { ...zeros, tensors: { 'h.0.weight': [1] } });
    writeJson(join(words, 'config.json'), { architectures: ['GPT2LMHeadModel'] });
    toHub('words', 'words');
    const models = await found(join(home, '.cache/huggingface/hub'));
    expect(models.filter(([name]) => /vae|lora|words/.test(String(name)))).toEqual([
      ['someone/lora', 'lora', 'sdxl', 'F16', null],
      ['someone/vae-ft', 'vae', null, 'F16', null],
    ]);
  });

  it('and files that several programs link to are listed once', async () => {
    const shared = join(home, 'shared');
    mkdirSync(shared);
    symlinkSync(join(home, 'ComfyUI/models/checkpoints'), join(shared, 'Stable-diffusion'));
    expect(await found(join(home, 'ComfyUI/models'), shared)).toHaveLength(2);
    expect(await found(shared)).toHaveLength(1);
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
    const loop = join(home, 'loop');
    symlinkSync(loop, loop);
    const unread = await runCommand(['models', 'found', loop]);
    expect(unread.err).toContain(`${loop} cannot be read. Check its permissions and its disk.`);
    const missing = await runCommand(['models', 'found', comfy, join(home, 'nowhere')]);
    expect([missing.err, missing.exitCode]).toEqual([
      expect.stringContaining(`There is no folder or file ${join(home, 'nowhere')}.`),
      1,
    ]);
    const wrong = await runCommand(['models', 'found', '--family', 'sd3']);
    expect(wrong.err).toContain('--family takes sd1, sd2, sdxl');
  });
});
