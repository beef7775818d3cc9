/** Placed pictures on the canvas with a fake library: what remains of a gesture, and what is drawn during it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Placement } from '../../../electron/contract/placement.ts';
import { CONCEPT_COLOURS, type DocumentConcept } from '../../../electron/contract/scene-document.ts';
import { CanvasTools, type ToolScene } from '../../../renderer/canvas/canvas-tools.ts';
import { COVER_SIDE, type CutOut, type CutOutOptions } from '../../../renderer/canvas/cut-out-pixels.ts';
import { FrameWorkbench } from '../../../renderer/canvas/frame-workbench.ts';
import type { MaskWorkbench } from '../../../renderer/canvas/mask-workbench.ts';
import { PlaceWorkbench } from '../../../renderer/canvas/place-workbench.ts';
import { paintableMask } from '../../../renderer/editor/mask-target.ts';
import type { PlacedGeometry } from '../../../renderer/editor/placement.ts';
import type { ToolInput } from '../../../renderer/editor/tools/tool.ts';

const BACKGROUND = { width: 1000, height: 600 };
const picture = { width: 100, height: 100 };

let place: PlaceWorkbench;
let concepts: DocumentConcept[];
let cuts: { picture: string; subject: string | null; options: CutOutOptions }[];
let commits: { id: string; geometry: PlacedGeometry; gesture: string }[];
let selected: string[];
let failures: unknown[];
let redraws: number;
/** Bitmaps that are not closed. */
let held: Set<ImageBitmap>;

const settled = () => new Promise((resolve) => setImmediate(resolve));

function placementAt(x: number, y: number): Placement {
  const shown = { opacity: 1, softEdgePx: 0, shadow: null };
  return { x, y, scale: 1, rotationDeg: 0, flipX: false, flipY: false, ...shown };
}

function concept(
  id: string,
  placement: Placement | null,
  change: Partial<DocumentConcept> = {},
): DocumentConcept {
  return {
    id,
    name: id,
    prompt: '',
    phrase: '',
    image: `image of ${id}`,
    subject: null,
    mask: null,
    front: null,
    mode: placement ? 'place' : 'replace',
    placement,
    strength: null,
    alpha: 0.15,
    visible: true,
    locked: false,
    colour: CONCEPT_COLOURS[0],
    ...change,
  };
}

async function follow(activeId: string | null = 'cat'): Promise<void> {
  place.follow(concepts, BACKGROUND, activeId);
  await settled();
}

const at = (kind: 'down' | 'move' | 'up', x: number, y: number) =>
  place.input({ kind, point: { x, y }, shift: false, alt: false });

beforeEach(async () => {
  [cuts, commits, selected, failures, redraws] = [[], [], [], [], 0];
  held = new Set();
  const bitmap = () => {
    const made = { close: () => held.delete(made) } as unknown as ImageBitmap;
    held.add(made);
    return made;
  };
  concepts = [
    concept('cat', placementAt(300, 300)),
    concept('dog', placementAt(700, 200)),
    concept('car', null),
  ];
  const cutOut = async (image: string, subject: string | null, options: CutOutOptions): Promise<CutOut> => {
    if (image === 'broken') throw new Error('not a picture');
    cuts.push({ picture: image, subject, options });
    const cover = new Uint8Array(COVER_SIDE * COVER_SIDE).fill(1);
    const bounds = { left: 10, top: 0, right: 90, bottom: 100 };
    const shadow = options.shadowBlurPx === null ? null : { outline: bitmap(), marginPx: 3 };
    return { ...picture, picture: bitmap(), shadow, cover, bounds };
  };
  place = new PlaceWorkbench(
    { cutOut },
    {
      select: (id) => selected.push(id),
      commit: (id, geometry, gesture) => commits.push({ id, geometry, gesture }),
      fail: (error) => failures.push(error),
    },
  );
  place.setRedraw(() => redraws++);
  place.setSettings({ snaps: false });
  await follow();
});

