/** What a pen's pressure and tilt change. */
import { describe, expect, it } from 'vitest';
import { stampCapsule } from '../../../../renderer/editor/brush-stroke.ts';
import { EMPTY_RECT, maskPlane } from '../../../../renderer/editor/mask-plane.ts';
import type { ToolSettings } from '../../../../renderer/editor/tools/tool.ts';
import { ToolRunner } from '../../../../renderer/editor/tools/tools.ts';

const SIZE = 64;
const settings: ToolSettings = {
  brushSizePx: 8,
  hardness: 1,
  pressureSize: false,
  pressureOpacity: false,
  tiltSize: false,
  scale: 1,
  maskBounds: EMPTY_RECT,
  size: { width: SIZE, height: SIZE },
};

describe('a pen', () => {
  const dabOf = (change: Partial<ToolSettings>, keys: { isPen: boolean; pressure: number; tilt: number }) => {
    const runner = new ToolRunner('brush');
    const { isPen, pressure, tilt } = keys;
    const effects = runner.step(
      { kind: 'down', pointer: { x: 10, y: 10, shift: false, alt: false, isPen, pressure, tilt } },
      { ...settings, ...change },
    );
    return effects.flatMap((effect) => (effect.kind === 'stamp' ? [effect.to] : []))[0]!;
  };

  it('changes size, opacity and width by pressure and tilt, as chosen, and a mouse changes nothing', () => {
    const pen = { isPen: true, pressure: 0.5, tilt: 0.5 };
    expect(dabOf({}, pen)).toEqual({ x: 10, y: 10, radiusPx: 4 });
    // 10 % at no pressure: 0.1 + 0.9 / 2.
    expect(dabOf({ pressureSize: true }, pen).radiusPx).toBeCloseTo(4 * 0.55);
    expect(dabOf({ pressureOpacity: true }, pen)).toEqual({ x: 10, y: 10, radiusPx: 4, opacity: 0.55 });
    // Three times as wide when it lies.
    expect(dabOf({ tiltSize: true }, pen).radiusPx).toBe(8);
    const all = { pressureSize: true, pressureOpacity: true, tiltSize: true };
    expect(dabOf(all, { ...pen, isPen: false })).toEqual({ x: 10, y: 10, radiusPx: 4 });
  });

  it('paints as opaque as it is pressed, along the way between two pressures too', () => {
    const plane = maskPlane(SIZE, SIZE);
    const dab = (x: number, opacity: number) => ({ x, y: 20, radiusPx: 6, opacity });
    stampCapsule(plane, dab(10, 0.2), dab(50, 0.6), 1);
    const at = (x: number) => plane.data[20 * SIZE + x]!;
    expect(at(10)).toBeCloseTo(255 * 0.205, 0);
    expect(at(30)).toBeCloseTo(255 * 0.405, 0);
    expect(at(50)).toBeCloseTo(255 * 0.6, 0);
  });
});
