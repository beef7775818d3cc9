import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, coverageOf, EMPTY_RECT, maskPlane } from '../../../../renderer/editor/mask-plane.ts';
import { MaskSession, type PaintEffect } from '../../../../renderer/editor/mask-session.ts';
import type { ToolEffect, ToolInput, ToolSettings } from '../../../../renderer/editor/tools/tool.ts';
import { TOOL_NAMES, type ToolName, ToolRunner } from '../../../../renderer/editor/tools/tools.ts';

const SIZE = 64;
const settings: Omit<ToolSettings, 'maskBounds'> = {
  brushSizePx: 8,
  hardness: 1,
  pressureSize: true,
  pressureOpacity: false,
  tiltSize: false,
  scale: 1,
  size: { width: SIZE, height: SIZE },
};

type Keys = { shift?: boolean; alt?: boolean; pressure?: number; isPen?: boolean };

function pointer(kind: 'down' | 'move' | 'up' | 'double', x: number, y: number, keys: Keys = {}): ToolInput {
  const { shift = false, alt = false, pressure = 0.5, isPen = false } = keys;
  return { kind, pointer: { x, y, shift, alt, pressure, isPen } };
}

/** A mask under a tool, as the canvas holds it. */
class Bench {
  readonly session = new MaskSession(maskPlane(SIZE, SIZE));
  readonly effects: ToolEffect[] = [];
  commits = 0;
  runner: ToolRunner;

  constructor(tool: ToolName) {
    this.runner = new ToolRunner(tool);
  }

  take(tool: ToolName): this {
    this.runner = new ToolRunner(tool);
    return this;
  }

  do(...inputs: ToolInput[]): this {
    for (const input of inputs) {
      for (const effect of this.runner.step(input, { ...settings, maskBounds: this.session.bounds })) {
        this.effects.push(effect);
        if (effect.kind === 'commit') {
          this.session.commit();
          this.commits++;
        } else if (effect.kind === 'revert') this.session.revert();
        else if (['stamp', 'polygon', 'flood', 'transform'].includes(effect.kind)) {
          this.session.paint(effect as PaintEffect);
        }
      }
    }
    return this;
  }

  at(x: number, y: number): number {
    return this.session.shown.data[y * SIZE + x]!;
  }

  drag(fromX: number, fromY: number, toX: number, toY: number, keys: Keys = {}): this {
    return this.do(
      pointer('down', fromX, fromY, keys),
      pointer('move', toX, toY, keys),
      pointer('up', toX, toY, keys),
    );
  }
}

describe('brush and eraser', () => {
  it('paint one gesture from down to up', () => {
    const bench = new Bench('brush').drag(10, 20, 40, 20);
    expect(bench.commits).toBe(1);
    expect(bench.at(25, 20)).toBe(255);
    expect(bench.at(25, 30)).toBe(0);
    expect(bench.runner.isActive).toBe(false);
  });

  it('erase, and Alt swaps the two', () => {
    const bench = new Bench('brush').drag(10, 20, 40, 20).take('eraser').drag(20, 20, 20, 20);
    expect(bench.at(20, 20)).toBe(0);
    expect(bench.at(35, 20)).toBe(255);
    bench.drag(20, 20, 20, 20, { alt: true });
    expect(bench.at(20, 20)).toBe(255);
  });

  it('connect to the end of the last stroke by a straight line with Shift', () => {
    const bench = new Bench('brush').drag(10, 10, 10, 10).drag(50, 40, 50, 40, { shift: true });
    expect(bench.at(30, 25)).toBe(255);
  });

  it('keep a drag with Shift horizontal, vertical or diagonal', () => {
    const bench = new Bench('brush').do(
      pointer('down', 10, 30),
      pointer('move', 50, 38, { shift: true }),
      pointer('up', 50, 38, { shift: true }),
    );
    expect(bench.at(45, 30)).toBe(255);
    expect(bench.at(48, 37)).toBe(0);
  });

  it('follow the pressure of a pen, not of a mouse', () => {
    const width = (keys: Keys) => {
      const bounds = boundsOf(new Bench('brush').drag(30, 30, 30, 30, keys).session.shown);
      return bounds.right - bounds.left;
    };
    expect(width({ isPen: true, pressure: 0.1 })).toBeLessThan(width({ isPen: true, pressure: 1 }));
    expect(width({ pressure: 0.1 })).toBe(width({ pressure: 1 }));
  });

  it('discard the current stroke on Escape, and keep the earlier ones', () => {
    const bench = new Bench('brush').drag(10, 10, 20, 10);
    const before = bench.session.shown.data.slice();
    bench.do(pointer('down', 40, 40), pointer('move', 50, 50), { kind: 'cancel' });
    expect(bench.session.shown.data).toEqual(before);
    expect(bench.commits).toBe(1);
    bench.do(pointer('up', 50, 50));
    expect(bench.commits).toBe(1);
  });

  it('keep a stroke that leaves the picture', () => {
    const bench = new Bench('brush').do(
      pointer('down', 10, 10),
      pointer('move', -500, 10),
      pointer('move', -500, 50),
      pointer('move', 20, 50),
      pointer('up', 20, 50),
    );
    expect(bench.at(5, 10)).toBe(255);
    expect(bench.at(10, 50)).toBe(255);
  });
});

