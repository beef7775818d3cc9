/** The mask workbench with a fake library and host: what remains of a gesture, however it ends. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { CONCEPT_COLOURS, type DocumentConcept } from '../../../electron/contract/scene-document.ts';
import type { MaskLibrary } from '../../../renderer/canvas/mask-library.ts';
import { MaskWorkbench } from '../../../renderer/canvas/mask-workbench.ts';
import type { MaskChange } from '../../../renderer/canvas/workbench-events.ts';
import { operateOnMask } from '../../../renderer/editor/mask-operations.ts';
import { copyPlane, coverageOf, type MaskPlane, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { resamplePlane } from '../../../renderer/editor/resample-plane.ts';
import type { SmartSelection, ToolInput } from '../../../renderer/editor/tools/tool.ts';
import type { Size } from '../../../renderer/editor/view-transform.ts';
import { documentConcept } from '../session/document-concept.ts';
import { stubCanvas } from './canvas-stubs.ts';

const SIZE = { width: 32, height: 32 };

let workbench: MaskWorkbench;
let concepts: DocumentConcept[];
/** Masks by name, as a host stores them. */
let masks: Map<AssetId, MaskPlane>;
let saves: { targetId: string; change: MaskChange; coverage: number }[];
let questions: { targetId: string; selection: SmartSelection; answer: () => void }[];
let failures: unknown[];
let nextSave: Promise<void> | undefined;
/** Until when a mask is being read. */
let reading: Record<AssetId, Promise<unknown>>;

function follow(activeId: string | null = 'cat', size = SIZE): void {
  workbench.follow(concepts, size, activeId);
}

function feed(kind: 'down' | 'move' | 'up' | 'double', x: number, y: number): void {
  const input: ToolInput = {
    kind,
    pointer: { x, y, pressure: 0.5, isPen: false, shift: false, alt: false },
  };
  workbench.input(input);
}

function stroke(): void {
  feed('down', 10, 10);
  feed('move', 20, 10);
}

