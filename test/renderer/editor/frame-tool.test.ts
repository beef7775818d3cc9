/** Drawing, resizing and moving the frame. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameRectangle } from '../../../electron/contract/frame.ts';
import {
  concludeFrame,
  FRAME_IDLE,
  type FrameScene,
  MIN_FRAME_SIDE_PX,
  nudgedFrame,
  stepFrame,
} from '../../../renderer/editor/frame-tool.ts';

const background = { width: 1200, height: 800 };
const frame: FrameRectangle = { left: 300, top: 200, width: 400, height: 300 };
const whole: FrameRectangle = { left: 0, top: 0, ...background };

type Place = readonly [number, number];

function drag(
  from: Place,
  to: Place,
  change: Partial<FrameScene> = {},
  shift = false,
): FrameRectangle | undefined {
  const scene = { background, frame, scale: 1, ...change };
  const point = ([x, y]: Place) => ({ x, y });
  const down = stepFrame(FRAME_IDLE, { kind: 'down', point: point(from), shift }, scene);
  const moved = stepFrame(down.state, { kind: 'move', point: point(to), shift }, scene);
  return stepFrame(moved.state, { kind: 'up', point: point(to), shift }, scene).committed;
}

describe('a drag', () => {
  it('on an edge or a corner resizes the frame', () => {
    expect(drag([700, 350], [800, 380])).toEqual({ ...frame, width: 500 });
    expect(drag([300, 200], [250, 260])).toEqual({ left: 250, top: 260, width: 450, height: 240 });
    expect(drag([300, 200], [-90, -90])).toEqual({ left: 0, top: 0, width: 700, height: 500 });
  });

  it('on a corner with Shift keeps the proportions', () => {
    expect(drag([700, 500], [900, 560], {}, true)).toEqual({ ...frame, width: 480, height: 360 });
  });

  it('inside moves the frame, and outside draws another one', () => {
    expect(drag([500, 300], [540, 290])).toEqual({ ...frame, left: 340, top: 190 });
    expect(drag([500, 300], [5000, 290])).toEqual({ ...frame, left: 800, top: 190 });
    expect(drag([1000, 700], [850.4, 600.6])).toEqual({ left: 850, top: 601, width: 150, height: 99 });
    expect(drag([1000, 700], [850, 600], {}, true)).toEqual({ left: 900, top: 600, width: 100, height: 100 });
  });

  it('draws a frame if the current one is the whole background', () => {
    expect(drag([100, 100], [500, 400], { frame: whole })).toEqual({
      left: 100,
      top: 100,
      width: 400,
      height: 300,
    });
  });

  it('no longer than a click leaves the frame unchanged', () => {
    expect(drag([500, 300], [501, 301])).toBeUndefined();
    expect(concludeFrame(FRAME_IDLE)).toBeUndefined();
  });

  it('always ends in whole pixels inside the background, with a size that can be grabbed', () => {
    const coordinate = fc.double({ min: -500, max: 2000, noNaN: true });
    const places = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(places, places, fc.boolean(), fc.constantFrom(frame, whole), (from, to, shift, start) => {
        const drawn = drag(from, to, { frame: start }, shift);
        if (!drawn) return;
        const { left, top, width, height } = drawn;
        for (const value of Object.values(drawn)) expect(Number.isInteger(value)).toBe(true);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(background.width);
        expect(top + height).toBeLessThanOrEqual(background.height);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(MIN_FRAME_SIDE_PX);
      }),
    );
  });
});

it('is kept as shown when a gesture is interrupted, and nudged inside the background', () => {
  const scene = { background, frame, scale: 1 };
  const at = (x: number) => ({ point: { x, y: 300 }, shift: false });
  const down = stepFrame(FRAME_IDLE, { kind: 'down', ...at(500) }, scene);
  const { state } = stepFrame(down.state, { kind: 'move', ...at(520) }, scene);
  expect(concludeFrame(state)).toEqual({ ...frame, left: 320 });
  expect(nudgedFrame(frame, { x: -10, y: 0 }, background)).toEqual({ ...frame, left: 290 });
  expect(nudgedFrame(frame, { x: 900, y: -900 }, background)).toEqual({ ...frame, left: 800, top: 0 });
});
