/** Opening model packs: what is accepted, and that errors name what is wrong. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Engine } from '../../../../electron/inference/engine/engine.ts';
import { openModelPack } from '../../../../electron/inference/packs/model-pack.ts';
import { openSafetensors } from '../../../../native-models/graph/safetensors.ts';
import { makeTinyPack, temporaryFolder, writeJson, writeManifest } from '../tiny-pack.ts';

let root: string;
let packFolder: string;
let cacheFolder: string;
beforeEach(() => {
  root = temporaryFolder();
  packFolder = makeTinyPack(root);
  cacheFolder = join(root, 'cache');
});
afterEach(() => rmSync(root, { recursive: true }));

const open = () => openModelPack(packFolder, { cacheFolder });
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const unetWeights = () => join(packFolder, 'unet', 'diffusion_pytorch_model.safetensors');

/** Overwrites an element of a tensor with NaN. */
function poison(path: string, tensorName?: string): string {
  const [first] = openSafetensors(path).tensors.values();
  const entry = tensorName === undefined ? first! : openSafetensors(path).tensors.get(tensorName)!;
  const bytes = readFileSync(path);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(entry.fileOffset, 0x7fc0_0000, true);
  writeFileSync(path, bytes);
  return entry.name;
}

describe('a valid pack', () => {
  test('with a manifest has its size, its recommendation and its schedule', async () => {
    writeManifest(packFolder);
    expect(await open()).toMatchObject({
      name: 'Tiny',
      identity: { id: 'tiny', version: '1.0.0' },
      size: { width: 32, height: 32 },
      recommended: { steps: 3 },
      schedule: { predictionType: 'epsilon', stepsOffset: 1, betaSchedule: 'scaled_linear' },
    });
  });

  test('as a plain diffusers folder has the size that its U-Net was trained for', async () => {
    expect(await open()).toMatchObject({
      identity: { id: 'pack', version: 'unversioned' },
      size: { width: 32, height: 32 },
      recommended: {},
    });
  });

  test('identifies its weights by their content alone', async () => {
    const { identity } = await open();
    const moved = makeTinyPack(root, 'moved');
    expect((await openModelPack(moved, { cacheFolder })).identity.weights).toBe(identity.weights);
  });

  test('has its weight files read only once', async () => {
    await open();
    const remembered = readdirSync(join(cacheFolder, 'weights'));
    expect(remembered).toHaveLength(3);
    // A damaged cache entry is ignored.
    for (const name of remembered) writeFileSync(join(cacheFolder, 'weights', name), '{"sha256":');
    const before = (await open()).identity.weights;
    expect((await open()).identity.weights).toBe(before);
  });

  test('works without a writable cache', async () => {
    writeFileSync(join(root, 'file'), '');
    await openModelPack(packFolder, { cacheFolder: join(root, 'file') });
  });
});

