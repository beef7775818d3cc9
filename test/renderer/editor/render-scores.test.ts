import { expect, it } from 'vitest';
import type { InstrumentFacts, RenderScores } from '../../../electron/contract/picture-scores.ts';
import {
  bestOf,
  commonScores,
  haveComparableScores,
  rankedBy,
  rankingScore,
} from '../../../renderer/editor/render-scores.ts';

const appearance: InstrumentFacts = { id: 'appearance', name: 'own', fingerprint: 'a' };
const clip: InstrumentFacts = { id: 'clip', name: 'CLIP', fingerprint: 'c' };

function render(values: RenderScores['values'] | null, instruments = [appearance]) {
  return {
    values,
    scores: values && { version: 1, instruments, values, concepts: [] },
  };
}

it('the best has the highest similarity, or the lowest distance', () => {
  const renders = [
    render({ appearance: 0.5, leakage: 0.2 }),
    render({ appearance: 0.9, leakage: 0.4 }),
    render({ appearance: 0.7, leakage: 0.1 }),
    render(null),
  ];
  expect(bestOf(renders, 'appearance')).toBe(renders[1]);
  expect(bestOf(renders, 'leakage')).toBe(renders[2]);
  expect(rankedBy(renders, 'leakage')).toEqual([renders[2], renders[0], renders[1], renders[3]]);
});

it('equal scores and missing ones keep their order', () => {
  const renders = [render(null), render({ ring: 1 }), render(null), render({ ring: 1 })];
  expect(rankedBy(renders, 'ring')).toEqual([renders[1], renders[3], renders[0], renders[2]]);
});

it('renders are ranked by the wanted score if every scored one has it', () => {
  const renders = [
    render({ tclip: null, appearance: 0.5, ring: 3 }),
    render({ tclip: 0.3, appearance: 0.6, ring: 2 }),
  ];
  expect(commonScores(renders)).toEqual(['appearance', 'ring']);
  expect(rankingScore(renders, 'ring')).toBe('ring');
  expect(rankingScore(renders, 'tclip')).toBe('appearance');
  expect(rankingScore(renders, 7)).toBe('appearance');
  expect(rankingScore([render(null)], 'ring')).toBeUndefined();
});

it('scores of different instruments are not ranked, and one render is no best', () => {
  const mixed = [render({ ring: 1 }), render({ ring: 2 }, [appearance, clip])];
  expect(haveComparableScores(mixed)).toBe(false);
  expect(bestOf(mixed, 'ring')).toBeUndefined();
  expect(bestOf([render({ ring: 1 }), render(null)], 'ring')).toBeUndefined();
  // The order of the instruments does not matter.
  expect(haveComparableScores([render({}, [clip, appearance]), render({}, [appearance, clip])])).toBe(true);
});
