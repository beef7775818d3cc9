/** Parity with diffusers and transformers in PyTorch; test/golden/graph/make_golden.py made the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ComponentMetadata,
  type ComponentName,
  cachedHiddenStatesInput,
  hiddenStatesOutput,
  kvSourceInput,
  openCheckpoint,
} from '../../../native-models/graph/index.ts';
import { readTensorAsFloat32 } from '../../../native-models/graph/safetensors-values.ts';
import {
  GoldenTensors,
  goldenFolder,
  maxAbsoluteDifference,
  type OpenComponent,
  openComponent,
  runComponent,
} from './golden-session.ts';

const manifest = JSON.parse(readFileSync(join(goldenFolder, 'manifest.json'), 'utf8')) as {
  tolerance: { maxAbsoluteError: number };
};
const tolerance = manifest.tolerance.maxAbsoluteError;
/** Eleven mantissa bits through some forty layers, with results of about unit size. */
const halfTolerance = 0.02;

const unetInputs = [
  'sample',
  'timestep',
  'encoder_hidden_states',
  'appearance_scale',
  'text_embeds',
  'time_ids',
];

/** The golden file's inputs for one latent size, with its sources in all layers, or in the up blocks only. */
function unetFeeds(
  golden: GoldenTensors,
  size: string,
  layers: 'all' | 'decoder' = 'all',
): Record<string, ort.Tensor> {
  const present = unetInputs.filter((name) => golden.names.includes(`${size}.${name}`));
  const source = golden.tensor(`${size}.kv_source`);
  return {
    ...Object.fromEntries(present.map((name) => [name, golden.tensor(`${size}.${name}`)])),
    ...sources(layers === 'all' ? source : ownSource(source.size), source),
  };
}

function sources(down: ort.Tensor, up: ort.Tensor): Record<string, ort.Tensor> {
  return { [kvSourceInput('down')]: down, [kvSourceInput('up')]: up };
}

/** Every row is its own source. */
function ownSource(rows: number): ort.Tensor {
  return new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
    [rows],
  );
}

function rowsOf(feed: Record<string, ort.Tensor>): number {
  return feed.sample!.dims[0]!;
}

describe.each(['sd1', 'sd2', 'sdxl', 'starter'])('UNet2DConditionModel, %s', (checkpoint) => {
  const golden = new GoldenTensors(checkpoint, 'unet');
  const sizes = golden.names.filter((name) => name.endsWith('.plain')).map((name) => name.split('.')[0]!);
  let unet: OpenComponent;
  beforeAll(async () => {
    unet = await openComponent(checkpoint, 'unet');
  });
  afterAll(() => unet.release());

  test.each(['all', 'decoder'] as const)('guided appearance attention, %s layers', async (layers) => {
    for (const size of sizes) {
      const result = await unet.run(unetFeeds(golden, size, layers));
      const expected = golden.numbers(`${size}.guided_${layers}`);
      expect(maxAbsoluteDifference(result.out_sample!, expected), size).toBeLessThanOrEqual(tolerance);
    }
  });

  test('a row that is its own source equals the unmodified model at any appearance_scale', async () => {
    for (const size of sizes) {
      const feed = unetFeeds(golden, size);
      const rows = rowsOf(feed);
      const own = { ...feed, ...sources(ownSource(rows), ownSource(rows)) };
      const withoutScale = new ort.Tensor('float32', new Float32Array(rows), [rows]);
      const result = await unet.run(own);
      const unscaled = await unet.run({ ...own, appearance_scale: withoutScale });
      const plain = golden.numbers(`${size}.plain`);
      expect(maxAbsoluteDifference(result.out_sample!, plain), size).toBeLessThanOrEqual(tolerance);
      expect(result.out_sample).toEqual(unscaled.out_sample);
    }
  });

  // Rows are kept alike in all of them, and half precision takes longest on a processor.
  test.each(checkpoint === 'sd2' ? (['float32', 'float16'] as const) : (['float32'] as const))(
    'a row kept from an earlier call serves as one of the same call, %s',
    async (precision) => {
      const opened = precision === 'float32' ? unet : await openComponent(checkpoint, 'unet', { precision });
      const feed = unetFeeds(golden, sizes[0]!);
      const rows = rowsOf(feed);
      // The first call caches every row's states and changes nothing else; in the last, every source is a cached row.
      const kept = await opened.run({ ...feed, keep: ownSource(rows) });
      const inOneCall = await opened.run(feed);
      expect(kept.out_sample).toEqual(inOneCall.out_sample);
      const { guidedLayers } = opened.graph.metadata as ComponentMetadata<'unet'>;
      const states = guidedLayers.map(({ path, channels }) => {
        const values = kept[hiddenStatesOutput(path)]!;
        return [
          cachedHiddenStatesInput(path),
          new ort.Tensor('float32', values, [rows, values.length / rows / channels, channels]),
        ];
      });
      const sourceRows = feed[kvSourceInput('up')]!.data as BigInt64Array;
      const fromKept = new ort.Tensor(
        'int64',
        sourceRows.map((source) => source + BigInt(rows)),
        [rows],
      );
      const result = await opened.run({
        ...feed,
        ...Object.fromEntries(states),
        ...sources(fromKept, fromKept),
      });
      expect(result.out_sample).toEqual(inOneCall.out_sample);
      if (opened !== unet) await opened.release();
    },
  );

  test('half precision stays close', async () => {
    const feeds = sizes.map((size) => unetFeeds(golden, size));
    const results = await runComponent(checkpoint, 'unet', feeds, { precision: 'float16' });
    for (const [i, size] of sizes.entries()) {
      const expected = golden.numbers(`${size}.guided_all`);
      expect(maxAbsoluteDifference(results[i]!.out_sample!, expected), size).toBeLessThanOrEqual(
        halfTolerance,
      );
    }
  });
});