/** Waits until every pending promise has settled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function name(plane: MaskPlane): AssetId {
  const id = String(masks.size + 1).padStart(64, '0');
  masks.set(id, plane);
  return id;
}

beforeAll(stubCanvas);

beforeEach(() => {
  masks = new Map();
  saves = [];
  questions = [];
  failures = [];
  nextSave = undefined;
  reading = {};
  concepts = [documentConcept('cat'), documentConcept('dog', { colour: CONCEPT_COLOURS[1] })];
  const library = {
    load: async (id: AssetId, size: Size) => {
      await reading[id];
      const plane = masks.get(id);
      if (!plane) throw new Error('not there');
      return resamplePlane(plane, size);
    },
    remember: () => {},
    operate: async (plane: MaskPlane, operation: Parameters<MaskLibrary['operate']>[1]) =>
      operateOnMask(copyPlane(plane), operation),
  } as unknown as MaskLibrary;
  workbench = new MaskWorkbench(library, {
    saveMask: async (targetId, made, change) => {
      const save = { targetId, change, coverage: Number.NaN };
      saves.push(save);
      const plane = made instanceof Promise ? await made : made;
      save.coverage = coverageOf(plane);
      const id = name(plane);
      // A later request is later in the history, however long the earlier one takes.
      if (saves.findLast((other) => other.targetId === targetId) === save) {
        concepts = concepts.map((one) => (one.id === targetId ? { ...one, mask: id } : one));
      }
      await nextSave;
      return id;
    },
    currentMask: (id) => concepts.find((one) => one.id === id)?.mask ?? null,
    select: (targetId, selection) =>
      new Promise((resolve) => questions.push({ targetId, selection, answer: resolve })),
    fail: (error) => failures.push(error),
  });
  workbench.setSettings({ brushSizePx: 6, hardness: 1 });
  follow();
});

describe('an unfinished gesture', () => {
  const ways: readonly (readonly [string, () => void])[] = [
    ['another tool', () => workbench.setTool('eraser')],
    ['another concept', () => follow('dog')],
    ['no concept', () => follow(null)],
    ['a second finger after it has drawn', () => workbench.interrupt(true)],
    ['an operation on its mask', () => void workbench.operate('cat', { kind: 'fillHoles' })],
    [
      'a lock on its concept',
      () => {
        concepts = [documentConcept('cat', { locked: true }), documentConcept('dog')];
        follow();
      },
    ],
  ];
  for (const [what, end] of ways) {
    it(`is committed as one step by ${what}`, async () => {
      stroke();
      end();
      await settled();
      const [first] = saves;
      expect(first).toMatchObject({ targetId: 'cat', change: { kind: 'gesture', label: 'brush' } });
      expect(first!.coverage).toBeGreaterThan(0.04);
      expect(saves.filter(({ change }) => change.kind === 'gesture')).toHaveLength(1);
      expect(workbench.isActive).toBe(false);
      expect(failures).toEqual([]);
    });
  }

  it('is discarded by Escape, and by a second finger before anything is drawn', () => {
    stroke();
    workbench.cancel();
    feed('down', 10, 10);
    workbench.interrupt(false);
    expect(saves).toEqual([]);
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0);
  });

  it('is discarded with its concept', () => {
    stroke();
    concepts = [documentConcept('dog')];
    follow('dog');
    expect(saves).toEqual([]);
    expect(workbench.planeOf('cat')).toBeUndefined();
  });

  it('closes a polygon, and discards one without area', () => {
    workbench.setTool('polygon');
    for (const [x, y] of [
      [2, 2],
      [28, 2],
      [28, 28],
    ] as const) {
      feed('down', x, y);
    }
    workbench.setTool('brush');
    expect(saves.map(({ change }) => change)).toEqual([{ kind: 'gesture', label: 'polygon' }]);
    workbench.setTool('polygon');
    feed('down', 2, 2);
    workbench.setTool('brush');
    expect(saves).toHaveLength(1);
  });

  it('of several clicks continues after a pinch', () => {
    workbench.setTool('polygon');
    feed('down', 2, 2);
    workbench.interrupt(true);
    feed('down', 28, 2);
    feed('down', 28, 28);
    workbench.input({ kind: 'confirm' });
    expect(saves).toHaveLength(1);
  });
});

describe('smart select', () => {
  const proposed = maskPlane(32, 32, new Uint8ClampedArray(32 * 32).fill(255, 0, 512));

  async function propose(): Promise<void> {
    workbench.setTool('select');
    feed('down', 10, 10);
    feed('up', 10, 10);
    const question = questions.at(-1)!;
    await workbench.showSelection('cat', question.selection, name(proposed));
    question.answer();
    await settled();
  }

  it('waits, shows a proposal, and accepts it on Enter', async () => {
    workbench.setTool('select');
    expect(workbench.proposal).toBe('none');
    feed('down', 10, 10);
    feed('up', 10, 10);
    expect(workbench.proposal).toBe('awaited');
    workbench.cancel();
    expect(workbench.proposal).toBe('none');
    await propose();
    expect(workbench.proposal).toBe('shown');
    workbench.input({ kind: 'confirm' });
    expect(saves).toEqual([{ targetId: 'cat', change: { kind: 'gesture', label: 'select' }, coverage: 0.5 }]);
    expect(workbench.proposal).toBe('none');
  });

  it('accepts what it is still looking for on Enter, unless Escape or another point comes after it', async () => {
    const click = (at: number) => {
      feed('down', at, at);
      feed('up', at, at);
    };
    workbench.setTool('select');
    for (const between of [undefined, () => workbench.cancel(), () => click(20)]) {
      saves.length = 0;
      click(10);
      workbench.input({ kind: 'confirm', use: 'add' });
      expect(workbench.proposal).toBe('awaited');
      between?.();
      const question = questions.findLast(({ selection }) => selection.points.length > 0)!;
      await workbench.showSelection('cat', question.selection, name(proposed));
      question.answer();
      await settled();
      expect(saves.length).toBe(between === undefined ? 1 : 0);
      workbench.cancel();
    }
  });

  for (const [what, end] of [
    ['another tool', () => workbench.setTool('brush')],
    ['another concept', () => follow('dog')],
  ] as const) {
    it(`accepts its proposal when ${what} is selected`, async () => {
      await propose();
      end();
      expect(saves).toEqual([
        { targetId: 'cat', change: { kind: 'gesture', label: 'select' }, coverage: 0.5 },
      ]);
      expect(coverageOf(workbench.planeOf('cat')!)).toBe(0.5);
    });
  }

  it('continues after a pinch, with its proposal still open', async () => {
    await propose();
    workbench.interrupt(true);
    expect(workbench.proposal).toBe('shown');
    expect(saves).toEqual([]);
  });

  it('cancels an outdated request, and ignores a late answer', async () => {
    workbench.setTool('select');
    feed('down', 10, 10);
    feed('up', 10, 10);
    const [question] = questions;
    workbench.setTool('brush');
    expect(questions.at(-1)!.selection).toEqual({ points: [], box: null });
    await workbench.showSelection('cat', question!.selection, name(proposed));
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0);
    expect(saves).toEqual([]);
  });

  it('sends no request for a point outside the picture', () => {
    workbench.setTool('select');
    feed('down', 40, 10);
    feed('up', 40, 10);
    expect(questions).toEqual([]);
    expect(workbench.proposal).toBe('none');
  });
});

describe('masks of the document', () => {
  it('are loaded, and replaced by newer ones', async () => {
    const [half, full] = [0, 512].map((from) =>
      name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, from, 512 + from / 2))),
    );
    concepts = [documentConcept('cat', { mask: half! })];
    follow();
    await settled();
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0.5);
    concepts = [documentConcept('cat', { mask: full! })];
    follow();
    await settled();
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0.25);
    concepts = [documentConcept('cat')];
    follow();
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0);
    expect(failures).toEqual([]);
  });

  it('do not overwrite a stroke that is being saved', async () => {
    let release = () => {};
    nextSave = new Promise((resolve) => {
      release = resolve;
    });
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(workbench.planeOf('cat')!);
    concepts = [documentConcept('cat')];
    follow();
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(painted);
    release();
    await settled();
    // The document has no mask after all: the save was refused.
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0);
  });

  it('stay under what is painted, selected or computed before they are loaded', async () => {
    const half = name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, 512)));
    stroke();
    feed('up', 20, 10);
    await settled();
    const painted = coverageOf(workbench.planeOf('cat')!);
    workbench.leaveProject();
    concepts = [documentConcept('cat', { mask: half }), documentConcept('dog', { mask: half })];
    saves.length = 0;
    follow();
    stroke();
    feed('up', 20, 10);
    const inverted = workbench.operate('dog', { kind: 'shrink', radiusPx: 2 });
    await inverted;
    await settled();
    expect(saves[0]!.coverage).toBeCloseTo(0.5 + painted);
    expect(coverageOf(workbench.planeOf('cat')!)).toBeCloseTo(0.5 + painted);
    expect(coverageOf(workbench.planeOf('dog')!)).toBeGreaterThan(0.3);
    expect(failures).toEqual([]);
  });

  it('are shown although an earlier one, which was still loading, fails', async () => {
    const half = name(maskPlane(32, 32, new Uint8ClampedArray(1024).fill(255, 512)));
    concepts = [documentConcept('cat', { mask: 'f'.repeat(64) })];
    follow();
    concepts = [documentConcept('cat', { mask: half })];
    reading[half] = settled();
    follow();
    await settled();
    await settled();
    expect(failures).toHaveLength(1);
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0.5);
  });

  it('with another aspect ratio than the background are reported and not shown', async () => {
    concepts = [documentConcept('cat', { mask: name(maskPlane(8, 12)) })];
    follow();
    await settled();
    expect(failures).toHaveLength(1);
  });

  it('that fail to load are reported', async () => {
    concepts = [documentConcept('cat', { mask: 'f'.repeat(64) })];
    follow();
    await settled();
    expect(failures).toHaveLength(1);
  });
});

describe('an operation in progress', () => {
  it('is saved to its own project if another is shown meanwhile, and leaves that one’s masks unchanged', async () => {
    stroke();
    feed('up', 20, 10);
    await settled();
    const operated = workbench.operate('cat', { kind: 'invert' });
    workbench.leaveProject();
    // A copy of the project: its concepts have the same ids.
    concepts = [documentConcept('cat'), documentConcept('dog')];
    follow();
    await operated;
    expect(saves.map(({ change }) => change)).toEqual([
      { kind: 'gesture', label: 'brush' },
      { kind: 'operation', label: 'invert' },
    ]);
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(0);
  });

  it('stays under what is painted meanwhile, on the canvas as in the history', async () => {
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(workbench.planeOf('cat')!);
    await settled();
    const operated = workbench.operate('cat', { kind: 'invert' });
    workbench.setTool('eraser');
    stroke();
    feed('up', 20, 10);
    await operated;
    await settled();
    expect(saves.map(({ change }) => change.kind)).toEqual(['gesture', 'operation', 'gesture']);
    // The stroke's place is outside of the inverted mask, so that there is nothing to erase.
    expect(coverageOf(workbench.planeOf('cat')!)).toBeCloseTo(1 - painted, 2);
    expect(saves.at(-1)!.coverage).toBeCloseTo(1 - painted, 2);
  });

  it('is where the next one starts, however soon that is asked for', async () => {
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(workbench.planeOf('cat')!);
    await settled();
    const twice = [
      workbench.operate('cat', { kind: 'invert' }),
      workbench.operate('cat', { kind: 'invert' }),
    ];
    workbench.copyFrom('dog', 'cat');
    await Promise.all(twice);
    await settled();
    expect(saves.map(({ coverage }) => coverage)).toEqual([painted, 1 - painted, painted, painted]);
    for (const id of ['cat', 'dog']) expect(coverageOf(workbench.planeOf(id)!)).toBe(painted);
  });

  it('that fails is reported, and the next one starts from what was there before it', async () => {
    stroke();
    feed('up', 20, 10);
    const painted = coverageOf(workbench.planeOf('cat')!);
    await settled();
    const both = [
      workbench.operate('cat', { kind: 'grow', radiusPx: -1 }),
      workbench.operate('cat', { kind: 'invert' }),
    ];
    await Promise.all(both);
    await settled();
    expect(failures).toHaveLength(1);
    expect(coverageOf(workbench.planeOf('cat')!)).toBe(1 - painted);
  });
});

describe('the colour of a mask', () => {
  it('changes with the picture under it', () => {
    stroke();
    feed('up', 20, 10);
    const colour = () => workbench.imageOf('cat')!.colour;
    const own = colour();
    const amber = [0xe6, 0x9f, 0x00, 255];
    const picture = (pixel: readonly number[]) => ({
      width: 8,
      height: 8,
      data: Uint8ClampedArray.from({ length: 256 }, (_, at) => pixel[at % 4]!),
    });
    workbench.setPicture(picture(amber));
    expect(colour()).not.toBe(own);
    workbench.setPicture(picture([0, 0, 255, 255]));
    expect(colour()).toBe(own);
  });
});

describe('masks of a background above four megapixels', () => {
  const background = { width: 8000, height: 4000 };

  it('are painted, outlined and moved in background pixels', async () => {
    follow('cat', background);
    const { mask, scale } = workbench.space;
    expect(mask.width * mask.height).toBeLessThanOrEqual(4_000_000);
    expect(scale).toBeCloseTo(Math.sqrt(4 / 32), 3);
    workbench.setSettings({ brushSizePx: 800 });
    feed('down', 2000, 2000);
    feed('up', 2000, 2000);
    await settled();
    const bounds = workbench.boundsOf('cat')!;
    for (const [edge, at] of Object.entries({ left: 1600, top: 1600, right: 2400, bottom: 2400 })) {
      expect(Math.abs(bounds[edge as keyof typeof bounds] - at), edge).toBeLessThan(8);
    }
    workbench.setTool('rectangle');
    feed('down', 4000, 1000);
    feed('move', 5000, 3000);
    const corners = workbench.outline.points.map(({ x, y }) => [Math.round(x), Math.round(y)]);
    expect(corners).toContainEqual([4000, 1000]);
    expect(corners).toContainEqual([5000, 3000]);
    feed('up', 5000, 3000);
    await settled();
    expect(saves.at(-1)!.coverage).toBeCloseTo((1000 * 2000 + Math.PI * 400 ** 2) / (8000 * 4000), 3);
  });

  it('are requested in background pixels', () => {
    follow('cat', background);
    workbench.setTool('select');
    feed('down', 6000, 3000);
    feed('up', 6000, 3000);
    const [point] = questions[0]!.selection.points;
    expect([point!.x, point!.y].map(Math.round)).toEqual([6000, 3000]);
  });
});
