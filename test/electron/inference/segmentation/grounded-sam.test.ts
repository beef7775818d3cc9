/**
 * Real Grounding DINO and SAM, as small random models (test/golden/segmentation/make_golden.py): inputs and processed
 * outputs are compared with transformers' processors in Python.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  openPhraseSegmenter,
  openPromptSegmenter,
} from '../../../../electron/inference/engine/preparation-models.ts';
import { chooseDevice, type EngineDevice } from '../../../../electron/inference/runtime/devices.ts';
import {
  GroundedSegmenter,
  GroundingDino,
} from '../../../../electron/inference/segmentation/grounded-sam.ts';
import { SamSegmenter } from '../../../../electron/inference/segmentation/sam-segmenter.ts';
import { disc } from '../disc-picture.ts';
import { temporaryFolder } from '../tiny-pack.ts';

const golden = join(import.meta.dirname, '../../../golden/segmentation');

interface SamCase {
  readonly size: [number, number];
  readonly input_points: [[number, number][]];
  readonly input_labels: [number[]];
  readonly input_boxes?: [[[number, number, number, number]]];
  readonly scores: number[];
  readonly areas: number[];
  readonly masks: string[];
}

const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as {
  readonly sam: Readonly<Record<'sam' | 'sam-boxes', SamCase>>;
  readonly groundingDino: {
    readonly phrase: string;
    readonly boxThreshold: number;
    readonly boxes: [number, number, number, number][];
    readonly scores: number[];
    readonly kept: number[];
  };
};

let root: string;
let device: EngineDevice;
beforeAll(async () => {
  root = temporaryFolder();
  device = await chooseDevice('cpu');
  cpSync(golden, root, { recursive: true });
  cpSync(join(root, 'sam/onnx/vision_encoder.onnx'), join(root, 'sam-boxes/onnx/vision_encoder.onnx'));
});
afterAll(() => rmSync(root, { recursive: true }));

function promptOf({ input_points: [points], input_labels: [labels], input_boxes: boxes }: SamCase) {
  const box = boxes?.[0][0];
  return {
    points: points.map(([x, y], index) => ({ x, y, isInside: labels[index] === 1 })),
    box: box === undefined ? null : { left: box[0], top: box[1], right: box[2], bottom: box[3] },
  };
}

describe.each(['sam', 'sam-boxes'] as const)('SAM, %s', (name) => {
  test('gives the masks and scores of transformers, best first', async () => {
    const segmenter = await SamSegmenter.open(join(root, name), device);
    try {
      const wanted = expected.sam[name];
      const proposals = await segmenter.segment(disc(64, 48), promptOf(wanted));
      const order = wanted.scores
        .map((_, index) => index)
        .sort((a, b) => wanted.scores[b]! - wanted.scores[a]!);
      expect(proposals.length).toBe(3);
      // Scores outside 0..1 are clamped, so equal ones may be in another order: compared as sets.
      for (const index of order) {
        const mask = [...wanted.masks[index]!].map(Number);
        const score = Math.min(Math.max(wanted.scores[index]!, 0), 1);
        const agreement = proposals.map((proposal) => {
          const differing = mask.filter((value, at) => value !== proposal.mask.data[at]).length;
          return Math.abs(proposal.score - score) < 1e-3 ? differing / mask.length : 1;
        });
        // Different libraries resize the pictures: a pixel at an outline may end up on the other side.
        expect(Math.min(...agreement), `mask ${index}`).toBeLessThan(0.01);
      }
      expect(proposals.map(({ score }) => score)).toEqual(
        proposals.map(({ score }) => score).toSorted((a, b) => b - a),
      );
      expect(proposals[0]!.mask.dims).toEqual([48, 64]);
    } finally {
      await segmenter.release();
    }
  });
});

describe('SAM', () => {
  test('caches the embedding of a picture: another click runs only the decoder', async () => {
    const segmenter = await SamSegmenter.open(join(root, 'sam'), device);
    try {
      const model = Reflect.get(await import('@huggingface/transformers'), 'SamModel').prototype;
      const encode = vi.spyOn(model, 'get_image_embeddings');
      const image = disc(80, 60);
      const at = (x: number) => ({ points: [{ x, y: 20, isInside: true }], box: null });
      await segmenter.segment(image, at(40));
      await segmenter.segment(image, at(10));
      expect(encode).toHaveBeenCalledTimes(1);
      await segmenter.segment(disc(96, 96), at(10));
      expect(encode).toHaveBeenCalledTimes(2);
      encode.mockRestore();
    } finally {
      await segmenter.release();
    }
  });

  test('emulates a box with points if its decoder takes none, and clips the mask to the box', async () => {
    const segmenter = await SamSegmenter.open(join(root, 'sam'), device);
    try {
      const box = { left: 30, top: 10, right: 66, bottom: 40 };
      for (const proposal of await segmenter.segment(disc(80, 60), { points: [], box })) {
        expect(proposal.box!.left).toBeGreaterThanOrEqual(30);
        expect(proposal.box!.right).toBeLessThanOrEqual(66);
        expect(proposal.box!.top).toBeGreaterThanOrEqual(10);
        expect(proposal.box!.bottom).toBeLessThanOrEqual(40);
      }
    } finally {
      await segmenter.release();
    }
  });

  test('uses a box directly if its decoder accepts boxes', async () => {
    const segmenter = await SamSegmenter.open(join(root, 'sam-boxes'), device);
    try {
      const box = { left: 30, top: 10, right: 66, bottom: 40 };
      expect((await segmenter.segment(disc(80, 60), { points: [], box })).length).toBeGreaterThan(0);
    } finally {
      await segmenter.release();
    }
  });

  test.each([
    ['a truncated model', 'onnx/vision_encoder.onnx', (bytes: Buffer) => bytes.subarray(0, 5000)],
    ['a model that is none', 'onnx/prompt_encoder_mask_decoder.onnx', () => Buffer.from('not a model')],
    ['another kind of model', 'config.json', () => Buffer.from('{"model_type":"bert"}')],
    ['a configuration that is none', 'config.json', () => Buffer.from('{')],
  ])('refuses %s', async (_, file, damage) => {
    const folder = join(root, 'damaged');
    cpSync(join(root, 'sam'), folder, { recursive: true });
    writeFileSync(join(folder, file), damage(readFileSync(join(folder, file))));
    await expect(SamSegmenter.open(folder, device)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    rmSync(folder, { recursive: true });
  });
});

describe('Grounding DINO', () => {
  const { phrase, boxThreshold, boxes, scores, kept } = expected.groundingDino;
  let dino: GroundingDino;
  beforeAll(async () => {
    dino = await GroundingDino.open(join(root, 'grounding-dino'), device);
  });
  afterAll(() => dino.release());
  const query = { phrase, boxThreshold, textThreshold: 0.25, overlapThreshold: 0.5 };

  test('gives the boxes and scores of transformers, without overlapping ones', async () => {
    const found = await dino.detect(disc(96, 96), { ...query, overlapThreshold: 1 });
    expect(found.length).toBe(boxes.length);
    const order = scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
    order.forEach((index, place) => {
      const [left, top, right, bottom] = boxes[index]!;
      const { box, score } = found[place]!;
      expect(Math.abs(score - scores[index]!)).toBeLessThan(1e-3);
      const wanted = { left, top, right, bottom };
      for (const side of ['left', 'top', 'right', 'bottom'] as const) {
        expect(Math.abs(box[side] - Math.min(Math.max(wanted[side], 0), 96))).toBeLessThan(0.05);
      }
    });
    const suppressed = await dino.detect(disc(96, 96), query);
    // Python suppresses before it clips the boxes to the picture: the numbers may differ, but the best box may not.
    expect(suppressed[0]).toEqual(found[0]);
    expect(suppressed.length).toBeLessThan(found.length);
    expect(kept[0]).toBe(order[0]);
  });

  test('ignores a period, capitals and spaces, and finds nothing above the highest score', async () => {
    const image = disc(96, 96);
    const plain = await dino.detect(image, query);
    expect(await dino.detect(image, { ...query, phrase: `  ${phrase.toUpperCase()}. ` })).toEqual(plain);
    expect(await dino.detect(image, { ...query, boxThreshold: 0.9999 })).toEqual([]);
  });

  test('with SAM gives a mask for each box', async () => {
    const sam = await SamSegmenter.open(join(root, 'sam-boxes'), device);
    const segmenter = new GroundedSegmenter(dino, sam);
    try {
      const { proposals, notices } = await segmenter.find(disc(96, 96), query);
      expect(proposals.length).toBeGreaterThan(0);
      expect(notices).toEqual([]);
      for (const { mask, score } of proposals) {
        expect(mask.dims).toEqual([96, 96]);
        expect(score).toBeGreaterThan(boxThreshold);
      }
      expect((await segmenter.find(disc(96, 96), { ...query, boxThreshold: 0.9999 })).proposals).toEqual([]);
      expect(segmenter.name).toBe('Grounding DINO and SAM');
    } finally {
      await sam.release();
    }
  });

  test('is found next to the pack, where the model store puts it', async () => {
    const store = join(root, 'store');
    cpSync(join(root, 'grounding-dino'), join(store, 'detector'), { recursive: true });
    cpSync(join(root, 'sam-boxes'), join(store, 'segmenter'), { recursive: true });
    const pack = join(store, 'blending');
    const sam = await openPromptSegmenter(pack, device, async () => undefined);
    const segmenter = await openPhraseSegmenter(pack, device, async () => sam);
    expect([sam.name, segmenter?.name]).toEqual(['SAM', 'Grounding DINO and SAM']);
    await segmenter?.release();
    await sam.release();
  });
});

test.each([
  [
    'onnx/model.onnx',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 690000000\n',
    /Git LFS/,
  ],
  ['preprocessor_config.json', '<!doctype html><title>Log in</title>', /web page/],
] as const)(
  'a detector with another kind of file as its %s says what that is',
  async (name, content, message) => {
    const folder = join(root, `foreign-${name.length}`);
    cpSync(join(golden, 'grounding-dino'), folder, { recursive: true });
    writeFileSync(join(folder, name), content);
    await expect(GroundingDino.open(folder, device)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(message),
    });
  },
);

test('nothing is ever downloaded', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  await expect(SamSegmenter.open(join(root, 'grounding-dino'), device)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
  rmSync(join(root, 'grounding-dino/tokenizer.json'));
  await expect(GroundingDino.open(join(root, 'grounding-dino'), device)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
  expect(fetched).not.toHaveBeenCalled();
  fetched.mockRestore();
});
