/** What the mask tools paint on: each of a concept's masks has an id. */
import { expect, test } from 'vitest';
import { firstPlacement } from '../../../electron/contract/placement.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import { addConcept } from '../../../renderer/editor/document-commands.ts';
import {
  changeTarget,
  maskOfTarget,
  paintableMask,
  sceneMasks,
  targetId,
  targetOf,
} from '../../../renderer/editor/mask-target.ts';

const SIZE = { width: 40, height: 30 };
const document = addConcept(emptySceneDocument(), 'cat', { name: 'cat', subject: 'whiskers' as AssetId });

test('a concept’s mask has the concept’s id, other masks have ids of their own', () => {
  for (const role of ['mask', 'front', 'subject'] as const) {
    expect(targetOf(targetId({ conceptId: 'cat', role }))).toEqual({ conceptId: 'cat', role });
  }
  expect(targetId({ conceptId: 'cat', role: 'mask' })).toBe('cat');
  expect(paintableMask(document.concepts[0]!, 'subject')).toMatchObject({ mask: 'whiskers', locked: false });
});

test('changes only the mask it names, and none of a deleted concept', () => {
  const id = targetId({ conceptId: 'cat', role: 'subject' });
  const changed = changeTarget(document, id, 'ears' as AssetId);
  expect(maskOfTarget(changed, id)).toBe('ears');
  expect(maskOfTarget(changed, 'cat')).toBeNull();
  expect(changeTarget(document, 'subject:dog', 'ears' as AssetId)).toBe(document);
  expect(maskOfTarget(document, 'subject:dog')).toBeNull();
});

test('a scene has the masks of replacing concepts, and front masks that exist or are being painted', () => {
  const both = addConcept(document, 'dog', { name: 'dog', placement: firstPlacement(SIZE, SIZE) });
  const idsOf = (activeId: string | null, paintsFront: boolean) => {
    const { masks, activeMaskId } = sceneMasks(both.concepts, activeId, paintsFront);
    return { ids: masks.map(({ id }) => id), activeMaskId };
  };
  expect(idsOf('cat', false)).toEqual({ ids: ['cat'], activeMaskId: 'cat' });
  expect(idsOf('dog', false)).toEqual({ ids: ['cat'], activeMaskId: null });
  expect(idsOf('dog', true)).toEqual({ ids: ['cat', 'front:dog'], activeMaskId: 'front:dog' });
  const fenced = changeTarget(both, 'front:dog', 'fence' as AssetId);
  expect(sceneMasks(fenced.concepts, 'cat', false).masks.map(({ mask }) => mask)).toEqual([null, 'fence']);
});