describe('placed concepts', () => {
  it('are drawn in layer order once they are cut out; concepts that replace an object are not', () => {
    expect(place.pictures.map(({ id }) => id)).toEqual(['cat', 'dog']);
    expect(place.sizeOf('cat')).toMatchObject(picture);
    expect(place.boundsOf('dog')).toMatchObject({ left: 10, right: 90 });
    expect(place.sizeOf('car')).toBeUndefined();
  });

  it('are drawn while excluded only as long as they are selected', async () => {
    concepts = concepts.map((one) => (one.id === 'dog' ? { ...one, visible: false } : one));
    await follow();
    expect(place.pictures.map(({ id }) => id)).toEqual(['cat']);
    await follow('dog');
    expect(place.pictures.map(({ id }) => id)).toEqual(['cat', 'dog']);
  });

  it('are cut out again when their picture, subject or edge changes, not when they move', async () => {
    const before = cuts.length;
    concepts = [concept('cat', placementAt(310, 300)), concepts[1]!];
    await follow();
    expect(cuts).toHaveLength(before);
    concepts = [concept('cat', { ...placementAt(310, 300), softEdgePx: 4 }), concepts[1]!];
    await follow();
    expect(cuts.at(-1)).toMatchObject({ options: { softEdgePx: 4, shadowBlurPx: null } });
    concepts = [concept('cat', placementAt(310, 300), { subject: 'shape' }), concepts[1]!];
    await follow();
    expect(cuts.at(-1)).toMatchObject({ subject: 'shape' });
    expect(cuts).toHaveLength(before + 2);
  });

  it('hold the bitmaps that are drawn, and no others', async () => {
    const drawn = () =>
      place.pictures.flatMap(({ cutOut: { picture: own, shadow } }) =>
        shadow ? [own, shadow.outline] : [own],
      );
    const expectHeld = (count: number) => {
      expect(held.size).toBe(count);
      expect(drawn()).toHaveLength(count);
      expect(drawn().every((one) => held.has(one))).toBe(true);
    };
    const shadowed = {
      ...placementAt(300, 300),
      shadow: { blurPx: 4, opacity: 1, offsetXPx: 0, offsetYPx: 0 },
    };
    concepts = [concept('cat', shadowed), concepts[1]!];
    await follow();
    expectHeld(3);
    // 1. One that is outdated before it is made.
    concepts = [concept('cat', { ...shadowed, softEdgePx: 4 }), concepts[1]!];
    place.follow(concepts, BACKGROUND, 'cat');
    concepts = [concept('cat', { ...shadowed, softEdgePx: 8 }), concepts[1]!];
    await follow();
    expectHeld(3);
    // 2. One whose concept is gone before it is made, and then all of them.
    concepts = [concept('cat', { ...shadowed, softEdgePx: 12 }), concepts[1]!];
    place.follow(concepts, BACKGROUND, 'cat');
    concepts = [concepts[1]!];
    await follow(null);
    expectHeld(1);
    concepts = [];
    await follow(null);
    expectHeld(0);
  });

  it('are reported once if they cannot be cut out, and tried again after the next change', async () => {
    concepts = [concept('cat', placementAt(300, 300), { image: 'broken' })];
    await follow();
    expect(failures).toHaveLength(1);
    await follow();
    expect(failures).toHaveLength(2);
    // Not for a concept that is gone by then.
    place.follow(concepts, BACKGROUND, 'cat');
    concepts = [];
    await follow(null);
    expect(failures).toHaveLength(2);
  });
});

describe('a gesture', () => {
  it('is drawn as it goes and becomes one step of the history', async () => {
    at('down', 300, 300);
    at('move', 330, 310);
    expect(place.active?.placement).toMatchObject({ x: 330, y: 310, opacity: 1 });
    expect(place.isActive).toBe(true);
    expect(commits).toEqual([]);
    at('up', 340, 320);
    expect(commits).toMatchObject([{ id: 'cat', gesture: 'move', geometry: { x: 340, y: 320 } }]);
    // Until the document is updated, the picture stays where it was released.
    expect(place.active?.placement).toMatchObject({ x: 340, y: 320 });
    concepts = [concept('cat', placementAt(340, 320)), concepts[1]!];
    await follow();
    expect(place.active?.placement).toMatchObject({ x: 340, y: 320 });
  });

  it('is committed when another concept is selected, and discarded by Escape', async () => {
    at('down', 300, 300);
    at('move', 330, 310);
    place.cancel();
    expect(place.active?.placement).toMatchObject({ x: 300, y: 300 });
    at('down', 300, 300);
    at('move', 330, 310);
    await follow('dog');
    expect(commits).toMatchObject([{ id: 'cat', geometry: { x: 330, y: 310 } }]);
  });

  it('ends with its picture, which an undo may remove or let replace an object again', async () => {
    for (const without of [
      concepts.filter(({ id }) => id !== 'cat'),
      concepts.map((one) => (one.id === 'cat' ? { ...one, mode: 'replace' as const } : one)),
    ]) {
      const before = concepts;
      for (const begin of [
        () => {
          at('down', 300, 300);
          at('move', 330, 310);
        },
        () => place.nudge({ x: 1, y: 0 }),
      ]) {
        begin();
        expect(place.isActive).toBe(true);
        concepts = without;
        await follow();
        expect(place.isActive).toBe(false);
        at('move', 340, 320);
        at('up', 340, 320);
        place.endNudging();
        concepts = before;
        await follow();
        expect(place.active?.placement).toMatchObject({ x: 300, y: 300 });
      }
    }
    expect(commits).toEqual([]);
  });

  it('selects another picture by a click on it', () => {
    at('down', 700, 200);
    at('up', 700, 200);
    expect(selected).toEqual(['dog']);
    expect(commits).toEqual([]);
  });

  it('with the keyboard is one step, however often a key repeats', () => {
    for (let times = 0; times < 5; times++) expect(place.nudge({ x: 1, y: 0 })).toBe(true);
    expect(place.active?.placement.x).toBe(305);
    place.endNudging();
    expect(commits).toMatchObject([{ geometry: { x: 305 }, gesture: 'move' }]);
  });

  it('with the keyboard does nothing to a picture that is not on the canvas yet', async () => {
    const late = concept('late', placementAt(300, 300));
    place.follow([...concepts, late], BACKGROUND, 'late');
    expect(place.nudge({ x: 1, y: 0 })).toBe(false);
    place.endNudging();
    expect(place.isActive).toBe(false);
    await settled();
    expect(place.nudge({ x: 1, y: 0 })).toBe(true);
    place.endNudging();
    expect(commits).toMatchObject([{ id: 'late', geometry: { x: 301 } }]);
  });

  it('does nothing to a locked picture, or with none selected', async () => {
    concepts = concepts.map((one) => ({ ...one, locked: true }));
    await follow();
    expect(place.nudge({ x: 1, y: 0 })).toBe(false);
    await follow(null);
    expect(place.nudge({ x: 1, y: 0 })).toBe(false);
    expect(commits).toEqual([]);
  });
});

