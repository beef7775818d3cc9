/** The mask workbench with a fake library and host: what remains of a gesture, however it ends. */
import { describe, expect, it } from 'vitest';
import { coverageOf, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { documentConcept } from '../session/document-concept.ts';
import { feed, follow, name, play, playWorkbench, settled, stroke } from './played-workbench.ts';

playWorkbench();

describe('an unfinished gesture', () => {
  const ways: readonly (readonly [string, () => void])[] = [
    ['another tool', () => play.workbench.setTool('eraser')],
    ['another concept', () => follow('dog')],
    ['no concept', () => follow(null)],
    ['a second finger after it has drawn', () => play.workbench.interrupt(true)],
    ['an operation on its mask', () => void play.workbench.operate('cat', { kind: 'fillHoles' })],
    [
      'a lock on its concept',
      () => {
        play.concepts = [documentConcept('cat', { locked: true }), documentConcept('dog')];
        follow();
      },
    ],
  ];
  for (const [what, end] of ways) {
    it(`is committed as one step by ${what}`, async () => {
      stroke();
      end();
      await settled();
      const [first] = play.saves;
      expect(first).toMatchObject({ targetId: 'cat', change: { kind: 'gesture', label: 'brush' } });
      expect(first!.coverage).toBeGreaterThan(0.04);
      expect(play.saves.filter(({ change }) => change.kind === 'gesture')).toHaveLength(1);
      expect(play.workbench.isActive).toBe(false);
      expect(play.failures).toEqual([]);
    });
  }

  it('is discarded by Escape, and by a second finger before anything is drawn', () => {
    stroke();
    play.workbench.cancel();
    feed('down', 10, 10);
    play.workbench.interrupt(false);
    expect(play.saves).toEqual([]);
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0);
  });

  it('is discarded with its concept', () => {
    stroke();
    play.concepts = [documentConcept('dog')];
    follow('dog');
    expect(play.saves).toEqual([]);
    expect(play.workbench.planeOf('cat')).toBeUndefined();
  });

  it('closes a polygon, and discards one without area', () => {
    play.workbench.setTool('polygon');
    for (const [x, y] of [
      [2, 2],
      [28, 2],
      [28, 28],
    ] as const) {
      feed('down', x, y);
    }
    play.workbench.setTool('brush');
    expect(play.saves.map(({ change }) => change)).toEqual([{ kind: 'gesture', label: 'polygon' }]);
    play.workbench.setTool('polygon');
    feed('down', 2, 2);
    play.workbench.setTool('brush');
    expect(play.saves).toHaveLength(1);
  });

  it('is committed, not lost, when another project is shown in the middle of it', async () => {
    stroke();
    play.workbench.leaveProject();
    await settled();
    expect(play.saves.map(({ change }) => change)).toEqual([{ kind: 'gesture', label: 'brush' }]);
    expect(play.saves[0]!.coverage).toBeGreaterThan(0);
    feed('move', 25, 10);
    feed('up', 25, 10);
    expect(play.saves).toHaveLength(1);
  });

  it('of several clicks continues after a pinch', () => {
    play.workbench.setTool('polygon');
    feed('down', 2, 2);
    play.workbench.interrupt(true);
    feed('down', 28, 2);
    feed('down', 28, 28);
    play.workbench.input({ kind: 'confirm' });
    expect(play.saves).toHaveLength(1);
  });
});