describe('outline tools', () => {
  it('fill a lasso on pointer up', () => {
    const bench = new Bench('lasso').do(
      pointer('down', 10, 10),
      pointer('move', 50, 10),
      pointer('move', 50, 50),
      pointer('move', 10, 50),
      pointer('up', 10, 50),
    );
    expect(bench.at(30, 30)).toBe(255);
    expect(bench.commits).toBe(1);
  });

  it('ignore a click of the lasso', () => {
    expect(new Bench('lasso').drag(10, 10, 10, 10).commits).toBe(0);
  });

  it('close a polygon on its first corner, by a double click and by Enter', () => {
    const corners = () =>
      new Bench('polygon').do(pointer('down', 10, 10), pointer('down', 50, 10), pointer('down', 50, 50));
    for (const end of [pointer('down', 12, 12), pointer('double', 50, 50), { kind: 'confirm' } as const]) {
      const bench = corners().do(end);
      expect(bench.commits).toBe(1);
      expect(bench.at(40, 20)).toBe(255);
      expect(bench.at(20, 40)).toBe(0);
    }
  });

  it('discard a polygon of two corners', () => {
    const bench = new Bench('polygon').do(pointer('down', 10, 10), pointer('down', 50, 10), {
      kind: 'confirm',
    });
    expect(bench.commits).toBe(0);
    expect(bench.runner.isActive).toBe(false);
  });

  it('draw rectangles and ellipses, Shift for equal sides, Alt to subtract', () => {
    const rectangle = new Bench('rectangle').drag(10, 10, 50, 30);
    expect(coverageOf(rectangle.session.shown)).toBeCloseTo((40 * 20) / SIZE ** 2);
    rectangle.drag(10, 10, 30, 30, { alt: true });
    expect(coverageOf(rectangle.session.shown)).toBeCloseTo((20 * 20) / SIZE ** 2);
    const square = new Bench('rectangle').drag(10, 10, 50, 30, { shift: true });
    expect(boundsOf(square.session.shown)).toEqual({ left: 10, top: 10, right: 30, bottom: 30 });
    const ellipse = new Bench('ellipse').drag(10, 10, 50, 30);
    expect(ellipse.at(30, 20)).toBe(255);
    expect(ellipse.at(11, 11)).toBe(0);
  });

  it('ignore a click, and discard a drag on Escape', () => {
    expect(new Bench('rectangle').drag(10, 10, 11, 11).commits).toBe(0);
    const bench = new Bench('ellipse').do(pointer('down', 5, 5), pointer('move', 40, 40), {
      kind: 'cancel',
    });
    expect(bench.effects.at(-1)).toEqual({ kind: 'outline', points: [], closed: false });
    expect(bench.do(pointer('up', 40, 40)).commits).toBe(0);
  });
});

describe('fill', () => {
  it('fills what a drawn outline encloses', () => {
    const bench = new Bench('brush');
    bench.drag(10, 10, 50, 10).drag(50, 10, 50, 50).drag(50, 50, 10, 50).drag(10, 50, 10, 10);
    bench.take('fill').do(pointer('down', 30, 30));
    expect(bench.at(30, 30)).toBe(255);
    expect(bench.at(2, 2)).toBe(0);
    bench.do(pointer('down', 30, 30, { alt: true }));
    expect(bench.at(30, 30)).toBe(0);
  });
});

