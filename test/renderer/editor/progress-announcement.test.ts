import { expect, it } from 'vitest';
import { announcedOf } from '../../../renderer/editor/progress-announcement.ts';

it('says each stage in quarters, whatever the number of its steps', () => {
  const said = (total: number) => {
    const all = Array.from({ length: total + 1 }, (_, step) => announcedOf({ stage: 'blend', step, total }));
    return [...new Set(all.flatMap((one) => (one ? [one.percent] : [])))];
  };
  expect(said(50)).toEqual([0, 25, 50, 75]);
  expect(said(4)).toEqual([0, 25, 50, 75]);
  expect(said(3)).toEqual([]);
  expect(announcedOf({ stage: 'load', step: 2, total: null })).toBeNull();
  expect(announcedOf({ stage: 'invert', step: 13, total: 50 })).toEqual({ stage: 'invert', percent: 25 });
});