describe('smart select', () => {
  const proposed = maskPlane(32, 32, new Uint8ClampedArray(32 * 32).fill(255, 0, 512));

  async function propose(): Promise<void> {
    play.workbench.setTool('select');
    feed('down', 10, 10);
    feed('up', 10, 10);
    const question = play.questions.at(-1)!;
    await play.workbench.showSelection('cat', question.selection, name(proposed));
    question.answer();
    await settled();
  }

  it('waits, shows a proposal, and accepts it on Enter', async () => {
    play.workbench.setTool('select');
    expect(play.workbench.proposal).toBe('none');
    feed('down', 10, 10);
    feed('up', 10, 10);
    expect(play.workbench.proposal).toBe('awaited');
    play.workbench.cancel();
    expect(play.workbench.proposal).toBe('none');
    await propose();
    expect(play.workbench.proposal).toBe('shown');
    play.workbench.input({ kind: 'confirm' });
    expect(play.saves).toEqual([
      { targetId: 'cat', change: { kind: 'gesture', label: 'select' }, coverage: 0.5 },
    ]);
    expect(play.workbench.proposal).toBe('none');
  });

  it('accepts what it is still looking for on Enter, unless Escape or another point comes after it', async () => {
    const click = (at: number) => {
      feed('down', at, at);
      feed('up', at, at);
    };
    play.workbench.setTool('select');
    for (const between of [undefined, () => play.workbench.cancel(), () => click(20)]) {
      play.saves.length = 0;
      click(10);
      play.workbench.input({ kind: 'confirm', use: 'add' });
      expect(play.workbench.proposal).toBe('awaited');
      between?.();
      const question = play.questions.findLast(({ selection }) => selection.points.length > 0)!;
      await play.workbench.showSelection('cat', question.selection, name(proposed));
      question.answer();
      await settled();
      expect(play.saves.length).toBe(between === undefined ? 1 : 0);
      play.workbench.cancel();
    }
  });

  for (const [what, end] of [
    ['another tool', () => play.workbench.setTool('brush')],
    ['another concept', () => follow('dog')],
  ] as const) {
    it(`accepts its proposal when ${what} is selected`, async () => {
      await propose();
      end();
      expect(play.saves).toEqual([
        { targetId: 'cat', change: { kind: 'gesture', label: 'select' }, coverage: 0.5 },
      ]);
      expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0.5);
    });
  }

  it('continues after a pinch, with its proposal still open', async () => {
    await propose();
    play.workbench.interrupt(true);
    expect(play.workbench.proposal).toBe('shown');
    expect(play.saves).toEqual([]);
  });

  it('cancels an outdated request, and ignores a late answer', async () => {
    play.workbench.setTool('select');
    feed('down', 10, 10);
    feed('up', 10, 10);
    const [question] = play.questions;
    play.workbench.setTool('brush');
    expect(play.questions.at(-1)!.selection).toEqual({ points: [], box: null });
    await play.workbench.showSelection('cat', question!.selection, name(proposed));
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0);
    expect(play.saves).toEqual([]);
  });

  it('sends no request for a point outside the picture', () => {
    play.workbench.setTool('select');
    feed('down', 40, 10);
    feed('up', 40, 10);
    expect(play.questions).toEqual([]);
    expect(play.workbench.proposal).toBe('none');
  });
});

describe('the colour of a mask', () => {
  it('changes with the picture under it', () => {
    stroke();
    feed('up', 20, 10);
    const colour = () => play.workbench.imageOf('cat')!.colour;
    const own = colour();
    const amber = [0xe6, 0x9f, 0x00, 255];
    const picture = (pixel: readonly number[]) => ({
      width: 8,
      height: 8,
      data: Uint8ClampedArray.from({ length: 256 }, (_, at) => pixel[at % 4]!),
    });
    play.workbench.setPicture(picture(amber));
    expect(colour()).not.toBe(own);
    play.workbench.setPicture(picture([0, 0, 255, 255]));
    expect(colour()).toBe(own);
  });
});

describe('masks of a background above four megapixels', () => {
  const background = { width: 8000, height: 4000 };

  it('are painted, outlined and moved in background pixels', async () => {
    follow('cat', background);
    const { mask, scale } = play.workbench.space;
    expect(mask.width * mask.height).toBeLessThanOrEqual(4_000_000);
    expect(scale).toBeCloseTo(Math.sqrt(4 / 32), 3);
    play.workbench.setSettings({ brushSizePx: 800 });
    feed('down', 2000, 2000);
    feed('up', 2000, 2000);
    await settled();
    const bounds = play.workbench.boundsOf('cat')!;
    for (const [edge, at] of Object.entries({ left: 1600, top: 1600, right: 2400, bottom: 2400 })) {
      expect(Math.abs(bounds[edge as keyof typeof bounds] - at), edge).toBeLessThan(8);
    }
    play.workbench.setTool('rectangle');
    feed('down', 4000, 1000);
    feed('move', 5000, 3000);
    const corners = play.workbench.outline.points.map(({ x, y }) => [Math.round(x), Math.round(y)]);
    expect(corners).toContainEqual([4000, 1000]);
    expect(corners).toContainEqual([5000, 3000]);
    feed('up', 5000, 3000);
    await settled();
    expect(play.saves.at(-1)!.coverage).toBeCloseTo((1000 * 2000 + Math.PI * 400 ** 2) / (8000 * 4000), 3);
  });

  it('are requested in background pixels', () => {
    follow('cat', background);
    play.workbench.setTool('select');
    feed('down', 6000, 3000);
    feed('up', 6000, 3000);
    const [point] = play.questions[0]!.selection.points;
    expect([point!.x, point!.y].map(Math.round)).toEqual([6000, 3000]);
  });
});
