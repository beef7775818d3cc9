import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptySceneDocument,
  type SceneDocument,
  sceneDocumentSchema,
} from '../../../electron/contract/scene-document.ts';
import { MAX_CONCEPTS } from '../../../electron/contract/scene-file.ts';
import {
  addConcept,
  changeConcept,
  changeParameters,
  changeScene,
  isInpaintedStale,
  moveConcept,
  removeConcept,
  setBackground,
  setEveryAlpha,
  setInpainted,
  visibleMasks,
} from '../../../renderer/editor/document-commands.ts';
import {
  commitTo,
  type DocumentHistory,
  presentOf,
  redoIn,
  startHistory,
  undoIn,
} from '../../../renderer/editor/document-history.ts';
import { flowOf, missingParts } from '../../../renderer/editor/next-action.ts';

const SIZE = { width: 512, height: 512 };
const LARGER = { width: 768, height: 512 };
const asset = (digit: number) => String(digit).repeat(64);

/** A command on a document; a concept is given by its index, modulo the number of concepts. */
type Edit = (document: SceneDocument) => SceneDocument;

function onConcept(index: number, edit: (document: SceneDocument, id: string) => SceneDocument): Edit {
  return (document) => {
    const { concepts } = document;
    return concepts.length === 0 ? document : edit(document, concepts[index % concepts.length]!.id);
  };
}

const index = fc.nat({ max: 20 });
const digit = fc.nat({ max: 9 });
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.uuid().map(
    (id): Edit =>
      (document) =>
        document.concepts.length >= MAX_CONCEPTS ? document : addConcept(document, id, { name: 'thing' }),
  ),
  index.map((at) => onConcept(at, removeConcept)),
  fc.tuple(index, index).map(([at, to]) => onConcept(at, (document, id) => moveConcept(document, id, to))),
  fc
    .tuple(index, digit)
    .map(([at, of]) => onConcept(at, (document, id) => changeConcept(document, id, { mask: asset(of) }))),
  fc
    .tuple(index, unit)
    .map(([at, alpha]) => onConcept(at, (document, id) => changeConcept(document, id, { alpha }))),
  fc.tuple(digit, fc.boolean()).map(
    ([of, same]): Edit =>
      (document) =>
        setBackground(document, asset(of), SIZE, same ? SIZE : LARGER),
  ),
  fc.string({ maxLength: 20 }).map(
    (prompt): Edit =>
      (document) =>
        changeScene(document, { prompt }),
  ),
  unit.map(
    (beta): Edit =>
      (document) =>
        changeParameters(document, { beta }),
  ),
  unit.map(
    (alpha): Edit =>
      (document) =>
        setEveryAlpha(document, alpha),
  ),
);

type Action = { kind: 'edit'; edit: Edit } | { kind: 'undo' } | { kind: 'redo' };
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: edit.map((made): Action => ({ kind: 'edit', edit: made })) },
  { weight: 2, arbitrary: fc.constant<Action>({ kind: 'undo' }) },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'redo' }) },
);

describe('undo and redo', () => {
  it('equals replaying the edits that are not undone, over a hundred random actions', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 100, maxLength: 100 }), (actions) => {
        let history = startHistory(emptySceneDocument());
        // The replay: the edits in effect and the undone ones, applied to an empty document.
        let edits: Edit[] = [];
        let undone: Edit[] = [];
        for (const next of actions) {
          if (next.kind === 'edit') {
            history = commitTo(history, next.edit(presentOf(history)!));
            edits = [...edits, next.edit];
            undone = [];
          } else if (next.kind === 'undo') {
            history = undoIn(history) ?? history;
            if (edits.length > 0) undone = [edits.pop()!, ...undone];
          } else {
            history = redoIn(history) ?? history;
            if (undone.length > 0) edits.push(undone.shift()!);
          }
          expect(history.position).toBe(edits.length);
        }
        const replayed = edits.reduce((document, made) => made(document), emptySceneDocument());
        expect(presentOf(history)).toEqual(replayed);
        expect(sceneDocumentSchema.safeParse(replayed).success).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('has no steps from earlier sessions, and says so', () => {
    const history = startHistory(emptySceneDocument(), 5, 8);
    const back = undoIn(history)!;
    expect(back.position).toBe(4);
    expect(presentOf(back)).toBeUndefined();
    expect(redoIn(redoIn(redoIn(history)!) ?? history)).toBeUndefined();
  });

  it('discards undone edits when something else is done', () => {
    const one = commitTo(startHistory(emptySceneDocument()), emptySceneDocument());
    const other = commitTo(undoIn(one)!, changeScene(emptySceneDocument(), { prompt: 'x' }));
    expect(redoIn(other)).toBeUndefined();
    expect(other.length).toBe(2);
  });

  it('keeps a limited number of steps', () => {
    let history: DocumentHistory = startHistory(emptySceneDocument());
    for (let count = 0; count < 2000; count++) history = commitTo(history, emptySceneDocument());
    expect(history.known.size).toBeLessThanOrEqual(500);
    expect(history.position).toBe(2000);
  });
});