describe('smart select', () => {
  it('sends all points and the box, and commits on Enter', () => {
    const bench = new Bench('select')
      .drag(20, 20, 20, 20)
      .drag(40, 40, 40, 40, { alt: true })
      .drag(10, 50, 50, 12);
    const asked = bench.effects.filter((effect) => effect.kind === 'select');
    expect(asked.at(-1)?.selection).toEqual({
      points: [
        { x: 20, y: 20, positive: true },
        { x: 40, y: 40, positive: false },
      ],
      box: { left: 10, top: 12, right: 50, bottom: 50 },
    });
    expect(asked).toHaveLength(3);
    expect(bench.do({ kind: 'confirm' }).commits).toBe(1);
    expect(bench.runner.isActive).toBe(false);
  });

  it('ignores a click outside the picture, and treats the next one as if there had been none', () => {
    for (const [x, y] of [
      [-1, 20],
      [20, -1],
      [SIZE, 20],
      [20, SIZE],
    ] as const) {
      const bench = new Bench('select').drag(x, y, x, y);
      expect(bench.effects.filter(({ kind }) => kind === 'select')).toEqual([]);
      expect(bench.runner.isActive).toBe(false);
      const asked = bench.drag(20, 20, 20, 20).effects.findLast((effect) => effect.kind === 'select');
      expect(asked?.selection.points).toEqual([{ x: 20, y: 20, positive: true }]);
    }
  });

  it('clips a box to the picture, and ignores one outside it', () => {
    const bench = new Bench('select').drag(-30, 10, SIZE + 30, SIZE + 30);
    const asked = bench.effects.findLast((effect) => effect.kind === 'select');
    expect(asked?.selection.box).toEqual({ left: 0, top: 10, right: SIZE, bottom: SIZE });
    const beside = new Bench('select').drag(SIZE + 5, 10, SIZE + 40, 50);
    expect(beside.effects.some(({ kind }) => kind === 'select')).toBe(false);
    expect(beside.effects.at(-1)).toEqual({ kind: 'outline', points: [], closed: false });
  });

  it('moves a point by a drag, shown meanwhile and asked for once, and keeps it in the picture', () => {
    const bench = new Bench('select').drag(20, 20, 20, 20).drag(50, 50, 50, 50, { alt: true });
    bench.do(pointer('down', 22, 21), pointer('move', 30, 31), pointer('move', 40, 41));
    expect(bench.effects.at(-1)).toEqual({
      kind: 'mark',
      selection: {
        points: [
          { x: 40, y: 41, positive: true },
          { x: 50, y: 50, positive: false },
        ],
        box: null,
      },
    });
    const asked = () => bench.effects.filter((effect) => effect.kind === 'select');
    expect(asked()).toHaveLength(2);
    bench.do(pointer('up', SIZE + 9, -5));
    expect(asked()).toHaveLength(3);
    expect(asked().at(-1)?.selection.points[0]).toEqual({ x: SIZE - 1, y: 0, positive: true });
  });

  it('removes a point by a click, and discards the proposal with the last one', () => {
    const bench = new Bench('select').drag(20, 20, 20, 20).drag(50, 50, 50, 50);
    bench.drag(21, 19, 21, 19);
    const asked = bench.effects.filter((effect) => effect.kind === 'select');
    expect(asked.at(-1)?.selection.points).toEqual([{ x: 50, y: 50, positive: true }]);
    bench.drag(50, 50, 50, 50);
    expect(bench.effects.at(-1)).toEqual({ kind: 'revert' });
    expect(bench.runner.isActive).toBe(false);
  });

  it('does not remove a point that was dragged back to where it was', () => {
    const bench = new Bench('select').drag(20, 20, 20, 20);
    bench.do(pointer('down', 20, 20), pointer('move', 40, 20), pointer('up', 20, 20));
    const asked = bench.effects.filter((effect) => effect.kind === 'select');
    expect(asked.at(-1)?.selection.points).toEqual([{ x: 20, y: 20, positive: true }]);
  });

  it.each([
    ['replace', 200, 0],
    ['add', 255, 255],
    // 255 (255 - 200) / 255 where both are, all of it where only the mask is.
    ['subtract', 55, 255],
  ] as const)('uses the proposal to %s', (use, both, onlyMask) => {
    const bench = new Bench('rectangle').drag(10, 10, 30, 30).take('select').drag(20, 20, 20, 20);
    const proposal = maskPlane(SIZE, SIZE);
    for (let y = 20; y < 40; y++) proposal.data.fill(200, y * SIZE + 20, y * SIZE + 40);
    bench.session.replace(proposal);
    expect(
      bench.runner.step({ kind: 'confirm', use }, { ...settings, maskBounds: EMPTY_RECT }),
    ).toContainEqual({ kind: 'commit', label: 'select', use });
    bench.session.combine(use);
    const { data } = bench.session.commit();
    expect(data[25 * SIZE + 25]).toBe(both);
    expect(data[15 * SIZE + 15]).toBe(onlyMask);
    expect(data[35 * SIZE + 35]).toBe(use === 'subtract' ? 0 : 200);
  });

  it('discards the proposal on Escape', () => {
    const bench = new Bench('select').drag(20, 20, 20, 20);
    bench.session.replace(maskPlane(SIZE, SIZE, new Uint8ClampedArray(SIZE * SIZE).fill(255)));
    expect(bench.at(1, 1)).toBe(255);
    bench.do({ kind: 'cancel' });
    expect(bench.at(1, 1)).toBe(0);
    expect(bench.do({ kind: 'confirm' }).commits).toBe(0);
  });
});

