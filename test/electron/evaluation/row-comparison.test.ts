import { describe, expect, test } from 'vitest';
import { evenly } from '../../../electron/evaluation/evaluation-scenes.ts';
import { bySplit } from '../../../electron/evaluation/metric.ts';
import { describeLead, leadOf } from '../../../electron/evaluation/row-comparison.ts';
import { meanScores, type Scores } from '../../../electron/evaluation/scene-scores.ts';
import { textTable } from '../../../electron/evaluation/text-table.ts';

function scores(concept: number, colourLeakage = 0): Scores {
  return {
    prompt: 1,
    classFound: 1,
    placeFound: 1,
    certainty: 1,
    concept,
    colourDistance: 0,
    backgroundPsnr: 30,
    colourLeakage,
  };
}

describe('a lead', () => {
  test('is the mean difference by scene from the best other row, with its standard error', () => {
    const rows = {
      a: [scores(0.1), scores(0.1), scores(0.1)],
      d: [scores(0.5), scores(0.6), scores(0.7)],
      e: [scores(0.6), scores(0.6), scores(0.9)],
    };
    const lead = leadOf(rows, 'e', 'concept');
    expect(lead.rival).toBe('d');
    expect(lead.margin).toBeCloseTo(0.1);
    // Differences 0.1, 0, 0.2: standard deviation 0.1, divided by the root of 3.
    expect(lead.standardError).toBeCloseTo(0.1 / Math.sqrt(3));
    expect(describeLead('e', 'concept', lead)).toBe('concept: (e) leads, before (d) by 0.1000 ± 0.0577');
    const behind = leadOf(rows, 'd', 'concept');
    expect(behind.margin).toBeCloseTo(-0.1);
    expect(describeLead('d', 'concept', behind)).toContain('(d) does not lead; (e) is better by 0.1000');
  });

  test('treats the smaller value as the better one if the metric says so', () => {
    const rows = { d: [scores(0, 0.3), scores(0, 0.3)], e: [scores(0, 0.1), scores(0, 0.2)] };
    expect(leadOf(rows, 'e', 'colourLeakage').margin).toBeCloseTo(0.15);
    expect(leadOf(rows, 'd', 'colourLeakage').margin).toBeCloseTo(-0.15);
  });

  test('of equal rows is zero', () => {
    const rows = { d: [scores(0.5)], e: [scores(0.5)] };
    expect(describeLead('e', 'concept', leadOf(rows, 'e', 'concept'))).toBe('concept: (e) is level with (d)');
  });
});

test('means of scores are computed score by score', () => {
  expect(meanScores([scores(0.2, 1), scores(0.4, 0)])).toEqual(scores(0.30000000000000004, 0.5));
});

test('splits: an empty one is null', () => {
  const count = (items: readonly unknown[]) => items.length;
  expect(bySplit([{ isHeldOut: true }, { isHeldOut: true }], count)).toEqual({
    all: 2,
    seen: null,
    heldOut: 2,
  });
  expect(bySplit([{ isHeldOut: true }, { isHeldOut: false }], count)).toEqual({
    all: 2,
    seen: 1,
    heldOut: 1,
  });
});

test('fewer values are sampled evenly, and never more than exist', () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect(evenly(values, 3)).toEqual([0, 3, 6]);
  expect(evenly(values, 10)).toEqual(values);
  expect(evenly(values, 11)).toEqual(values);
});

test('a table has its numbers right-aligned', () => {
  expect(
    textTable([
      ['', 'dB'],
      ['long name', '3.5'],
      ['b', '12.25'],
    ]),
  ).toEqual(['              dB', 'long name    3.5', 'b          12.25']);
});
