import { beforeEach, expect, test } from 'vitest';
import { KnownSubjectSegmenter } from '../../../../electron/inference/segmentation/known-subject-segmenter.ts';
import type {
  MaskPrompt,
  MaskProposal,
  PhraseSegmenter,
  PromptSegmenter,
} from '../../../../electron/pipeline/preparation-ports.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const SIDE = 8;

/** The columns from `left` to before `right`. */
function columns(left: number, right: number, score = 0.9): MaskProposal {
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, at) =>
    Number(at % SIDE >= left && at % SIDE < right),
  );
  return { mask: tensor(data, [SIDE, SIDE]), score, box: null };
}

const image = (contentHash: string) => ({
  pixels: { width: SIDE, height: SIDE, data: new Uint8Array(3 * SIDE * SIDE) },
  contentHash,
});
const at = (x: number, isInside = true) => ({ x: x + 0.5, y: 4.5, isInside });
const clicks = (...points: MaskPrompt['points']): MaskPrompt => ({ points, box: null });

let asked: string[];
let cut: MaskProposal;
let segmenter: KnownSubjectSegmenter;

beforeEach(() => {
  asked = [];
  cut = columns(0, 8);
  const found: Record<string, MaskProposal[]> = { cat: [columns(0, 3)], dog: [columns(3, 6), columns(6, 8)] };
  const detector: PhraseSegmenter = {
    name: 'a detector',
    subjects: ['cat', 'dog'],
    find: async (_, { phrase, boxThreshold }) => {
      asked.push(phrase);
      expect(boxThreshold).toBeGreaterThan(0.5);
      return { proposals: found[phrase]!, notices: [] };
    },
    release: async () => undefined,
  };
  const others: PromptSegmenter = {
    name: 'a cut',
    segment: async () => [cut],
    release: async () => undefined,
  };
  segmenter = new KnownSubjectSegmenter(detector, others);
});

test('a click gets the known thing that holds it; the picture is searched once', async () => {
  expect(await segmenter.segment(image('a'), clicks(at(1)))).toEqual([columns(0, 3)]);
  expect(await segmenter.segment(image('a'), clicks(at(4)))).toEqual([columns(3, 6)]);
  expect(await segmenter.segment(image('a'), clicks(at(7), at(4, false)))).toEqual([columns(6, 8)]);
  expect(asked).toEqual(['cat', 'dog']);
  await segmenter.segment(image('b'), clicks(at(1)));
  expect(asked).toEqual(['cat', 'dog', 'cat', 'dog']);
});

test('points that no known thing explains, and boxes, get the cut', async () => {
  expect(await segmenter.segment(image('a'), clicks(at(1), at(4)))).toEqual([cut]);
  expect(await segmenter.segment(image('a'), clicks(at(1), at(2, false)))).toEqual([cut]);
  const box = { left: 0, top: 0, right: 3, bottom: 8 };
  expect(await segmenter.segment(image('a'), { points: [at(1)], box })).toEqual([cut]);
});

test('a cut of the same thing is kept, for its sharper outline', async () => {
  cut = columns(3, 6, 0.5);
  expect(await segmenter.segment(image('a'), clicks(at(4)))).toEqual([cut]);
});
