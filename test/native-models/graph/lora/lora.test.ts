/** LoRAs compared with diffusers with PEFT (test/golden/single-file/make_lora_golden.py), and what is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildComponentGraph,
  openCheckpoint,
  openLora,
  triggerWordsOf,
  withLoras,
} from '../../../../native-models/graph/index.ts';
import { goldenFolder, maxAbsoluteDifference } from '../golden-session.ts';
import { goldenNumbers, runPart } from '../single-file/run-part.ts';
import {
  type Family,
  fill,
  type Shapes,
  singleFileGoldens,
  type WrittenFile,
  writeModelFile,
  writeSingleFile,
} from '../single-file/single-file-models.ts';

const cases = JSON.parse(
  gunzipSync(readFileSync(join(singleFileGoldens, 'loras.json.gz'))).toString(),
) as Record<string, { family: Family; tensors: Shapes }>;
const { maxAbsoluteError: tolerance } = JSON.parse(
  readFileSync(join(singleFileGoldens, 'manifest.json'), 'utf8'),
) as { maxAbsoluteError: number };
const WEIGHT = 0.8;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lora-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A family's small checkpoint, written once. */
function modelOf(family: Family): string {
  const path = join(folder, `${family}.safetensors`);
  if (!existsSync(path)) writeSingleFile(path, family);
  return path;
}

/** Writes a LoRA with the golden files' values; its alphas are 2. */
function writeLora(name: string, tensors: Shapes, more: Partial<WrittenFile> = {}): string {
  const path = join(folder, `${name}.safetensors`);
  const values = Object.fromEntries(
    Object.entries(tensors).map(([tensor, shape]) => [
      tensor,
      tensor.endsWith('.alpha') ? [2] : [...fill(tensor, shape)],
    ]),
  );
  writeModelFile(path, { tensors, values, ...more });
  return path;
}

describe.each(Object.keys(cases))('%s matches diffusers with PEFT', (name) => {
  const { family, tensors } = cases[name]!;
  const parts = ['unet', 'text_encoder', ...(family === 'sdxl' ? ['text_encoder_2' as const] : [])] as const;
  const outputs = {
    unet: 'out_sample',
    text_encoder: 'last_hidden_state',
    text_encoder_2: 'last_hidden_state',
  };

  test.each(parts)('%s', async (part) => {
    const model = modelOf(family);
    const file = openLora(writeLora(name, tensors));
    const changed = withLoras(openCheckpoint(model), [{ file, weight: WEIGHT }]);
    const output = outputs[part];
    const result = (await runPart(changed, family, part, part))[output]!;
    const expected = goldenNumbers(name)(`${part}.${output}`);
    expect(maxAbsoluteDifference(result, expected)).toBeLessThanOrEqual(3 * tolerance);
  });
});

test('two LoRAs add up, and one of weight 0 changes nothing', async () => {
  const plain = openCheckpoint(modelOf('sd1'));
  const file = openLora(writeLora('sd1-kohya', cases['sd1-kohya']!.tensors));
  const run = async (...weights: number[]) => {
    const changed = withLoras(
      plain,
      weights.map((weight) => ({ file, weight })),
    );
    return (await runPart(changed, 'sd1', 'text_encoder', 'text_encoder')).last_hidden_state!;
  };
  const [none, zero, halves, whole] = [await run(), await run(0), await run(0.3, 0.5), await run(0.8)];
  expect(maxAbsoluteDifference(none, zero)).toBe(0);
  expect(maxAbsoluteDifference(halves, whole)).toBeLessThan(1e-5);
  expect(maxAbsoluteDifference(none, whole)).toBeGreaterThan(0.1);
});

