/** The model files of a computer by commands: listed, identified, found by content, watched; and the scenes that use them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelChoice, ModelFile } from '../../../../electron/contract/model-choice.ts';
import { stateOfRoot } from '../../../../electron/models/found-models.ts';
import {
  writeModelFile,
  writeSingleFile,
} from '../../../native-models/graph/single-file/single-file-models.ts';
import { makeTinyPack, writeJson } from '../../inference/tiny-pack.ts';
import { moveIntoHubCache } from '../../models/hub-cache.ts';
import { PuppetStudio } from '../handlers/puppet-studio.ts';

let host: PuppetStudio;
const models = (path: string) => join(host.root, 'ComfyUI', 'models', path);
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const listed = async (name: string) =>
  (await host.call('library.list', {})).models.find((model) => model.name === name);

beforeEach(async () => {
  host = await PuppetStudio.start();
  for (const folder of ['checkpoints', 'loras']) mkdirSync(models(folder), { recursive: true });
  writeSingleFile(models('checkpoints/photon.safetensors'), 'sd1', { dtype: 'F16', values: {} });
  const lora = 'lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q';
  writeModelFile(models('loras/ink.safetensors'), {
    tensors: { [`${lora}.lora_down.weight`]: [4, 64], [`${lora}.lora_up.weight`]: [64, 4] },
    metadata: { 'modelspec.trigger_phrase': 'ink wash' },
  });
});
afterEach(() => host.close());

async function identify(name: string): Promise<ModelFile> {
  const { path } = (await listed(name))!;
  const { result } = await host.ended(await host.call('library.identify', { path }));
  if (result?.kind !== 'modelIdentified') throw new Error('not identified');
  return result.file;
}

describe('the library', () => {
  test('lists files by their headers, and reads one through for its hash once it is used', async () => {
    writeFileSync(models('checkpoints/page.safetensors'), '<!doctype html>');
    const { places, models: found } = await host.call('library.list', {});
    expect(found).toMatchObject([
      { name: 'page', kind: 'other', problem: expect.stringContaining('') as string },
      { name: 'photon', kind: 'checkpoint', family: 'sd1', precision: 'F16', program: 'ComfyUI' },
      { name: 'ink', kind: 'lora', triggerWords: ['ink wash'], problem: null },
    ]);
    expect(found.map(({ sha256 }) => sha256)).toEqual([null, null, null]);
    expect(places).toContainEqual({
      path: join(host.root, 'ComfyUI', 'models'),
      program: 'ComfyUI',
      state: 'readable',
    });
    const sha256 = hashOf(models('checkpoints/photon.safetensors'));
    expect(await identify('photon')).toEqual({ name: 'photon', sha256 });
    expect((await listed('photon'))!.sha256).toBe(sha256);
    const { path } = (await listed('page'))!;
    const refused = await host.ended(await host.call('library.identify', { path }));
    expect(refused.error).toMatchObject({ code: 'MODEL_INVALID' });
    const unknown = await host.ended(await host.call('library.identify', { path: '/etc/passwd' }));
    expect(unknown.error).toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  test('says which of the added folders cannot be read, and which are gone', async () => {
    const [network, gone] = [join(host.root, 'network'), join(host.root, 'gone')];
    for (const place of [network, gone]) {
      mkdirSync(place);
      await host.call('library.add', { path: place });
      rmSync(place, { recursive: true });
    }
    symlinkSync(network, network);
    const { places } = await host.call('library.list', {});
    expect(places).toContainEqual({ path: network, program: null, state: 'unreadable' });
    expect(places).toContainEqual({ path: gone, program: null, state: 'missing' });
  });

  test.skipIf(process.platform === 'win32')('takes no pipe, which would never end', async () => {
    const pipe = join(host.root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(host.call('library.add', { path: pipe })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    expect(await stateOfRoot({ folder: pipe })).toBe('unreadable');
  });

  test('shows the picture beside a file, and does without one that cannot be read', async () => {
    const path = models('checkpoints/photon.safetensors');
    expect((await listed('photon'))!.hasPreview).toBe(false);
    await sharp({ create: { width: 30, height: 30, channels: 3, background: 'red' } })
      .png()
      .toFile(models('checkpoints/photon.preview.png'));
    expect((await listed('photon'))!.hasPreview).toBe(true);
    const { image } = await host.call('library.preview', { path });
    expect(host.studio.readAsset(image!)?.mediaType).toBe('image/webp');
    writeFileSync(models('checkpoints/photon.preview.png'), 'no picture');
    expect(await host.call('library.preview', { path })).toEqual({ image: null });
    expect(await host.call('library.preview', { path: '/etc/passwd' })).toEqual({ image: null });
  });

  test('searches added folders and files, and forgets them on request', async () => {
    const own = join(host.root, 'own');
    mkdirSync(own);
    renameSync(models('loras/ink.safetensors'), join(own, 'ink.safetensors'));
    expect(await listed('ink')).toBe(undefined);
    await host.call('library.add', { path: own });
    expect(await listed('ink')).toMatchObject({ program: null });
    await host.call('library.add', { path: own });
    expect((await host.call('settings.get', {})).modelPlaces).toEqual([own]);
    await host.call('library.remove', { path: own });
    expect(await listed('ink')).toBe(undefined);
    await host.call('library.add', { path: join(own, 'ink.safetensors') });
    expect(await listed('ink')).toMatchObject({ path: join(own, 'ink.safetensors'), kind: 'lora' });
    await expect(host.call('library.add', { path: join(own, 'none') })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
    await expect(host.call('library.remove', { path: own })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
    });
  });

  test('finds a file by its content under another name or in another folder, and locates it anywhere', async () => {
    const file = await identify('photon');
    const other = { name: 'photon', sha256: '0'.repeat(64) };
    const path = models('checkpoints/photon.safetensors');
    expect(await host.call('library.find', { files: [file, other] })).toEqual([path, null]);
    const moved = join(host.root, 'renamed.safetensors');
    renameSync(path, moved);
    expect(await host.call('library.find', { files: [file] })).toEqual([null]);
    const wrong = { file, path: models('loras/ink.safetensors') };
    const refused = await host.ended(await host.call('library.locate', wrong));
    expect(refused.error?.message).toContain(`is another model than “photon”`);
    const located = await host.ended(await host.call('library.locate', { file, path: moved }));
    expect(located).toMatchObject({ state: 'done', result: { file } });
    expect(await host.call('library.find', { files: [file] })).toEqual([moved]);
    // By a folder, too.
    const folder = join(host.root, 'deeper', 'still');
    mkdirSync(folder, { recursive: true });
    renameSync(moved, join(folder, 'photon.safetensors'));
    const inFolder = { file, path: join(host.root, 'deeper') };
    expect((await host.ended(await host.call('library.locate', inFolder))).state).toBe('done');
    expect(await host.call('library.find', { files: [file] })).toEqual([join(folder, 'photon.safetensors')]);
  });

  test('identifies a diffusers folder by its weights, and locates it in a hub cache', async () => {
    const pack = makeTinyPack(models('diffusers'), 'tiny');
    writeJson(join(pack, 'model_index.json'), { _class_name: 'StableDiffusionPipeline' });
    expect(await listed('tiny')).toMatchObject({ kind: 'checkpoint', program: 'ComfyUI', path: pack });
    const file = await identify('tiny');
    expect((await listed('tiny'))!.sha256).toBe(file.sha256);
    const cache = join(host.root, 'elsewhere', 'hub');
    const snapshot = moveIntoHubCache(cache, 'someone/tiny', pack, 'a'.repeat(40));
    rmSync(pack, { recursive: true });
    expect(await host.call('library.find', { files: [file] })).toEqual([null]);
    const wrong = { file: { ...file, sha256: '0'.repeat(64) }, path: snapshot };
    const refused = await host.ended(await host.call('library.locate', wrong));
    expect(refused.error).toMatchObject({ code: 'MODEL_INVALID' });
    const located = await host.ended(await host.call('library.locate', { file, path: snapshot }));
    expect(located).toMatchObject({ state: 'done', result: { file } });
    expect(await host.call('library.find', { files: [file] })).toEqual([snapshot]);
    expect(await listed('someone/tiny')).toMatchObject({ path: snapshot, sha256: file.sha256 });
  });

  test('tells when a file comes or goes', async () => {
    await host.call('library.list', {});
    const changes = () => host.events.filter(({ event }) => event === 'library.changed').length;
    rmSync(models('loras/ink.safetensors'));
    await expect.poll(changes).toBe(1);
    // A folder that no program had before.
    const forge = join(host.root, 'stable-diffusion-webui-forge', 'models', 'Lora');
    mkdirSync(forge, { recursive: true });
    writeFileSync(join(forge, 'new.safetensors'), '');
    await expect.poll(changes).toBeGreaterThan(1);
  });
});

describe('a scene with models of its own', () => {
  let projectId: string;
  let choice: ModelChoice;
  beforeEach(async () => {
    projectId = (await host.call('project.openSample', {})).projectId;
    const ink = { ...(await identify('ink')), weight: 0.8 };
    choice = { checkpoint: await identify('photon'), vae: null, loras: [ink] };
    const { document } = await host.call('project.state', { projectId });
    await host.call('project.commit', {
      projectId,
      label: 'Change models',
      document: { ...document, model: choice },
    });
  });

  test('is rendered by an engine with these files, and its request names them', async () => {
    mkdirSync(models('embeddings'));
    writeModelFile(models('embeddings/calm.safetensors'), { tensors: { emb_params: [2, 768] } });
    expect(await listed('calm')).toMatchObject({ kind: 'embedding', family: 'sd1' });
    const { renderId } = await host.call('renders.enqueue', { projectId });
    const puppet = await host.engineAtWork();
    // Prompts may name it; the scene need not choose it.
    expect(puppet.config?.embeddings).toEqual([models('embeddings/calm.safetensors')]);
    expect(puppet.config).toMatchObject({
      packFolder: models('checkpoints/photon.safetensors'),
      loras: [{ path: models('loras/ink.safetensors'), weight: 0.8 }],
    });
    const { pack } = (await host.call('renders.get', { projectId, renderId })).request;
    expect(pack).toEqual({
      id: 'photon',
      version: 'unversioned',
      weights: choice.checkpoint!.sha256,
      loras: choice.loras,
    });
    expect(puppet.task).toMatchObject({ kind: 'render', request: { pack } });
  });

  test('is followed by the engine, which returns to the pack of the settings for another scene', async () => {
    const started = host.call('engine.start', { projectId });
    await expect.poll(() => host.puppets.at(-1)?.config?.packFolder).toContain('photon');
    host.puppets.at(-1)!.open();
    expect(await started).toMatchObject({ state: 'ready' });
    const { projectId: plain } = await host.call('project.openSample', {});
    const back = host.call('engine.start', { projectId: plain });
    await expect.poll(() => host.puppets.at(-1)?.config?.packFolder).toMatch(/starter$/);
    expect(host.puppets.at(-1)!.config?.loras).toBe(undefined);
    host.puppets.at(-1)!.open();
    await back;
    expect(host.puppets.filter(({ isAlive }) => isAlive)).toHaveLength(1);
  });

  test('says which file is missing, by name and hash', async () => {
    rmSync(models('checkpoints/photon.safetensors'));
    const { renderId } = await host.call('renders.enqueue', { projectId });
    await expect.poll(() => host.told(renderId)?.state).toBe('failed');
    expect(host.told(renderId)!.error).toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining(`“photon” (SHA-256 ${choice.checkpoint!.sha256})`) as string,
    });
    await expect(host.call('engine.start', { projectId })).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    await expect(host.call('prompt.tokens', { text: 'a', projectId })).rejects.toMatchObject({
      code: 'MODEL_MISSING',
    });
  });

  test('counts its prompts in the tokens of its checkpoint', async () => {
    expect(await host.call('prompt.tokens', { text: 'a cat', projectId })).toMatchObject({
      count: 2,
      limit: 75,
    });
  });
});