it('draws a slider’s value until it follows the document again', async () => {
  place.preview('cat', { opacity: 0.3 });
  expect(place.active?.placement.opacity).toBe(0.3);
  await follow();
  expect(place.active?.placement.opacity).toBe(1);
});

describe('the active tool', () => {
  let tools: CanvasTools;
  let toMasks: ToolInput[];
  let frames: unknown[];
  const pointer = (kind: 'down' | 'move' | 'up', x: number, y: number): ToolInput => ({
    kind,
    pointer: { x, y, pressure: 0.5, isPen: false, shift: false, alt: false },
  });

  beforeEach(() => {
    toMasks = [];
    frames = [];
    const masks = {
      isActive: false,
      gestureCount: 3,
      input: (input: ToolInput) => toMasks.push(input),
      boundsOf: () => ({ left: 250, top: 250, right: 350, bottom: 350 }),
      setTool: () => {},
      setSettings: () => {},
      follow: () => {},
      conclude: () => {},
      cancel: () => {},
      leaveProject: () => {},
    } as unknown as MaskWorkbench;
    tools = new CanvasTools(masks, place, new FrameWorkbench((frame) => frames.push(frame)));
    tools.setScale(1);
  });

  function scene(activeId: string): ToolScene {
    const masks = concepts
      .filter(({ mode }) => mode === 'replace')
      .map((concept) => paintableMask(concept, 'mask'));
    return { size: BACKGROUND, masks, activeMaskId: activeId, concepts, activeId };
  }

  function drag(from: readonly [number, number], to: readonly [number, number]): void {
    tools.input(pointer('down', ...from));
    tools.input(pointer('move', ...to));
    tools.input(pointer('up', ...to));
  }

  it('moves placed pictures with the Move tool, and paints masks with all others', async () => {
    tools.follow(scene('cat'));
    drag([300, 300], [320, 300]);
    expect(toMasks).toHaveLength(3);
    expect(commits).toEqual([]);
    tools.setTool('move');
    drag([300, 300], [320, 300]);
    expect(toMasks).toHaveLength(3);
    expect(commits).toHaveLength(1);
  });

  it('commits what is being moved when another project is shown in the middle of it', () => {
    tools.follow(scene('cat'));
    tools.setTool('move');
    tools.input(pointer('down', 300, 300));
    tools.input(pointer('move', 320, 300));
    tools.leaveProject();
    expect(commits).toMatchObject([{ id: 'cat', geometry: { x: 320 } }]);
    tools.input(pointer('down', 300, 300));
    tools.leaveProject();
    expect(tools.isActive).toBe(false);
    expect(commits).toHaveLength(1);
  });

  it('moves the active mask if it is under the pointer, else the placed picture there', () => {
    tools.follow(scene('car'));
    tools.setTool('move');
    drag([300, 300], [320, 300]);
    expect(toMasks).toHaveLength(3);
    drag([700, 200], [720, 200]);
    expect(selected).toEqual(['dog']);
    expect(commits).toMatchObject([{ id: 'dog' }]);
  });

  it('draws the frame with the Frame tool, by pointer and keyboard', () => {
    tools.follow(scene('cat'));
    tools.frame.follow({ left: 0, top: 0, ...BACKGROUND }, BACKGROUND);
    tools.setTool('frame');
    drag([100, 100], [400, 300]);
    expect(frames).toEqual([{ left: 100, top: 100, width: 300, height: 200 }]);
    tools.frame.follow({ left: 100, top: 100, width: 300, height: 200 }, BACKGROUND);
    tools.nudge({ x: 10, y: 0 });
    tools.nudge({ x: 10, y: 0 });
    expect(tools.isActive).toBe(true);
    tools.endNudging();
    expect(frames.at(-1)).toEqual({ left: 120, top: 100, width: 300, height: 200 });
  });

  it('nudges nothing while a painting tool is active', () => {
    tools.follow(scene('cat'));
    expect(tools.nudge({ x: 1, y: 0 })).toBe(false);
  });
});
