/** Names of published models, as their makers write them. */
import { expect, test } from 'vitest';
import { assertInvertible, distillationOf } from '../../../../electron/inference/packs/distilled-model.ts';
import type { Checkpoint } from '../../../../native-models/graph/index.ts';

const nothingInside: Checkpoint = { folder: '', components: new Map() };

test.each([
  ['sd_xl_turbo_1.0_fp16', 'turbo'],
  ['sdxl_lightning_4step', 'lightning'],
  ['DreamShaperXL_Lightning-SFW', 'Lightning'],
  ['Hyper-SDXL-8steps-CFG-lora', 'Hyper-SDXL'],
  ['LCM_Dreamshaper_v7', 'LCM'],
  ['dmd2_sdxl_4step', 'dmd2'],
])('%s is distilled', (name, word) => {
  expect(distillationOf(name, nothingInside)).toBe(word);
});

test.each(['sd_xl_base_1.0', 'realisticVisionV51', 'turbovision', 'v1-5-pruned-emaonly', 'hyperrealism_v3'])(
  '%s is not',
  (name) => {
    expect(distillationOf(name, nothingInside)).toBeUndefined();
  },
);

test('is recognised by the file and by its title too', () => {
  const weights = { path: '', tensors: new Map(), metadata: new Map([['modelspec.title', 'SDXL Turbo']]) };
  const component = { folder: '', className: '', config: {}, weightFiles: [weights] };
  expect(distillationOf('mine', { folder: '', components: new Map([['unet', component]]) })).toBe('Turbo');
  const singleFile = {
    path: '/models/sdxl-lightning.safetensors',
    family: 'sdxl',
    predictionType: 'epsilon',
    zeroTerminalSnr: false,
  } as const;
  expect(distillationOf('mine', { ...nothingInside, singleFile })).toBe('lightning');
});

test('neither it nor a LoRA that distils another model can invert', () => {
  const pack = { name: 'sd_xl_base_1.0', checkpoint: nothingInside, loras: [{ name: 'pixel-art' }] };
  assertInvertible(pack);
  expect(() => assertInvertible({ ...pack, name: 'sd_xl_turbo_1.0' })).toThrow(
    expect.objectContaining({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/^The model "sd_xl_turbo_1.0" is called “turbo”.*Use the base model/),
    }),
  );
  expect(() => assertInvertible({ ...pack, loras: [{ name: 'lcm-lora-sdxl' }] })).toThrow(
    /^The LoRA "lcm-lora-sdxl" is called “lcm”/,
  );
});
