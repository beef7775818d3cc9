/** Modes, placements and the frame in the scene document. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentRequest } from '../../../electron/contract/document-request.ts';
import { placementSchema } from '../../../electron/contract/placement.ts';
import {
  emptySceneDocument,
  type SceneDocument,
  sceneDocumentSchema,
} from '../../../electron/contract/scene-document.ts';
import { addConcept, changeConcept, setBackground } from '../../../renderer/editor/document-commands.ts';
import { boundsOfPlaced } from '../../../renderer/editor/placement.ts';
import {
  changePlacement,
  droppedPlacement,
  firstShadow,
  placementOver,
  setFrame,
  setMode,
  withPlacedDetail,
} from '../../../renderer/editor/placement-commands.ts';

const background = { width: 1200, height: 900 };
const image = { width: 400, height: 200 };
const id = (letter: string) => letter.repeat(64);
const pack = { id: 'starter', version: '1', weights: id('f') };

let document: SceneDocument;

beforeEach(() => {
  const placement = droppedPlacement(image, background, { x: 300, y: 400 });
  const start = { ...emptySceneDocument(), background: id('a') };
  document = addConcept(start, 'cat', { name: 'cat', image: id('b'), placement });
});

const cat = (of = document) => of.concepts[0]!;

describe('a dropped picture', () => {
  it('becomes a placed concept, which can be rendered without a mask', () => {
    expect(cat()).toMatchObject({ mode: 'place', mask: null, placement: { x: 300, y: 400, scale: 0.75 } });
    expect(documentRequest(document, pack).complete).toBe(true);
  });

  it('fills a third of a large photograph even if it is small, enlarged up to four times', () => {
    const small = { width: 256, height: 256 };
    const scaleOn = (side: number) =>
      droppedPlacement(small, { width: side, height: side }, { x: 0, y: 0 }).scale;
    expect(scaleOn(1536)).toBe(2);
    expect(scaleOn(6000)).toBe(4);
  });

  it('lies inside the background, at most a third of its shorter side large', () => {
    const side = fc.integer({ min: 64, max: 16_384 });
    const at = fc.double({ min: -5000, max: 20_000, noNaN: true });
    const sizes = fc.record({ width: side, height: side });
    fc.assert(
      fc.property(sizes, sizes, at, at, (picture, around, x, y) => {
        const placed = placementSchema.parse(droppedPlacement(picture, around, { x, y }));
        const longest = Math.max(picture.width, picture.height) * placed.scale;
        expect(longest).toBeLessThanOrEqual(Math.min(around.width, around.height) / 3 + 1e-6);
        expect(placed.x).toBeGreaterThanOrEqual(0);
        expect(placed.x).toBeLessThanOrEqual(around.width);
        expect(placed.y).toBeGreaterThanOrEqual(0);
        expect(placed.y).toBeLessThanOrEqual(around.height);
      }),
    );
  });
});

describe('the mode', () => {
  it('keeps the settings of the other one, so that switching back changes nothing', () => {
    const masked = changeConcept(document, 'cat', { mask: id('c') });
    const replacing = setMode(masked, 'cat', 'replace');
    expect(cat(replacing)).toEqual({ ...cat(masked), mode: 'replace' });
    expect(setMode(replacing, 'cat', 'place')).toEqual(masked);
    expect(setMode(masked, 'cat', 'place')).toBe(masked);
  });

  it('may be set together with a placement: where the mask was', () => {
    const bounds = { left: 100, top: 100, right: 300, bottom: 400 };
    const over = placementOver(image, background, bounds);
    const box = boundsOfPlaced(over, image);
    expect(box).toEqual({ left: 100, top: 200, right: 300, bottom: 300 });
    expect(cat(setMode(document, 'cat', 'place', over)).placement).toBe(over);
    const nowhere = placementOver(image, background, { left: 0, top: 0, right: 0, bottom: 0 });
    expect(nowhere).toMatchObject({ x: 600, y: 450 });
  });
});

describe('a placement', () => {
  it('changes in parts, and setting the same value changes nothing', () => {
    const moved = changePlacement(document, 'cat', { x: 310, opacity: 0.5 });
    expect(cat(moved).placement).toEqual({ ...cat().placement, x: 310, opacity: 0.5 });
    expect(changePlacement(document, 'cat', { x: 300, opacity: 1 })).toBe(document);
    const shadow = firstShadow(image, 1);
    expect(cat(changePlacement(document, 'cat', { shadow })).placement?.shadow).toEqual(shadow);
    expect(sceneDocumentSchema.parse(changePlacement(document, 'cat', { shadow }))).toBeDefined();
  });

  it('does not exist for a concept that is not placed', () => {
    const plain = addConcept(document, 'dog', { name: 'dog' });
    expect(() => changePlacement(plain, 'dog', { x: 1 })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });

  it('keeps its position and share on a background of another size, and everything on one of the same', () => {
    const drawn = setFrame(document, { left: 0, top: 0, width: 100, height: 100 });
    const larger = setBackground(drawn, id('d'), background, { width: 2400, height: 1800 });
    expect(cat(larger).placement).toMatchObject({ x: 600, y: 800, scale: 1.5 });
    expect(larger.frame).toBe('auto');
    const same = setBackground(drawn, id('d'), background, background);
    expect(cat(same)).toBe(cat(drawn));
    expect(same.frame).toBe(drawn.frame);
  });
});

it('turns detail transfer on with the first placed picture, if it was never set', () => {
  const placement = droppedPlacement(image, background, { x: 1, y: 1 });
  const empty = emptySceneDocument();
  const first = addConcept(empty, 'cat', { name: 'cat', placement });
  expect(withPlacedDetail(first, empty).parameters).toEqual({ ...empty.parameters, detail: 1 });
  // What was set since stays, and a concept that replaces an object changes nothing.
  const second = addConcept(first, 'dog', { name: 'dog', placement });
  expect(withPlacedDetail(second, first)).toBe(second);
  const replacing = setMode(first, 'cat', 'replace');
  expect(withPlacedDetail(setMode(replacing, 'cat', 'place'), replacing).parameters.detail).toBe(1);
  expect(withPlacedDetail(empty, empty)).toBe(empty);
});

it('sets a different frame, and nothing else', () => {
  const frame = { left: 10, top: 20, width: 300, height: 200 };
  const drawn = setFrame(document, frame);
  expect(drawn.frame).toEqual(frame);
  expect(setFrame(drawn, { ...frame })).toBe(drawn);
  expect(setFrame(drawn, 'whole').frame).toBe('whole');
});
