// @vitest-environment happy-dom
/** The inspector of a concept that another window, or an undo, removes while its fields are in use. */
import { MantineProvider } from '@mantine/core';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { firstPlacement } from '../../../../electron/contract/placement.ts';
import { emptySceneDocument, type SceneDocument } from '../../../../electron/contract/scene-document.ts';
import { addConcept, removeConcept } from '../../../../renderer/editor/document-commands.ts';
import { ConceptInspector } from '../../../../renderer/panels/flow/concept-inspector.tsx';
import { startTexts } from '../../../../renderer/panels/texts/texts.ts';
import { useEditor } from '../../../../renderer/session/editor-store.ts';
import type { DocumentEdit, ProjectView } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';

afterEach(() => {
  useStudio.setState({ project: null });
  useEditor.setState({ activeConceptId: null });
});

test('leaves the page, and the scene, as they are', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  // The text area grows once the fonts are there.
  Object.defineProperty(document, 'fonts', { configurable: true, value: new EventTarget() });
  await startTexts();
  const placement = firstPlacement({ width: 10, height: 10 }, { width: 100, height: 100 });
  let scene = addConcept(emptySceneDocument(), 'cat', { name: 'cat', image: '0'.repeat(64), placement });
  const show = (next: SceneDocument) => {
    scene = next;
    useStudio.setState({ project: { document: scene } as unknown as ProjectView });
  };
  show(scene);
  useEditor.setState({ activeConceptId: 'cat' });
  const studio = {
    assetUrl: () => 'data:,',
    tools: { place: { preview: () => undefined, sizeOf: () => undefined } },
    edit: (_: string, edit: DocumentEdit) => show(edit(scene)),
  } as unknown as Studio;
  const host = document.body.appendChild(document.createElement('div'));
  const root = createRoot(host);
  const inspector = createElement(StudioContext, { value: studio }, createElement(ConceptInspector));
  await act(async () => root.render(createElement(MantineProvider, null, inspector)));
  const field = host.querySelector<HTMLInputElement>('input[maxlength="100"]')!;
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!;
  await act(async () => {
    setValue.call(field, 'my cat');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  // Each slider commits a while after the last key, or when it goes.
  for (const slider of host.querySelectorAll('[role="slider"]')) {
    await act(async () =>
      slider.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true })),
    );
  }
  await act(async () => show(removeConcept(scene, 'cat')));
  expect(host.querySelector('.nothing-here')).not.toBeNull();
  expect(scene.concepts).toEqual([]);
  await act(async () => root.unmount());
});
