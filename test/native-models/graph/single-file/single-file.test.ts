/**
 * Single files of every family compared with diffusers' from_single_file (test/golden/single-file), and what is
 * refused.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildComponentGraph,
  type ComponentName,
  openCheckpoint,
} from '../../../../native-models/graph/index.ts';
import { openSafetensors } from '../../../../native-models/graph/safetensors.ts';
import { maxAbsoluteDifference } from '../golden-session.ts';
import { goldenNumbers, runPart } from './run-part.ts';
import {
  type Family,
  familyTensors,
  singleFileGoldens,
  writeModelFile,
  writeSingleFile,
} from './single-file-models.ts';

const { maxAbsoluteError: tolerance } = JSON.parse(
  readFileSync(join(singleFileGoldens, 'manifest.json'), 'utf8'),
) as { maxAbsoluteError: number };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'single-file-'));
  for (const family of ['sd1', 'sd2', 'sdxl'] as const) {
    writeSingleFile(join(folder, `${family}.safetensors`), family);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const pathOf = (family: Family) => join(folder, `${family}.safetensors`);

const texts: [Family, 'text_encoder' | 'text_encoder_2', string[]][] = [
  ['sd1', 'text_encoder', ['last_hidden_state']],
  ['sd2', 'text_encoder', ['last_hidden_state']],
  ['sdxl', 'text_encoder', ['penultimate_hidden_state']],
  ['sdxl', 'text_encoder_2', ['penultimate_hidden_state', 'text_embeds']],
];

const families = ['sd1', 'sd2', 'sdxl'] as const;

describe('matches diffusers’ from_single_file', () => {
  /** Largest difference from diffusers' output. */
  async function difference(
    family: Family,
    component: ComponentName,
    tag: string,
    names: Record<string, string>,
  ) {
    const checkpoint = openCheckpoint(pathOf(family));
    const outputs = await runPart(checkpoint, family, component, tag);
    const expected = goldenNumbers(family);
    const each = Object.entries(names).map(([output, name]) =>
      maxAbsoluteDifference(outputs[output]!, expected(`${tag}.${name}`)),
    );
    return Math.max(...each);
  }

  test.each(families)('the U-Net of %s', async (family) => {
    const names = { out_sample: 'out_sample' };
    expect(await difference(family, 'unet', 'unet', names)).toBeLessThanOrEqual(tolerance);
  });

  test.each(families)('the autoencoder of %s', async (family) => {
    expect(await difference(family, 'vae_encoder', 'vae', { latent: 'latent' })).toBeLessThanOrEqual(
      tolerance,
    );
    expect(await difference(family, 'vae_decoder', 'vae', { image: 'decoded' })).toBeLessThanOrEqual(
      tolerance,
    );
  });

  test.each(texts)('%s, %s', async (family, component, outputs) => {
    const names = Object.fromEntries(outputs.map((name) => [name, name]));
    expect(await difference(family, component, component, names)).toBeLessThanOrEqual(tolerance);
  });

  test.each(families)('every tensor of %s has its place', (family) => {
    const checkpoint = openCheckpoint(pathOf(family));
    for (const component of ['unet', 'vae_encoder', 'vae_decoder', 'text_encoder'] as const) {
      expect(buildComponentGraph(checkpoint, component).unusedTensors, component).toEqual([]);
    }
  });
});

test('nothing is copied: the graphs refer to the file itself', () => {
  const checkpoint = openCheckpoint(pathOf('sd2'));
  for (const component of ['unet', 'vae_decoder', 'text_encoder'] as const) {
    const { externalFiles } = buildComponentGraph(checkpoint, component);
    expect(externalFiles).toEqual([pathOf('sd2')]);
  }
  const { tensors } = openSafetensors(pathOf('sd2'));
  const fused = tensors.get('cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight')!;
  const view = checkpoint.components.get('text_encoder')!.weightFiles[0]!.tensors;
  const keys = view.get('text_model.encoder.layers.0.self_attn.k_proj.weight')!;
  expect(keys.shape).toEqual([128, 128]);
  expect(keys.fileOffset).toBe(fused.fileOffset + fused.byteLength / 3);
});

