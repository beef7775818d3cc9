/** Masks of the document on the canvas: loaded, computed and painted at the same time. */
import { describe, expect, it, vi } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { coverageOf, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { documentConcept } from '../session/document-concept.ts';
import { feed, follow, name, play, playWorkbench, settled, stroke } from './played-workbench.ts';

playWorkbench();

describe('masks of the document', () => {
  it('are loaded, and replaced by newer ones', async () => {
    const [half, full] = [0, 512].map((from) =>
      name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, from, 512 + from / 2))),
    );
    play.concepts = [documentConcept('cat', { mask: half! })];
    follow();
    await settled();
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0.5);
    play.concepts = [documentConcept('cat', { mask: full! })];
    follow();
    await settled();
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0.25);
    play.concepts = [documentConcept('cat')];
    follow();
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0);
    expect(play.failures).toEqual([]);
  });

  it('do not overwrite a stroke that is being saved', async () => {
    let release = () => {};
    play.nextSave = new Promise((resolve) => {
      release = resolve;
    });
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    play.concepts = [documentConcept('cat')];
    follow();
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(painted);
    release();
    await settled();
    // The document has no mask after all: the save was refused.
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0);
  });

  it('stay under what is painted, selected or computed before they are loaded', async () => {
    const half = name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, 512)));
    stroke();
    feed('up', 20, 10);
    await settled();
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    play.workbench.leaveProject();
    play.concepts = [documentConcept('cat', { mask: half }), documentConcept('dog', { mask: half })];
    play.saves.length = 0;
    follow();
    stroke();
    feed('up', 20, 10);
    const inverted = play.workbench.operate('dog', { kind: 'shrink', radiusPx: 2 });
    await inverted;
    await settled();
    expect(play.saves[0]!.coverage).toBeCloseTo(0.5 + painted);
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBeCloseTo(0.5 + painted);
    expect(coverageOf(play.workbench.planeOf('dog')!)).toBeGreaterThan(0.3);
    expect(play.failures).toEqual([]);
  });

  it('stay under a stroke whose pointer is still down when they come: loaded, or computed', async () => {
    stroke();
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    const half = name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, 512)));
    play.concepts = [documentConcept('cat', { mask: half })];
    follow();
    await settled();
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBeCloseTo(0.5 + painted);
    feed('move', 25, 10);
    feed('up', 25, 10);
    await settled();
    const [first] = play.saves;
    expect(first!.coverage).toBeGreaterThan(0.5 + painted);
    const cleared = play.workbench.operate('cat', { kind: 'clear' });
    stroke();
    await cleared;
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBeCloseTo(painted);
    feed('move', 25, 10);
    feed('up', 25, 10);
    await settled();
    expect(play.saves.map(({ change }) => change.kind)).toEqual(['gesture', 'operation', 'gesture']);
    expect(play.saves.at(-1)!.coverage).toBeCloseTo(first!.coverage - 0.5);
    expect(play.failures).toEqual([]);
  });

  it('are shown although an earlier one, which was still loading, fails', async () => {
    const half = name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, 512)));
    play.concepts = [documentConcept('cat', { mask: 'f'.repeat(64) })];
    follow();
    play.concepts = [documentConcept('cat', { mask: half })];
    play.reading[half] = settled();
    follow();
    await settled();
    await settled();
    expect(play.failures).toEqual([]);
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0.5);
  });

  it('are read again until the host can be reached, under what is painted meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const half = name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, 512)));
    const lost = () => {
      const refusal = Promise.reject(new StudioError('HOST_UNREACHABLE', 'lost'));
      refusal.catch(() => undefined);
      return refusal;
    };
    play.reading[half] = lost();
    play.concepts = [documentConcept('cat', { mask: half })];
    follow();
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    await settled();
    await vi.advanceTimersByTimeAsync(5000);
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(painted);
    delete play.reading[half];
    await vi.advanceTimersByTimeAsync(500);
    await settled();
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBeCloseTo(0.5 + painted);
    expect(play.saves[0]!.coverage).toBeCloseTo(0.5 + painted);
    expect(play.failures).toEqual([]);
    vi.useRealTimers();
  });

  it('with another aspect ratio than the background are reported and not shown', async () => {
    play.concepts = [documentConcept('cat', { mask: name(maskPlane(8, 12)) })];
    follow();
    await settled();
    expect(play.failures).toHaveLength(1);
  });

  it('that fail to load are reported', async () => {
    play.concepts = [documentConcept('cat', { mask: 'f'.repeat(64) })];
    follow();
    await settled();
    expect(play.failures).toHaveLength(1);
  });
});

describe('an operation in progress', () => {
  it('is saved to its own project if another is shown meanwhile, and leaves that one’s masks unchanged', async () => {
    stroke();
    feed('up', 20, 10);
    await settled();
    const operated = play.workbench.operate('cat', { kind: 'invert' });
    play.workbench.leaveProject();
    // A copy of the project: its concepts have the same ids.
    play.concepts = [documentConcept('cat'), documentConcept('dog')];
    follow();
    await operated;
    expect(play.saves.map(({ change }) => change)).toEqual([
      { kind: 'gesture', label: 'brush' },
      { kind: 'operation', label: 'invert' },
    ]);
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(0);
  });

  it('stays under what is painted meanwhile, on the canvas as in the history', async () => {
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    await settled();
    const operated = play.workbench.operate('cat', { kind: 'invert' });
    play.workbench.setTool('eraser');
    stroke();
    feed('up', 20, 10);
    await operated;
    await settled();
    expect(play.saves.map(({ change }) => change.kind)).toEqual(['gesture', 'operation', 'gesture']);
    // The stroke's place is outside of the inverted mask, so that there is nothing to erase.
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBeCloseTo(1 - painted, 2);
    expect(play.saves.at(-1)!.coverage).toBeCloseTo(1 - painted, 2);
  });

  it('is where the next one starts, however soon that is asked for', async () => {
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    await settled();
    const twice = [
      play.workbench.operate('cat', { kind: 'invert' }),
      play.workbench.operate('cat', { kind: 'invert' }),
    ];
    play.workbench.copyFrom('dog', 'cat');
    await Promise.all(twice);
    await settled();
    expect(play.saves.map(({ coverage }) => coverage)).toEqual([painted, 1 - painted, painted, painted]);
    for (const id of ['cat', 'dog']) expect(coverageOf(play.workbench.planeOf(id)!)).toBe(painted);
  });

  it('that fails is reported, and the next one starts from what was there before it', async () => {
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(play.workbench.planeOf('cat')!);
    await settled();
    const both = [
      play.workbench.operate('cat', { kind: 'grow', radiusPx: -1 }),
      play.workbench.operate('cat', { kind: 'invert' }),
    ];
    await Promise.all(both);
    await settled();
    expect(play.failures).toHaveLength(1);
    expect(coverageOf(play.workbench.planeOf('cat')!)).toBe(1 - painted);
  });
});
