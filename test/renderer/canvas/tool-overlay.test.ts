/** What a tool shows over the picture, as the shapes drawn. */
import Konva from 'konva';
import { beforeEach, describe, expect, it } from 'vitest';
import { ToolOverlay } from '../../../renderer/canvas/tool-overlay.ts';

const NOTHING = { points: [], closed: false };
const NO_SELECTION = { points: [], box: null };

let overlay: ToolOverlay;

beforeEach(() => {
  overlay = new ToolOverlay();
});

const groups = () => overlay.group.getChildren() as Konva.Group[];
const brush = () => groups()[1]!;
const shapes = <Kind extends Konva.Shape>(kind: new (...args: never[]) => Kind) =>
  groups()[0]!
    .getChildren()
    .filter((shape): shape is Kind => shape instanceof kind);

describe('the brush', () => {
  it('is shown at the pointer, as large as it paints', () => {
    overlay.setBrush(24);
    expect(brush().visible()).toBe(false);
    overlay.setPointer({ x: 10, y: 20 });
    expect(brush().visible()).toBe(true);
    expect(brush().position()).toEqual({ x: 10, y: 20 });
    expect(brush().scale()).toEqual({ x: 12, y: 12 });
  });

  it('disappears with the pointer, and with a tool that has no brush', () => {
    overlay.setBrush(24);
    overlay.setPointer({ x: 10, y: 20 });
    overlay.setPointer(undefined);
    expect(brush().visible()).toBe(false);
    overlay.setPointer({ x: 10, y: 20 });
    overlay.setBrush(undefined);
    expect(brush().visible()).toBe(false);
  });

  it('stays when the rest is cleared', () => {
    overlay.setBrush(24);
    overlay.setPointer({ x: 10, y: 20 });
    overlay.show({ points: [{ x: 1, y: 2 }], closed: false }, NO_SELECTION, undefined);
    overlay.clear();
    expect(shapes(Konva.Shape)).toEqual([]);
    expect(brush().visible()).toBe(true);
  });
});

describe('an outline', () => {
  const points = [
    { x: 1, y: 2 },
    { x: 3, y: 4 },
  ];

  it('is a dark line under a light one, with its corners while it is open', () => {
    overlay.show({ points, closed: false }, NO_SELECTION, undefined);
    const lines = shapes(Konva.Line);
    expect(lines.map((line) => line.points())).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(lines[0]!.strokeWidth()).toBeGreaterThan(lines[1]!.strokeWidth());
    expect(lines.map((line) => line.closed())).toEqual([false, false]);
    expect(shapes(Konva.Circle).map((dot) => dot.position())).toEqual(points);
  });

  it('is closed without corners, and hides the box to move', () => {
    overlay.show({ points, closed: true }, NO_SELECTION, { left: 0, top: 0, right: 9, bottom: 9 });
    expect(shapes(Konva.Line).map((line) => line.closed())).toEqual([true, true]);
    expect(shapes(Konva.Circle)).toEqual([]);
    expect(shapes(Konva.Rect)).toEqual([]);
  });
});

describe('a smart selection', () => {
  it('shows its box without handles, and included and excluded points in different colours', () => {
    const selection = {
      box: { left: 1, top: 2, right: 11, bottom: 22 },
      points: [
        { x: 3, y: 4, positive: true },
        { x: 5, y: 6, positive: false },
      ],
    };
    overlay.show(NOTHING, selection, undefined);
    const boxes = shapes(Konva.Rect);
    expect(boxes.map((box) => box.getClientRect({ skipStroke: true }))).toEqual([
      { x: 1, y: 2, width: 10, height: 20 },
      { x: 1, y: 2, width: 10, height: 20 },
    ]);
    const [inside, outside] = shapes(Konva.Circle);
    expect(inside!.fill()).not.toBe(outside!.fill());
  });
});

describe('the move box', () => {
  it('has a handle on each corner, of the same screen size at every zoom', () => {
    overlay.setScale(4);
    overlay.show(NOTHING, NO_SELECTION, { left: 0, top: 0, right: 100, bottom: 50 });
    const handles = shapes(Konva.Rect).filter((rect) => rect.width() < 10);
    expect(
      handles.map((handle) => [handle.x() + handle.width() / 2, handle.y() + handle.height() / 2]),
    ).toEqual([
      [0, 0],
      [0, 50],
      [100, 0],
      [100, 50],
    ]);
    const sizeAtFour = handles[0]!.width();
    overlay.setScale(1);
    overlay.show(NOTHING, NO_SELECTION, { left: 0, top: 0, right: 100, bottom: 50 });
    expect(shapes(Konva.Rect).at(-1)!.width()).toBe(4 * sizeAtFour);
  });

  it('is hidden while nothing is painted', () => {
    overlay.show(NOTHING, NO_SELECTION, { left: 5, top: 5, right: 5, bottom: 5 });
    expect(shapes(Konva.Shape)).toEqual([]);
  });
});
