/** What the mask tools paint on: one id for each of a concept's masks. */
import { expect, test } from 'vitest';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { emptySceneDocument } from '../../../electron/contract/scene-document.ts';
import { addConcept } from '../../../renderer/editor/document-commands.ts';
import {
  changeTarget,
  maskOfTarget,
  paintableMask,
  targetId,
  targetOf,
} from '../../../renderer/editor/mask-target.ts';

const document = addConcept(emptySceneDocument(), 'cat', { name: 'cat', subject: 'whiskers' as AssetId });

test('a concept’s mask goes by the concept’s id, others by one of their own', () => {
  for (const role of ['mask', 'subject'] as const) {
    expect(targetOf(targetId({ conceptId: 'cat', role }))).toEqual({ conceptId: 'cat', role });
  }
  expect(targetId({ conceptId: 'cat', role: 'mask' })).toBe('cat');
  expect(paintableMask(document.concepts[0]!, 'subject')).toMatchObject({ mask: 'whiskers', locked: false });
});

test('changes only the mask that it names, and none of a concept that is gone', () => {
  const id = targetId({ conceptId: 'cat', role: 'subject' });
  const changed = changeTarget(document, id, 'ears' as AssetId);
  expect(maskOfTarget(changed, id)).toBe('ears');
  expect(maskOfTarget(changed, 'cat')).toBeNull();
  expect(changeTarget(document, 'subject:dog', 'ears' as AssetId)).toBe(document);
  expect(maskOfTarget(document, 'subject:dog')).toBeNull();
});
