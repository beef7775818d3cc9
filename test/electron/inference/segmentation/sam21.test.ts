/**
 * The real SAM 2.1 as a small random model (test/golden/segmentation/make_sam21.py): masks and scores are compared with
 * transformers' Sam2Model and Sam2Processor in Python.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openPromptSegmenter } from '../../../../electron/inference/engine/preparation-models.ts';
import { chooseDevice, type EngineDevice } from '../../../../electron/inference/runtime/devices.ts';
import { SamSegmenter } from '../../../../electron/inference/segmentation/sam-segmenter.ts';
import { disc } from '../disc-picture.ts';
import { temporaryFolder } from '../tiny-pack.ts';

const golden = join(import.meta.dirname, '../../../golden/segmentation');

interface Case {
  readonly input_points?: [[[number, number][]]];
  readonly input_labels?: [[number[]]];
  readonly input_boxes?: [[[number, number, number, number]]];
  readonly scores: number[];
  readonly masks: string[];
}

const { size, cases } = JSON.parse(readFileSync(join(golden, 'expected-sam21.json'), 'utf8')) as {
  readonly size: [width: number, height: number];
  readonly cases: Readonly<Record<'points' | 'box' | 'both', Case>>;
};

let root: string;
let device: EngineDevice;
let segmenter: SamSegmenter;
beforeAll(async () => {
  root = temporaryFolder();
  device = await chooseDevice('cpu');
  segmenter = await SamSegmenter.open(join(golden, 'sam21'), device);
});
afterAll(async () => {
  await segmenter.release();
  rmSync(root, { recursive: true });
});

function promptOf({ input_points: points, input_labels: labels, input_boxes: boxes }: Case) {
  const box = boxes?.[0][0];
  return {
    points: (points?.[0][0] ?? []).map(([x, y], index) => ({ x, y, isInside: labels![0][0][index] === 1 })),
    box: box === undefined ? null : { left: box[0], top: box[1], right: box[2], bottom: box[3] },
  };
}

test.each(['points', 'box', 'both'] as const)(
  'gives the masks and scores of transformers, best first: %s',
  async (name) => {
    const wanted = cases[name];
    const proposals = await segmenter.segment(disc(...size), promptOf(wanted));
    expect(proposals).toHaveLength(3);
    const order = [0, 1, 2].sort((a, b) => wanted.scores[b]! - wanted.scores[a]!);
    for (const [place, index] of order.entries()) {
      const { mask, score } = proposals[place]!;
      expect(score).toBeCloseTo(wanted.scores[index]!, 4);
      expect(mask.dims).toEqual([size[1], size[0]]);
      const differing = [...wanted.masks[index]!].filter((value, at) => Number(value) !== mask.data[at]);
      // Only at the outlines: one library enlarges the masks in one step, the other in two.
      expect(differing.length / mask.data.length, `mask ${index}`).toBeLessThan(0.01);
    }
  },
);

test('a picture with another aspect ratio gets masks of its own size, and its embedding is cached', async () => {
  const model = Reflect.get(await import('@huggingface/transformers'), 'Sam2Model').prototype;
  const encode = vi.spyOn(model, 'get_image_embeddings');
  const image = disc(96, 40);
  const [first] = await segmenter.segment(image, { points: [{ x: 57, y: 16, isInside: true }], box: null });
  await segmenter.segment(image, { points: [], box: { left: 45, top: 5, right: 70, bottom: 28 } });
  expect(first!.mask.dims).toEqual([40, 96]);
  expect(encode).toHaveBeenCalledTimes(1);
  encode.mockRestore();
});

test('is preferred to an older SAM next to the pack', async () => {
  cpSync(join(golden, 'sam21'), join(root, 'segmenter-sam21'), { recursive: true });
  cpSync(join(golden, 'sam'), join(root, 'segmenter'), { recursive: true });
  const found = await openPromptSegmenter(join(root, 'blending'), device, async () => undefined);
  expect(found.name).toBe('SAM 2.1');
  await found.release();
});

test('a truncated decoder is refused', async () => {
  const folder = join(root, 'damaged');
  cpSync(join(golden, 'sam21'), folder, { recursive: true });
  const path = join(folder, 'onnx/prompt_encoder_mask_decoder.onnx');
  writeFileSync(path, readFileSync(path).subarray(0, 9000));
  await expect(SamSegmenter.open(folder, device)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