describe.each([
  ['sd1', 'vae'],
  ['sd2', 'vae'],
  ['sdxl', 'vae'],
  ['taesd', 'vae'],
])('autoencoder, %s', (checkpoint, component) => {
  const golden = new GoldenTensors(checkpoint, component);

  test('encoder', async () => {
    const [result] = await runComponent(checkpoint, 'vae_encoder', [{ image: golden.tensor('image') }]);
    expect(maxAbsoluteDifference(result!.latent!, golden.numbers('mean'))).toBeLessThanOrEqual(tolerance);
    if (golden.names.includes('logvar')) {
      const difference = maxAbsoluteDifference(result!.latent_logvar!, golden.numbers('logvar'));
      expect(difference).toBeLessThanOrEqual(tolerance);
    }
  });

  test('decoder', async () => {
    const [result] = await runComponent(checkpoint, 'vae_decoder', [{ latent: golden.tensor('latent') }]);
    expect(maxAbsoluteDifference(result!.image!, golden.numbers('decoded'))).toBeLessThanOrEqual(tolerance);
  });

  test('half precision stays close', async () => {
    const half = { precision: 'float16' } as const;
    const [encoded] = await runComponent(
      checkpoint,
      'vae_encoder',
      [{ image: golden.tensor('image') }],
      half,
    );
    const [decoded] = await runComponent(
      checkpoint,
      'vae_decoder',
      [{ latent: golden.tensor('latent') }],
      half,
    );
    expect(maxAbsoluteDifference(encoded!.latent!, golden.numbers('mean'))).toBeLessThanOrEqual(
      halfTolerance,
    );
    expect(maxAbsoluteDifference(decoded!.image!, golden.numbers('decoded'))).toBeLessThanOrEqual(
      halfTolerance,
    );
  });
});

describe.each<[string, ComponentName, string]>([
  ['sd1', 'text_encoder', 'pooled'],
  ['sd2', 'text_encoder', 'pooled'],
  ['sdxl', 'text_encoder_2', 'text_embeds'],
])('text encoder, %s', (checkpoint, component, pooledName) => {
  test('all outputs', async () => {
    const golden = new GoldenTensors(checkpoint, component);
    const [result] = await runComponent(checkpoint, component, [{ input_ids: golden.tensor('input_ids') }]);
    for (const name of ['last_hidden_state', 'penultimate_hidden_state', pooledName]) {
      expect(maxAbsoluteDifference(result![name]!, golden.numbers(name)), name).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });
});

describe.each<[string, ComponentName, string]>([
  ['sd1', 'text_encoder', 'pooled'],
  ['sd2', 'text_encoder', 'pooled'],
  ['sdxl', 'text_encoder_2', 'text_embeds'],
])('vectors in place of tokens, %s %s', (checkpoint, component, pooledName) => {
  test('of the vocabulary’s own rows give what its tokens give', async () => {
    const { weightFiles, config } = openCheckpoint(join(goldenFolder, checkpoint)).components.get(
      component as 'text_encoder',
    )!;
    const file = weightFiles[0]!;
    const name = [...file.tensors.keys()].find((tensor) => tensor.endsWith('token_embedding.weight'))!;
    const [words, width] = file.tensors.get(name)!.shape as [number, number];
    const table = readTensorAsFloat32(file, name);
    const row = (id: number) => table.subarray(id * width, (id + 1) * width);
    const vectors = new ort.Tensor('float32', Float32Array.from([...row(7), ...row(11)]), [2, width]);
    const eos = Number(config.eos_token_id ?? 49407);
    // Old configurations have 2, and their classes take the highest id for the end.
    const end = eos === 2 || eos >= words ? words - 1 : eos;
    const ids = (values: number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const own = ids([3, 7, 5, 11, end, 0]);
    const given = ids([3, words, 5, words + 1, end, 0]);
    const [expected, found] = await runComponent(
      checkpoint,
      component,
      [own, given].map((input_ids) => ({ input_ids, extra_vectors: vectors })),
      { takesVectors: true },
    );
    const [plain] = await runComponent(checkpoint, component, [{ input_ids: own }]);
    for (const output of ['last_hidden_state', 'penultimate_hidden_state', pooledName]) {
      expect(maxAbsoluteDifference(found![output]!, expected![output]!), output).toBe(0);
      expect(maxAbsoluteDifference(expected![output]!, plain![output]!), output).toBeLessThanOrEqual(1e-6);
    }
  });
});
