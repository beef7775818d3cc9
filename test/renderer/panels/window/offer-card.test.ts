// @vitest-environment happy-dom
/** The offer to place a picture whose mask was moved off its object is for that mask alone. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DocumentConcept, emptySceneDocument } from '../../../../electron/contract/scene-document.ts';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import { OfferCard } from '../../../../renderer/panels/window/offer-card.tsx';
import { useEditor } from '../../../../renderer/session/editor-store.ts';
import type { ProjectView } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';
import { documentConcept } from '../../session/document-concept.ts';

const host = document.createElement('div');
const root = createRoot(host);

beforeAll(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  await startTexts();
  const page = createElement(StudioContext, { value: {} as Studio }, createElement(OfferCard));
  await act(async () => root.render(createElement(MantineProvider, null, page)));
});
afterAll(() => act(async () => root.unmount()));

async function isOfferedFor(change: Partial<DocumentConcept>): Promise<boolean> {
  const concepts = [documentConcept('cat', { image: 'picture', ...change })];
  const project = { document: { ...emptySceneDocument(), concepts } } as unknown as ProjectView;
  await act(async () => useStudio.setState({ project }));
  return host.querySelector('.offer-card') !== null;
}

test('it goes with another mask, without one, and once the picture is placed', async () => {
  await act(async () =>
    useEditor.setState({ offer: { kind: 'moved', conceptId: 'cat', mask: 'moved', left: 'mask' } }),
  );
  expect(await isOfferedFor({ mask: 'moved' })).toBe(true);
  expect(await isOfferedFor({ mask: 'found' })).toBe(false);
  expect(await isOfferedFor({ mask: null })).toBe(false);
  expect(await isOfferedFor({ mask: 'moved', mode: 'place' })).toBe(false);
  expect(await isOfferedFor({ mask: 'moved' })).toBe(true);
});
