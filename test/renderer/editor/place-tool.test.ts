/** Moving, scaling and rotating placed pictures with the pointer. */
import { describe, expect, it } from 'vitest';
import {
  concludePlace,
  PLACE_IDLE,
  type PlacedItem,
  type PlaceEffect,
  type PlaceInput,
  type PlaceScene,
  placedAt,
  rotateHandleOf,
  stepPlace,
} from '../../../renderer/editor/place-tool.ts';
import { cornerOf } from '../../../renderer/editor/placement.ts';

const image = { width: 100, height: 100 };

function item(id: string, x: number, y: number, change: Partial<PlacedItem> = {}): PlacedItem {
  const geometry = { x, y, scale: 1, rotationDeg: 0, flipX: false, flipY: false };
  return { id, geometry, image, isLocked: false, covers: () => true, ...change };
}

function sceneOf(items: readonly PlacedItem[], change: Partial<PlaceScene> = {}): PlaceScene {
  const background = { width: 1000, height: 600 };
  return { background, items, activeId: items.at(-1)?.id ?? null, scale: 1, snaps: false, ...change };
}

function play(
  scene: PlaceScene,
  points: readonly (readonly [number, number])[],
  keys: { shift?: boolean; alt?: boolean } = {},
): PlaceEffect[] {
  let state = PLACE_IDLE;
  const effects: PlaceEffect[] = [];
  for (const [index, [x, y]] of points.entries()) {
    const kind = index === 0 ? 'down' : index === points.length - 1 ? 'up' : 'move';
    const input: PlaceInput = { kind, point: { x, y }, shift: false, alt: false, ...keys };
    const step = stepPlace(state, input, scene);
    state = step.state;
    effects.push(...step.effects);
  }
  return effects;
}

const committed = (effects: readonly PlaceEffect[]) => effects.filter(({ kind }) => kind === 'commit');

describe('a drag', () => {
  it('moves by whole pixels and ends in one step', () => {
    const effects = play(sceneOf([item('cat', 300, 300)]), [
      [310, 310],
      [330.4, 310],
      [350.4, 289.7],
      [350.4, 289.7],
    ]);
    expect(effects.map(({ kind }) => kind)).toEqual(['show', 'show', 'commit']);
    expect(committed(effects)).toMatchObject([{ id: 'cat', gesture: 'move', geometry: { x: 340, y: 280 } }]);
  });

  it('stays on the longer axis with Shift', () => {
    const effects = play(
      sceneOf([item('cat', 300, 300)]),
      [
        [310, 310],
        [380, 330],
        [380, 330],
      ],
      { shift: true },
    );
    expect(committed(effects)).toMatchObject([{ geometry: { x: 370, y: 300 } }]);
  });

  it('snaps to the background and to other pictures, and shows the guides', () => {
    const scene = sceneOf([item('dog', 700, 200), item('cat', 300, 300)], { snaps: true });
    const effects = play(scene, [
      [300, 300],
      [300 - 246, 300 - 97],
      [300 - 246, 300 - 97],
    ]);
    expect(effects[0]).toMatchObject({
      kind: 'show',
      geometry: { x: 50, y: 200 },
      guides: [
        { axis: 'x', at: 0 },
        { axis: 'y', at: 150 },
      ],
    });
  });

  it('on a corner scales about the opposite one, with Alt about the centre', () => {
    const cat = item('cat', 300, 300);
    const drag = [
      [350, 350],
      [400, 400],
      [400, 400],
    ] as const;
    expect(committed(play(sceneOf([cat]), drag))).toMatchObject([
      { gesture: 'scale', geometry: { x: 325, y: 325, scale: 1.5 } },
    ]);
    expect(committed(play(sceneOf([cat]), drag, { alt: true }))).toMatchObject([
      { gesture: 'scale', geometry: { x: 300, y: 300, scale: 2 } },
    ]);
  });

  it('on the handle above rotates, in steps with Shift', () => {
    const cat = item('cat', 300, 300);
    const { handle } = rotateHandleOf(cat.geometry, image, 1);
    const drag = [
      [handle.x, handle.y],
      [390, 296],
      [390, 296],
    ] as const;
    const [free] = committed(play(sceneOf([cat]), drag));
    expect(free).toMatchObject({ gesture: 'rotate', geometry: { rotationDeg: expect.closeTo(87.4, 0) } });
    expect(committed(play(sceneOf([cat]), drag, { shift: true }))).toMatchObject([
      { geometry: { rotationDeg: 90 } },
    ]);
  });

  it('that is cancelled leaves nothing; one that is interrupted keeps what was shown', () => {
    const scene = sceneOf([item('cat', 300, 300)]);
    const at = (kind: 'down' | 'move', x: number): PlaceInput => ({
      kind,
      point: { x, y: 300 },
      shift: false,
      alt: false,
    });
    const { state } = stepPlace(stepPlace(PLACE_IDLE, at('down', 300), scene).state, at('move', 340), scene);
    expect(stepPlace(state, { kind: 'cancel' }, scene)).toEqual({
      state: PLACE_IDLE,
      effects: [{ kind: 'revert', id: 'cat' }],
    });
    expect(concludePlace(state).effects).toMatchObject([{ kind: 'commit', geometry: { x: 340, y: 300 } }]);
  });
});

describe('a click', () => {
  it('selects the nearest picture whose object is under it, and moves nothing', () => {
    const hollow = item('dog', 320, 320, { covers: (x) => x > 50 });
    const scene = sceneOf([item('cat', 300, 300), hollow], { activeId: null });
    expect(
      play(scene, [
        [340, 320],
        [341, 320],
      ]),
    ).toEqual([{ kind: 'select', id: 'dog' }]);
    expect(
      play(scene, [
        [300, 320],
        [300, 320],
      ]),
    ).toEqual([{ kind: 'select', id: 'cat' }]);
    expect(
      play(scene, [
        [600, 500],
        [600, 500],
      ]),
    ).toEqual([]);
    expect(placedAt(scene, { x: 271, y: 300 })?.id).toBe('cat');
  });

  it('selects a locked picture, but does not move it', () => {
    const scene = sceneOf([item('cat', 300, 300, { isLocked: true })], { activeId: null });
    expect(
      play(scene, [
        [300, 300],
        [400, 300],
        [400, 300],
      ]),
    ).toEqual([{ kind: 'select', id: 'cat' }]);
  });
});

it('grabs a corner of the selected picture even if another picture covers it', () => {
  const scene = sceneOf([item('cat', 300, 300), item('dog', 350, 350)], { activeId: 'cat' });
  const corner = cornerOf(scene.items[0]!.geometry, image, 'bottomRight');
  const effects = play(scene, [
    [corner.x, corner.y],
    [420, 420],
    [420, 420],
  ]);
  expect(committed(effects)).toMatchObject([{ id: 'cat', gesture: 'scale' }]);
});
