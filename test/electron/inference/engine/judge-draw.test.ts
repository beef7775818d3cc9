/** Whether a drawn background is good enough, by a detector whose findings are given. */
import { expect, test } from 'vitest';
import { judgeDraw } from '../../../../electron/inference/engine/judge-draw.ts';
import type { PhraseSegmenter } from '../../../../electron/pipeline/preparation-ports.ts';
import { tensor } from '../../../../electron/pipeline/tensor/tensor.ts';

const image = { width: 1, height: 1, data: new Uint8Array(3) };

/** Finds each subject with these scores. */
function judge(scores: Readonly<Record<string, readonly number[]>>) {
  const mask = tensor(new Float32Array(1), [1, 1]);
  const segmenter: PhraseSegmenter = {
    name: 'a detector',
    subjectsIn: () => Object.keys(scores),
    find: async (_, { phrase }) => ({
      proposals: scores[phrase]!.map((score) => ({ mask, score, box: null })),
      notices: [],
    }),
    release: async () => undefined,
  };
  return judgeDraw(segmenter, 'a prompt', image, undefined);
}

test.each([
  ['both found clearly', { cat: [0.9], dog: [0.8] }, { quality: 0.85, isSure: true, missing: [] }],
  ['one missing', { cat: [0.9], dog: [] }, { quality: 0.45, isSure: false, missing: ['dog'] }],
  ['one unclear', { cat: [1], dog: [0.7] }, { quality: 0.85, isSure: false, missing: [] }],
  ['one of them twice', { cat: [1, 0.5], dog: [1] }, { quality: 0.75, isSure: false, missing: [] }],
  ['a faint second place', { cat: [1, 0.4], dog: [1] }, { quality: 1, isSure: true, missing: [] }],
  ['the only one twice, as for "cats"', { cat: [0.9, 0.9] }, { quality: 0.9, isSure: true, missing: [] }],
  ['no subject in the prompt', {}, { quality: 1, isSure: true, missing: [] }],
])('%s', async (_, scores, { quality, ...expected }) => {
  const judgement = await judge(scores);
  expect(judgement).toMatchObject(expected);
  expect(judgement.quality).toBeCloseTo(quality);
});