describe('move', () => {
  const withSquare = () => new Bench('rectangle').drag(20, 20, 40, 40).take('move');

  it('moves by whole pixels', () => {
    const bench = withSquare().drag(30, 30, 37.4, 25.2);
    expect(boundsOf(bench.session.shown)).toEqual({ left: 27, top: 15, right: 47, bottom: 35 });
    expect(bench.commits).toBe(2);
  });

  it('scales by a corner about the opposite one', () => {
    const bench = withSquare().drag(40, 40, 60, 50);
    const { left, top, right, bottom } = boundsOf(bench.session.shown);
    // A scaled edge is soft over up to a pixel on either side.
    for (const away of [left - 20, top - 20, right - 60, bottom - 50]) {
      expect(Math.abs(away)).toBeLessThanOrEqual(1);
    }
  });

  it('returns to its place on Escape, and moves the whole mask even if it went over the border and back', () => {
    const bench = withSquare();
    const before = bench.session.shown.data.slice();
    bench.do(pointer('down', 30, 30), pointer('move', -100, 30), { kind: 'cancel' });
    expect(bench.session.shown.data).toEqual(before);
    bench.do(
      pointer('down', 30, 30),
      pointer('move', -100, 30),
      pointer('move', 30, 30),
      pointer('up', 30, 30),
    );
    expect(bench.session.shown.data).toEqual(before);
  });

  it('ends with what it has moved, also if another button was pressed meanwhile', () => {
    const bench = withSquare();
    bench.do(
      pointer('down', 30, 30),
      pointer('move', 30, 31),
      pointer('down', 30, 30),
      pointer('up', 30, 31),
    );
    expect(boundsOf(bench.session.shown)).toEqual({ left: 20, top: 21, right: 40, bottom: 41 });
    expect(bench.commits).toBe(2);
  });

  it('does nothing to an empty mask', () => {
    expect(new Bench('move').drag(10, 10, 30, 30).commits).toBe(0);
    expect(new Bench('move').session.bounds).toBe(EMPTY_RECT);
  });
});

describe('every tool', () => {
  const coordinate = fc.integer({ min: -20, max: SIZE + 20 });
  const keys = fc.record({ shift: fc.boolean(), alt: fc.boolean() });
  const input: fc.Arbitrary<ToolInput> = fc.oneof(
    fc
      .tuple(fc.constantFrom('down', 'move', 'up', 'double'), coordinate, coordinate, keys)
      .map(([kind, x, y, held]) => pointer(kind, x, y, held)),
    fc.constant<ToolInput>({ kind: 'confirm' }),
    fc.constant<ToolInput>({ kind: 'cancel' }),
  );

  it('restores the last committed mask when it is cancelled, whatever came before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TOOL_NAMES), fc.array(input, { maxLength: 30 }), (tool, inputs) => {
        const bench = new Bench('rectangle').drag(20, 20, 40, 40).take(tool);
        let committed = bench.session.shown.data.slice();
        for (const next of inputs) {
          const before = bench.commits;
          bench.do(next);
          if (bench.commits > before) committed = bench.session.shown.data.slice();
        }
        bench.do({ kind: 'cancel' });
        expect(bench.runner.isActive).toBe(false);
        expect(bench.session.shown.data).toEqual(committed);
      }),
    );
  });
});
