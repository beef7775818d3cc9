/**
 * Files that published repositories have next to their weights, verbatim (test/golden/published/README.md): schedules,
 * tokenizers and model indexes are read as diffusers and transformers read them.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasZerosForEmptyPrompt } from '../../../../electron/inference/diffusion/open-conditioner.ts';
import { openModelPack } from '../../../../electron/inference/packs/model-pack.ts';
import { parseNoiseSchedule } from '../../../../electron/inference/packs/noise-schedule-config.ts';
import { openTokenizer } from '../../../../electron/inference/packs/pack-tokenizer.ts';
import { alphasCumprod } from '../../../../electron/pipeline/schedulers/noise-schedule.ts';
import { makeTinyPack, temporaryFolder, writeJson } from '../tiny-pack.ts';

const publishedFolder = join(import.meta.dirname, '../../../golden/published');
const clipVocabulary = join(import.meta.dirname, '../../../../native-models/packs/clip-vocabulary');
const repositories = [
  'stable-diffusion-v1-5',
  'stable-diffusion-2-1-base',
  'stable-diffusion-2-1',
  'stable-diffusion-inpainting',
  'stable-diffusion-xl-base-1.0',
  'realistic-vision-v5.1',
] as const;
const readPublished = (path: string): unknown =>
  JSON.parse(readFileSync(join(publishedFolder, path), 'utf8'));
const unpack = (name: string) => gunzipSync(readFileSync(join(clipVocabulary, `${name}.gz`))).toString();
const vocabulary = unpack('vocab.json');
const merges = unpack('merges.txt');

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(() => rmSync(root, { recursive: true }));

test.each(repositories)('the schedule of %s', (repository) => {
  const schedule = parseNoiseSchedule(readPublished(`${repository}/scheduler/scheduler_config.json`), 'x');
  expect(schedule).toEqual({
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
    trainSteps: 1000,
    stepsOffset: 1,
    predictionType: repository === 'stable-diffusion-2-1' ? 'v_prediction' : 'epsilon',
    rescaleZeroSnr: false,
  });
  expect(alphasCumprod(schedule)[999]).toBeCloseTo(0.004660098513077238, 12);
});

test('model indexes: without a statement, an empty negative prompt means zeros, as in diffusers', async () => {
  expect(await hasZerosForEmptyPrompt(root)).toBe(true);
  for (const repository of repositories) {
    expect(await hasZerosForEmptyPrompt(join(publishedFolder, repository)), repository).toBe(true);
  }
  writeJson(join(root, 'model_index.json'), { force_zeros_for_empty_prompt: false });
  expect(await hasZerosForEmptyPrompt(root)).toBe(false);
});

describe('tokenizers', () => {
  const noCheckpoint = { folder: '', components: new Map() };
  /** SD 2.x pads with "!", as only its special_tokens_map.json states; transformers gives that file precedence. */
  const [endOfText, exclamation] = [49407, 0];

  function tokenizerFolder(repository: string, which: string): string {
    cpSync(join(publishedFolder, repository, which), join(root, which), { recursive: true });
    return join(root, which);
  }

  function writeWords(folder: string): void {
    writeFileSync(join(folder, 'vocab.json'), vocabulary);
    writeFileSync(join(folder, 'merges.txt'), merges);
  }

  test.each([
    ['stable-diffusion-v1-5', 'tokenizer', endOfText],
    ['stable-diffusion-2-1-base', 'tokenizer', exclamation],
    ['stable-diffusion-2-1', 'tokenizer', exclamation],
    ['stable-diffusion-inpainting', 'tokenizer', endOfText],
    ['stable-diffusion-xl-base-1.0', 'tokenizer', endOfText],
    ['stable-diffusion-xl-base-1.0', 'tokenizer_2', exclamation],
    ['realistic-vision-v5.1', 'tokenizer', endOfText],
  ] as const)('%s/%s', async (repository, which, pad) => {
    writeWords(tokenizerFolder(repository, which));
    const tokenize = await openTokenizer(root, noCheckpoint, which);
    // "a photo of an astronaut" in every CLIP tokenizer.
    const words = [320, 1125, 539, 550, 18376];
    const ids = [49406, ...words, 49407];
    expect(tokenize('a photo of an astronaut')).toEqual({
      ids: [...ids, ...new Array<number>(77 - ids.length).fill(pad)],
      content: words,
      droppedTokens: 0,
    });
  });

  /** As transformers writes it: version, added tokens, and the two lists within `model`. */
  function tokenizerJson(asPairs: boolean, changes: Record<string, unknown> = {}): unknown {
    const {
      '<|startoftext|>': start,
      '<|endoftext|>': end,
      ...vocab
    } = JSON.parse(vocabulary) as Record<string, number>;
    const lines = merges.split('\n').filter((line) => line !== '' && !line.startsWith('#version'));
    return {
      version: '1.0',
      added_tokens: [
        { id: start, content: '<|startoftext|>', special: true, normalized: false },
        { id: end, content: '<|endoftext|>', special: true, normalized: false },
      ],
      model: {
        type: 'BPE',
        unk_token: '<|endoftext|>',
        end_of_word_suffix: '</w>',
        vocab,
        merges: asPairs ? lines.map((line) => line.split(' ')) : lines,
        ...changes,
      },
    };
  }

  const prompts = [
    '',
    'a photo of a cat',
    'A  PHOTO\tof\na   Cat!!!',
    "it's the dog's bowl, isn't it? they'll've",
    'naïve café, Ünïcödé, 東京の猫, 고양이 한 마리, Кошка',
    '👩‍🚀 on the 🌙 — “quoted” … ½ ² ﬁ',
    '3.14159, 1,000,000 and 2026-11-28; C++/C#',
    '<|startoftext|>hello<|endoftext|> world',
    '! !! a! !',
    'word '.repeat(100),
    'antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis',
    'http://example.com/a_b?c=d&e=f <lora:style:0.8> (masterpiece:1.2)',
  ];

  test.each([
    ['stable-diffusion-v1-5, pairs as strings', 'stable-diffusion-v1-5', false],
    ['stable-diffusion-2-1-base, pairs as lists', 'stable-diffusion-2-1-base', true],
  ])(
    'tokenizer.json alone gives the ids of vocab.json and merges.txt: %s',
    async (_, repository, asPairs) => {
      const folder = tokenizerFolder(repository, 'tokenizer');
      writeWords(folder);
      const expected = await openTokenizer(root, noCheckpoint);
      rmSync(join(folder, 'vocab.json'));
      writeJson(join(folder, 'tokenizer.json'), tokenizerJson(asPairs));
      for (const left of ['merges.txt', undefined]) {
        if (left === undefined) rmSync(join(folder, 'merges.txt'));
        const tokenize = await openTokenizer(root, noCheckpoint);
        for (const prompt of prompts) expect(tokenize(prompt), prompt).toEqual(expected(prompt));
      }
      rmSync(folder, { recursive: true });
    },
  );

  test('files of another tokenizer are refused with a sentence', async () => {
    const folder = join(root, 'tokenizer');
    mkdirSync(folder);
    writeJson(join(folder, 'tokenizer.json'), tokenizerJson(false, { type: 'Unigram', merges: undefined }));
    await expect(openTokenizer(root, noCheckpoint)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/tokenizer\.json is not CLIP’s byte-pair tokenizer/),
    });
    writeWords(folder);
    writeJson(join(folder, 'tokenizer_config.json'), { pad_token: 5 });
    await expect(openTokenizer(root, noCheckpoint)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/pad_token.*tokenizer_config\.json/),
    });
    writeJson(join(folder, 'tokenizer_config.json'), { pad_token: null, model_max_length: 77 });
    expect((await openTokenizer(root, noCheckpoint))('a').ids.at(-1)).toBe(endOfText);
  });
});