test('a LoRA applies to a diffusers folder too, also in diffusers’ older naming', () => {
  const checkpoint = openCheckpoint(join(goldenFolder, 'sd1'));
  const weight = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0.weight';
  const [out, into] = checkpoint.components.get('unet')!.weightFiles[0]!.tensors.get(weight)!.shape;
  const module = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1';
  for (const [down, up] of [
    [`unet.${module}.to_out.0.lora_A.weight`, `unet.${module}.to_out.0.lora_B.weight`],
    [`unet.${module}.to_out.0.lora.down.weight`, `unet.${module}.to_out.0.lora.up.weight`],
    [
      `unet.${module}.to_out.0.lora_linear_layer.down.weight`,
      `unet.${module}.to_out.0.lora_linear_layer.up.weight`,
    ],
    [`unet.${module}.processor.to_out_lora.down.weight`, `unet.${module}.processor.to_out_lora.up.weight`],
    [
      `base_model.model.${module}.to_out.0.lora_A.weight`,
      `base_model.model.${module}.to_out.0.lora_B.weight`,
    ],
  ] as const) {
    const file = openLora(writeLora('names', { [down]: [2, into!], [up]: [out!, 2] }));
    const changed = withLoras(checkpoint, [{ file, weight: 1 }]);
    expect([...changed.components.get('unet')!.changes!.keys()], down).toEqual([weight]);
    expect(buildComponentGraph(changed, 'unet').unusedTensors).toEqual([]);
  }
});

describe('trigger words of a LoRA', () => {
  const wordsOf = (metadata: Record<string, string>) =>
    triggerWordsOf({ metadata: new Map(Object.entries(metadata)) });

  test('are the author’s, or else the most frequent tags of its training pictures', () => {
    const tags = JSON.stringify({ '10_a': { cat: 9, sky: 3 }, '5_b': { sky: 8 } });
    expect(wordsOf({ 'modelspec.trigger_phrase': 'sks cat, pixel', ss_tag_frequency: tags })).toEqual([
      'sks cat',
      'pixel',
    ]);
    expect(wordsOf({ ss_tag_frequency: tags })).toEqual(['sky', 'cat']);
    expect(wordsOf({ ss_tag_frequency: 'damaged' })).toEqual([]);
    expect(wordsOf({})).toEqual([]);
  });
});

describe('the error names what is refused:', () => {
  const open = (tensors: Shapes, more: Partial<WrittenFile> = {}) =>
    openLora(writeLora('style', tensors, more));
  const module = 'lora_unet_mid_block_attentions_0_proj_in';

  test.each([
    ['LoHa', `${module}.hada_w1_a`],
    ['LoKr', `${module}.lokr_w1`],
    ['DoRA', `${module}.dora_scale`],
    ['DoRA', 'unet.mid_block.to_q.lora_magnitude_vector'],
    ['LoCon in Tucker form', `${module}.lora_mid.weight`],
    ['GLoRA', `${module}.a1.weight`],
    ['a file of whole differences', `${module}.diff`],
  ])('%s by name', (name, tensor) => {
    const lora = { [`${module}.lora_down.weight`]: [2, 64], [`${module}.lora_up.weight`]: [64, 2] };
    expect(() => open({ ...lora, [tensor]: [2, 2] })).toThrow(`style.safetensors is ${name}`);
  });

  test('fp8, half of a pair, and a file that is no LoRA', () => {
    expect(() => open({ [`${module}.lora_down.weight`]: [2, 64] }, { smallFloats: 'F8_E4M3' })).toThrow(
      /F8_E4M3.*fp16/,
    );
    expect(() => open({ [`${module}.lora_down.weight`]: [2, 64] })).toThrow(/only one of the two factors/);
    expect(() => open({ 'conv_in.weight': [2, 64] })).toThrow(/which no LoRA/);
    expect(() => openLora(modelOf('sd1'))).toThrow(/single-file checkpoint/);
  });

  test('a LoRA for another model, and which one it was made for', () => {
    const checkpoint = openCheckpoint(join(goldenFolder, 'sd1'));
    const put = (tensors: Shapes, metadata: Record<string, string> = {}) =>
      withLoras(checkpoint, [{ file: open(tensors, { metadata }), weight: 1 }]);
    const absent = 'lora_unet_input_blocks_9_1_proj_in';
    expect(() =>
      put(
        { [`${absent}.lora_down.weight`]: [2, 64], [`${absent}.lora_up.weight`]: [64, 2] },
        { ss_base_model_version: 'sdxl_base_v1-0' },
      ),
    ).toThrow(
      /style\.safetensors does not fit this model: it was made for sdxl_base_v1-0.*input_blocks_9_1_proj_in/,
    );
    const wide = 'lora_unet_down_blocks_0_attentions_0_proj_in';
    expect(() =>
      put({ [`${wide}.lora_down.weight`]: [2, 999], [`${wide}.lora_up.weight`]: [999, 2] }),
    ).toThrow(/it was made for another model.*\[999,2\] times \[2,999\]; the weight is/);
  });
});
