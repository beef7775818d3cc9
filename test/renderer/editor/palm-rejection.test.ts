import { beforeEach, describe, expect, it } from 'vitest';
import { PALM_MS, PalmRejection } from '../../../renderer/editor/palm-rejection.ts';

let palms: PalmRejection;
const pen = (timeStamp: number) => ({ pointerId: 1, pointerType: 'pen', timeStamp });
const touch = (pointerId: number, timeStamp: number) => ({ pointerId, pointerType: 'touch', timeStamp });

beforeEach(() => {
  palms = new PalmRejection();
});

describe('a touch', () => {
  it('is a finger where no pen is used', () => {
    expect(palms.pressed(touch(2, 10), [])).toEqual([]);
    expect(palms.isPalm(2)).toBe(false);
  });

  it('is the palm while a pen touches, however long its stroke is', () => {
    palms.pressed(pen(0), []);
    expect(palms.pressed(touch(2, 60_000), [])).toEqual([2]);
    expect(palms.isPalm(2)).toBe(true);
    palms.lifted(touch(2, 60_001));
    expect(palms.isPalm(2)).toBe(false);
  });

  it('is the palm while a pen hovers and shortly after, then a finger again', () => {
    palms.saw(pen(1000));
    expect(palms.pressed(touch(2, 1000 + PALM_MS), [])).toEqual([2]);
    palms.lifted(touch(2, 1800));
    expect(palms.pressed(touch(3, 1001 + PALM_MS), [])).toEqual([]);
  });

  it('was the palm if the pen comes after it, and stays it until it is lifted', () => {
    expect(palms.pressed(touch(2, 0), [])).toEqual([]);
    expect(palms.pressed(pen(5), [2])).toEqual([2]);
    expect(palms.pressed(pen(6), [2])).toEqual([]);
    palms.lifted(pen(7));
    expect(palms.isPalm(2)).toBe(true);
  });

  it('counts from the end of the pen’s last stroke', () => {
    palms.pressed(pen(0), []);
    palms.lifted(pen(5000));
    expect(palms.pressed(touch(2, 5000 + PALM_MS), [])).toEqual([2]);
    expect(palms.pressed(touch(3, 5001 + PALM_MS), [])).toEqual([]);
  });
});

it('a mouse has no palm', () => {
  palms.pressed(pen(0), []);
  expect(palms.pressed({ pointerId: 9, pointerType: 'mouse', timeStamp: 1 }, [])).toEqual([]);
});