describe('schedules of every kind', () => {
  const published = readPublished('stable-diffusion-v1-5/scheduler/scheduler_config.json') as object;
  const parse = (changes: Record<string, unknown>) =>
    parseNoiseSchedule(JSON.parse(JSON.stringify({ ...published, ...changes })), 'scheduler_config.json');

  test.each<[Record<string, unknown>, object]>([
    [{ steps_offset: 0 }, { stepsOffset: 1 }],
    [{ steps_offset: undefined }, { stepsOffset: 1 }],
    [{ num_train_timesteps: undefined, trained_betas: undefined }, { trainSteps: 1000 }],
    [{ prediction_type: undefined }, { predictionType: 'epsilon' }],
    [{ rescale_betas_zero_snr: true, prediction_type: 'v_prediction' }, { rescaleZeroSnr: true }],
    [
      { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'trailing', set_alpha_to_one: true },
      { stepsOffset: 1 },
    ],
  ])('%j is accepted', (changes, expected) => {
    expect(parse(changes)).toMatchObject(expected);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [
      { beta_schedule: 'squaredcos_cap_v2' },
      /beta_schedule "squaredcos_cap_v2" is not supported.*scaled_linear/,
    ],
    [{ prediction_type: 'sample' }, /prediction_type "sample" is not supported.*v_prediction/],
    [{ trained_betas: [0.1, 0.2] }, /trained_betas lists its own betas/],
    [{ beta_start: undefined }, /beta_start is missing/],
    [{ beta_end: 1 }, /beta_end must lie between 0 and 1/],
    [{ beta_end: '0.012' }, /beta_end must lie between 0 and 1/],
    [{ beta_end: 0.5, beta_schedule: 'linear' }, /leave no signal at the last of 1000/],
    [{ num_train_timesteps: 1 }, /num_train_timesteps/],
    [{ rescale_betas_zero_snr: true }, /rescale_betas_zero_snr.*v_prediction/],
    [{ _class_name: 'FlowMatchEulerDiscreteScheduler' }, /FlowMatch.*choose a checkpoint/],
  ])('%j is refused with a sentence', (changes, message) => {
    expect(() => parse(changes)).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(message) }),
    );
  });

  test.each([null, [], 'text', 5])('%j is refused', (config) => {
    expect(() => parseNoiseSchedule(config, 'scheduler_config.json')).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });
});

test('an inpainting checkpoint is refused with a sentence before its weights are read', async () => {
  const pack = makeTinyPack(root);
  cpSync(
    join(publishedFolder, 'stable-diffusion-inpainting/unet/config.json'),
    join(pack, 'unet/config.json'),
  );
  const done: number[] = [];
  const opening = openModelPack(pack, {
    cacheFolder: join(root, 'cache'),
    onProgress: (at) => done.push(at),
  });
  await expect(opening).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringMatching(
      /has 9 input and 4 output channels: an inpainting checkpoint, which cannot blend.*Choose/,
    ),
  });
  expect(done).toEqual([]);
});