describe('the prediction type comes from', () => {
  const open = (
    name: string,
    family: Family,
    metadata?: Record<string, string>,
    extra: Record<string, number[]> = {},
  ) => {
    const path = join(folder, name);
    writeSingleFile(path, family, {
      dtype: 'F16',
      values: {},
      ...(metadata && { metadata }),
      tensors: { ...familyTensors(family).tensors, ...extra },
    });
    return openCheckpoint(path);
  };

  test('metadata', () => {
    const checkpoint = open('stated.safetensors', 'sd2', { 'modelspec.prediction_type': 'v' });
    expect(checkpoint.singleFile).toMatchObject({ family: 'sd2', predictionType: 'v_prediction' });
    expect(checkpoint.components.get('unet')!.config.sample_size).toBe(96);
  });

  test('an LDM configuration next to the file', () => {
    writeFileSync(join(folder, 'beside.yaml'), 'model:\n  params:\n    parameterization: "v"\n');
    expect(open('beside.safetensors', 'sd2').singleFile!.predictionType).toBe('v_prediction');
    writeFileSync(join(folder, 'beside.yaml'), 'model:\n  params:\n    linear_start: 0.00085\n');
    expect(openCheckpoint(join(folder, 'beside.safetensors')).singleFile!.predictionType).toBe('epsilon');
  });

  test('SDXL’s marker tensors, which also say that the schedule ends without signal', () => {
    const { singleFile } = open('marked.safetensors', 'sdxl', undefined, { v_pred: [1], ztsnr: [1] });
    expect(singleFile).toMatchObject({
      family: 'sdxl',
      predictionType: 'v_prediction',
      zeroTerminalSnr: true,
    });
  });

  test('the spread of a bias, for SD 2.x', () => {
    const spreadBy = (value: number) => {
      const path = join(folder, 'spread.safetensors');
      const name = 'model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias';
      const values = { [name]: Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? value : -value)) };
      writeSingleFile(path, 'sd2', { dtype: 'F16', values });
      return openCheckpoint(path).singleFile!.predictionType;
    };
    expect([spreadBy(0.08), spreadBy(0.1)]).toEqual(['epsilon', 'v_prediction']);
    expect(openCheckpoint(pathOf('sd1')).singleFile).toMatchObject({
      family: 'sd1',
      predictionType: 'epsilon',
    });
  });
});

describe('a folder', () => {
  test('with one single file is that checkpoint; with several, the error asks which one', () => {
    const inner = mkdtempSync(join(folder, 'inner-'));
    writeSingleFile(join(inner, 'one.safetensors'), 'sd1', { values: {} });
    expect(openCheckpoint(inner).singleFile!.path).toBe(join(inner, 'one.safetensors'));
    writeSingleFile(join(inner, 'two.safetensors'), 'sd1', { values: {} });
    expect(() => openCheckpoint(inner)).toThrow(/several checkpoints \(one\.safetensors, two\.safetensors\)/);
  });
});

const only = (family: Family, keep: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(familyTensors(family).tensors).filter(([name]) => keep(name)));

describe('the error names what is refused:', () => {
  test('8-bit floats', () => {
    const path = join(folder, 'small.safetensors');
    writeModelFile(path, { ...familyTensors('sd1'), smallFloats: 'F8_E4M3' });
    expect(() => openCheckpoint(path)).toThrow(/8-bit floating point.*fp16, bf16 or fp32/);
  });

  test('SDXL’s refiner', () => {
    const path = join(folder, 'refiner.safetensors');
    const tensors = Object.fromEntries(
      Object.entries(familyTensors('sdxl').tensors)
        .filter(([name]) => !name.startsWith('conditioner.embedders.0'))
        .map(([name, shape]) => [name.replace('embedders.1', 'embedders.0'), shape]),
    );
    writeModelFile(path, { tensors, values: {} });
    expect(() => openCheckpoint(path)).toThrow(/refiner\.safetensors is the refiner of SDXL/);
  });

  test('EDM schedules and unCLIP', () => {
    const edm = join(folder, 'playground.safetensors');
    writeSingleFile(edm, 'sdxl', {
      values: {},
      tensors: { ...familyTensors('sdxl').tensors, edm_mean: [4] },
    });
    expect(() => openCheckpoint(edm)).toThrow(/EDM schedule/);
    const unclip = join(folder, 'unclip.safetensors');
    writeSingleFile(unclip, 'sd2', {
      values: {},
      tensors: { ...familyTensors('sd2').tensors, 'model.diffusion_model.label_emb.0.0.weight': [4, 4] },
    });
    expect(() => openCheckpoint(unclip)).toThrow(/unCLIP/);
  });

  test('a missing part, once it is requested', () => {
    const path = join(folder, 'bare.safetensors');
    writeModelFile(path, {
      values: {},
      tensors: only('sd1', (name) => name.startsWith('model.diffusion_model.')),
    });
    const checkpoint = openCheckpoint(path);
    expect(checkpoint.singleFile!.family).toBe('sd1');
    expect(() => buildComponentGraph(checkpoint, 'vae_decoder')).toThrow(/has no autoencoder \(vae\) in it/);
    expect(() => buildComponentGraph(checkpoint, 'text_encoder')).toThrow(/has no text encoder/);
  });

  test('a tensor that the architecture has no place for', () => {
    const path = join(folder, 'more.safetensors');
    const name = 'model.diffusion_model.output_blocks.0.5.gate';
    writeSingleFile(path, 'sd1', { values: {}, tensors: { ...familyTensors('sd1').tensors, [name]: [1] } });
    expect(buildComponentGraph(openCheckpoint(path), 'unet').unusedTensors).toEqual([
      'output_blocks.0.5.gate',
    ]);
  });
});