describe('document commands', () => {
  const empty = emptySceneDocument();
  const two = addConcept(addConcept(empty, 'cat', { name: 'Cat' }), 'dog', { name: 'Dog', image: asset(2) });

  it('adds concepts in front, each in its own colour, up to eight', () => {
    expect(two.concepts.map(({ id }) => id)).toEqual(['cat', 'dog']);
    const eight = Array.from({ length: 6 }, (_, at) => `c${at}`).reduce(
      (document, id) => addConcept(document, id, { name: id }),
      two,
    );
    expect(new Set(eight.concepts.map(({ colour }) => colour)).size).toBe(8);
    expect(() => addConcept(eight, 'ninth', { name: '9' })).toThrow(
      expect.objectContaining({ code: 'CONCEPT_COUNT' }),
    );
  });

  it('returns the same document if nothing changes', () => {
    expect(changeConcept(two, 'cat', { alpha: 0.15, name: 'Cat' })).toBe(two);
    expect(moveConcept(two, 'dog', 99)).toBe(two);
    expect(changeParameters(two, { beta: 0.8 })).toBe(two);
    expect(setEveryAlpha(two, 0.15)).toBe(two);
    expect(changeScene(two, { prompt: '' })).toBe(two);
  });

  it('keeps an alpha of 0', () => {
    expect(addConcept(empty, 'x', { name: 'x', alpha: 0 }).concepts[0]!.alpha).toBe(0);
    expect(changeConcept(two, 'cat', { alpha: 0 }).concepts[0]!.alpha).toBe(0);
  });

  it('drops the masks when the background changes size, and what was derived from it when it changes at all', () => {
    const masked = setInpainted(changeConcept(two, 'cat', { mask: asset(3) }), asset(4), [asset(3)]);
    const same = setBackground(masked, asset(5), SIZE, SIZE);
    expect(same.concepts[0]!.mask).toBe(asset(3));
    expect(same.inpainted).toBeNull();
    expect(same).not.toHaveProperty('inpaintedMasks');
    expect(setBackground(masked, asset(5), SIZE, LARGER).concepts[0]!.mask).toBeNull();
  });

  it('marks a background without objects as stale when a mask differs from the one used for the removal', () => {
    const masked = changeConcept(two, 'cat', { mask: asset(3) });
    expect(isInpaintedStale(masked)).toBe(false);
    const removed = setInpainted(masked, asset(4), visibleMasks(masked));
    expect(isInpaintedStale(removed)).toBe(false);
    const moved = changeConcept(removed, 'cat', { mask: asset(6) });
    expect(isInpaintedStale(moved)).toBe(true);
    expect(isInpaintedStale(changeConcept(moved, 'cat', { mask: asset(3) }))).toBe(false);
    expect(isInpaintedStale(changeConcept(moved, 'cat', { visible: false }))).toBe(false);
    expect(isInpaintedStale(setInpainted(moved, asset(4), visibleMasks(moved)))).toBe(false);
  });

  it('never marks a background of the user’s own as stale', () => {
    const own = setInpainted(setInpainted(two, asset(4), []), asset(7));
    expect(isInpaintedStale(changeConcept(own, 'cat', { mask: asset(3) }))).toBe(false);
    expect(setInpainted(own, asset(7))).toBe(own);
  });

  it('refuses a missing concept', () => {
    for (const wrong of [removeConcept, (d: SceneDocument, id: string) => moveConcept(d, id, 0)]) {
      expect(() => wrong(two, 'cow')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    }
  });
});

describe('the flow', () => {
  it('says what is missing at each step, and which step is next', () => {
    const empty = emptySceneDocument();
    const next = (document: SceneDocument) => flowOf(document).find(({ isNext }) => isNext)!.step;
    expect(next(empty)).toBe('background');
    const withBackground = setBackground(empty, asset(1), null, SIZE);
    expect(next(withBackground)).toBe('concepts');
    const withConcept = addConcept(withBackground, 'cat', { name: 'Cat', image: asset(2) });
    expect(next(withConcept)).toBe('masks');
    expect(missingParts(withConcept)).toMatchObject([{ part: 'mask', conceptId: 'cat' }]);
    const complete = changeConcept(withConcept, 'cat', { mask: asset(3) });
    expect(next(complete)).toBe('render');
    expect(missingParts(complete)).toEqual([]);
    expect(next(changeConcept(complete, 'cat', { image: null }))).toBe('concepts');
  });
});