describe('an invalid pack is refused:', () => {
  const cases: Record<string, { change: () => void; code: string; names: RegExp }> = {
    'not there': {
      change: () => rmSync(packFolder, { recursive: true }),
      code: 'PACK_UNKNOWN',
      names: /no model pack/,
    },
    'an empty folder': {
      change: () =>
        readdirSync(packFolder).forEach((name) => {
          rmSync(join(packFolder, name), { recursive: true });
        }),
      code: 'PACK_INCOMPLETE',
      names: /not a diffusers checkpoint/,
    },
    'a manifest that is no JSON': {
      change: () => writeFileSync(join(packFolder, 'pack.json'), '{'),
      code: 'PACK_INVALID',
      names: /pack\.json/,
    },
    'a manifest of an unknown layout': {
      change: () => writeManifest(packFolder, { layout: 'single-file' }),
      code: 'PACK_INVALID',
      names: /layout/,
    },
    'a manifest that points out of the pack': {
      change: () =>
        writeManifest(packFolder, { files: [{ path: '../secret', bytes: 1, sha256: '0'.repeat(64) }] }),
      code: 'PACK_INVALID',
      names: /path/,
    },
    'a file of the manifest that is gone': {
      change: () => {
        writeManifest(packFolder);
        rmSync(join(packFolder, 'tokenizer', 'merges.txt'));
      },
      code: 'PACK_INCOMPLETE',
      names: /merges\.txt/,
    },
    'a file of another size': {
      change: () => {
        writeManifest(packFolder);
        truncateSync(unetWeights(), 1000);
      },
      code: 'PACK_INCOMPLETE',
      names: /diffusion_pytorch_model\.safetensors.*1000 bytes/,
    },
    'a file of the same size with other content': {
      change: () => {
        writeManifest(packFolder);
        const bytes = readFileSync(unetWeights());
        bytes[bytes.length - 4]! ^= 1;
        writeFileSync(unetWeights(), bytes);
      },
      code: 'PACK_INCOMPLETE',
      names: /unet\/diffusion_pytorch_model\.safetensors.*SHA-256/,
    },
    'weights cut short': {
      change: () => truncateSync(unetWeights(), 100_000),
      code: 'MODEL_INVALID',
      names: /cut short/,
    },
    'weights that are no safetensors file': {
      change: () => writeFileSync(unetWeights(), 'PK\x03\x04 a zip archive, for example'),
      code: 'MODEL_INVALID',
      names: /diffusion_pytorch_model\.safetensors/,
    },
    'a NaN in the weights': {
      change: () => void poison(unetWeights(), 'mid_block.resnets.0.conv1.bias'),
      code: 'MODEL_INVALID',
      names: /unet\/.*"mid_block\.resnets\.0\.conv1\.bias".*not a number/,
    },
    'a schedule of another kind': {
      change: () =>
        writeJson(join(packFolder, 'scheduler', 'scheduler_config.json'), {
          beta_start: 0.1,
          beta_end: 0.2,
          beta_schedule: 'squaredcos_cap_v2',
          prediction_type: 'flow_prediction',
        }),
      code: 'MODEL_INVALID',
      names: /beta_schedule.*prediction_type/,
    },
    'no schedule': {
      change: () => rmSync(join(packFolder, 'scheduler'), { recursive: true }),
      code: 'PACK_INCOMPLETE',
      names: /scheduler_config\.json/,
    },
    'a pickle in place of weights': {
      change: () => {
        rmSync(unetWeights());
        writeFileSync(join(packFolder, 'unet', 'diffusion_pytorch_model.bin'), 'PK\x03\x04 archive/data.pkl');
      },
      code: 'MODEL_INVALID',
      names: /unet\/: diffusion_pytorch_model\.bin is a pickle.*safe_serialization/,
    },
    'a file in place of a folder': {
      change: () => {
        rmSync(packFolder, { recursive: true });
        writeFileSync(packFolder, '<!doctype html><title>Log in</title>');
      },
      code: 'MODEL_INVALID',
      names: /web page/,
    },
    'a web page in place of a vocabulary': {
      change: () =>
        writeFileSync(join(packFolder, 'tokenizer', 'vocab.json'), '<html><body>403</body></html>'),
      code: 'MODEL_INVALID',
      names: /vocab\.json is a web page/,
    },
    'no tokenizer': {
      change: () => rmSync(join(packFolder, 'tokenizer'), { recursive: true }),
      code: 'PACK_INCOMPLETE',
      names: /vocab\.json/,
    },
    'a vocabulary without its special tokens': {
      change: () => writeJson(join(packFolder, 'tokenizer', 'vocab.json'), { a: 0 }),
      code: 'MODEL_INVALID',
      names: /startoftext/,
    },
  };
  test.each(Object.entries(cases))('%s', async (_, { change, code, names }) => {
    change();
    await expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(names) });
  });
});

describe('components that do not fit each other', () => {
  const openEngine = () => Engine.open({ packFolder, device: 'cpu', cacheFolder });

  test('a U-Net with a text encoder of another width', async () => {
    rmSync(join(packFolder, 'unet'), { recursive: true });
    cpSync(join(import.meta.dirname, '../../../golden/graph/sd2/unet'), join(packFolder, 'unet'), {
      recursive: true,
    });
    await expect(openEngine()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/24 values per token, but the U-Net needs 32/),
    });
  });

  test('an SDXL U-Net without its second text encoder', async () => {
    rmSync(join(packFolder, 'unet'), { recursive: true });
    cpSync(join(import.meta.dirname, '../../../golden/graph/sdxl/unet'), join(packFolder, 'unet'), {
      recursive: true,
    });
    await expect(openEngine()).rejects.toMatchObject({
      code: 'PACK_INCOMPLETE',
      message: expect.stringMatching(/text_encoder_2/),
    });
  });

  test('a configuration that does not belong to its weights', async () => {
    const path = join(packFolder, 'unet', 'config.json');
    writeJson(path, { ...readJson(path), cross_attention_dim: 48 });
    await expect(openEngine()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/attn2/),
    });
  });

  test('but TAESD works in place of the autoencoder', async () => {
    rmSync(join(packFolder, 'vae'), { recursive: true });
    cpSync(join(import.meta.dirname, '../../../golden/graph/taesd'), join(packFolder, 'vae'), {
      recursive: true,
    });
    rmSync(join(packFolder, 'vae', 'vae.golden.safetensors'));
    expect(existsSync(join(packFolder, 'vae', 'config.json'))).toBe(true);
    const engine = await openEngine();
    const { autoencoder } = engine.models;
    const { tensor } = await import('../../../../electron/pipeline/tensor/tensor.ts');
    const latents = await autoencoder.encode(tensor(new Float32Array(3 * 32 * 32), [3, 32, 32]));
    expect(latents.dims).toEqual([4, 32 / autoencoder.downscale, 32 / autoencoder.downscale]);
    expect((await autoencoder.decode(latents)).dims).toEqual([3, 32, 32]);
    await engine.release();
  });
});
