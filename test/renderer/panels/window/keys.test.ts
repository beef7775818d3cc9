// @vitest-environment happy-dom
/** Keys on the canvas: what they do is what the canvas shows. */
import { act, createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { emptySceneDocument } from '../../../../electron/contract/scene-document.ts';
import { addConcept } from '../../../../renderer/editor/document-commands.ts';
import type { FoundHits } from '../../../../renderer/editor/mask-hits.ts';
import { runAction } from '../../../../renderer/panels/actions/actions.ts';
import { useKeys } from '../../../../renderer/panels/window/use-keys.ts';
import { useEditor } from '../../../../renderer/session/editor-store.ts';
import type { DocumentEdit, ProjectView } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { StudioContext } from '../../../../renderer/session/studio-context.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';

const hits: FoundHits = {
  conceptId: 'cat',
  image: 'street',
  phrase: 'cat',
  hits: [
    { mask: 'first', score: 0.9, box: null },
    { mask: 'second', score: 0.8, box: null },
  ],
  chosen: [0],
  isSearching: false,
};
const calls: string[] = [];
const studio = {
  client: { on: () => () => undefined },
  session: {
    view: () => ({ canUndo: true, position: 1 }),
    undo: () => calls.push('undo'),
  },
  tools: {
    isActive: true,
    cancel: () => calls.push('cancel'),
    nudge: () => calls.push('nudge'),
    endNudging: () => undefined,
  },
  view: { zoom: () => calls.push('zoom') },
  maskHits: { apply: async () => void calls.push('apply hits') },
  cutOuts: { finish: () => calls.push('finish') },
  workbench: {
    activeId: 'cat',
    isActive: false,
    input: () => calls.push('confirm'),
    operate: async (_: string, { kind }: { kind: string }) => {
      calls.push(`${kind} while viewing ${useEditor.getState().shownRenderId}`);
    },
  },
} as unknown as Studio;

function Keys(): null {
  useKeys();
  return null;
}

let root: Root;

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  calls.length = 0;
  const concepts = ['cat', 'dog'].reduce(
    (before, id) => addConcept(before, id, { name: id }),
    emptySceneDocument(),
  );
  const document = { ...concepts, background: 'street' };
  useStudio.setState({ project: { document } as unknown as ProjectView });
  useEditor.setState({ ...useEditor.getInitialState(), hits, activeConceptId: 'cat' });
  root = createRoot(page().createElement('div'));
  await act(async () => root.render(createElement(StudioContext, { value: studio }, createElement(Keys))));
});

afterEach(async () => {
  await act(async () => root.unmount());
  useStudio.setState({ project: null });
  useEditor.setState(useEditor.getInitialState());
});

/** The page's, not a scene's. */
const page = () => globalThis.document;
const press = (key: string) =>
  page().body.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true }));

test('Enter and Escape are for the hits of a search while the canvas shows them', () => {
  press('Enter');
  expect(calls).toEqual(['apply hits']);
  press('Escape');
  expect(useEditor.getState().hits).toBeNull();
  expect(calls).toEqual(['apply hits']);
});

test('they are for the tool when another concept, or another background, has come since', () => {
  useEditor.setState({ activeConceptId: 'dog' });
  press('Enter');
  press('Escape');
  expect(calls).toEqual(['confirm', 'cancel']);
  useEditor.setState({ activeConceptId: 'cat' });
  useStudio.setState(({ project }) => ({
    project: { ...project!, document: { ...project!.document, background: 'beach' } },
  }));
  press('Enter');
  expect(calls).toEqual(['confirm', 'cancel', 'confirm']);
  expect(useEditor.getState().hits).toEqual(hits);
});

test('Enter ends a cut-out that covers the hits', () => {
  useEditor.setState({ cutOut: { conceptId: 'cat' } as never });
  press('Enter');
  expect(calls).toEqual(['finish']);
});

test('Enter and the arrow keys change nothing under a render that is viewed', () => {
  useEditor.setState({ shownRenderId: 'render', tool: 'move' });
  press('Enter');
  press('ArrowLeft');
  expect(calls).toEqual([]);
  useEditor.setState({ shownRenderId: null });
  press('ArrowLeft');
  expect(calls).toEqual(['nudge']);
});

test('Space and the arrows are for the canvas after a click on a button, and for the button after Tab', () => {
  const button = page().body.appendChild(page().createElement('button'));
  onTestFinished(() => button.remove());
  const on = (event: Event) => button.dispatchEvent(event);
  const focus = (how: 'click' | 'tab') => {
    if (how === 'click') on(new Event('pointerdown', { bubbles: true }));
    else on(new KeyboardEvent('keydown', { key: 'Tab', code: 'Tab', bubbles: true }));
    on(new Event('focusin', { bubbles: true }));
    if (how === 'click') on(new Event('pointerup', { bubbles: true }));
  };
  const press = (key: string, code: string) => {
    const event = new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true });
    on(event);
    on(new KeyboardEvent('keyup', { key, code, bubbles: true }));
    return event.defaultPrevented;
  };
  for (const [how, isForCanvas] of [
    ['click', true],
    ['tab', false],
    ['click', true],
  ] as const) {
    calls.length = 0;
    focus(how);
    expect(press(' ', 'Space')).toBe(isForCanvas);
    press('ArrowLeft', 'ArrowLeft');
    expect(calls).toEqual(isForCanvas ? ['nudge'] : []);
  }
  button.setAttribute('role', 'tab');
  press('ArrowLeft', 'ArrowLeft');
  expect(calls).toEqual(['nudge']);
});

test('a key that changes the mask returns to the scene, where the change can be seen', () => {
  useEditor.setState({ shownRenderId: 'render' });
  press('Delete');
  expect(calls).toEqual(['clear while viewing null']);
});

test('undo takes back what is half-drawn, and not the step before it as well', () => {
  const undo = () =>
    page().body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'z', code: 'KeyZ', ctrlKey: true, bubbles: true }),
    );
  undo();
  expect(calls).toEqual(['cancel']);
  onTestFinished(() => void Object.assign(studio.tools, { isActive: true }));
  Object.assign(studio.tools, { isActive: false });
  undo();
  expect(calls).toEqual(['cancel', 'undo']);
});

test('the order is kept by the keys once an undo has removed the selected concept', () => {
  const { document } = useStudio.getState().project!;
  Object.assign(studio, {
    session: { document },
    edit: (_: string, edit: DocumentEdit) =>
      calls.push(
        edit(document)
          .concepts.map(({ id }) => id)
          .join(),
      ),
  });
  useEditor.setState({ activeConceptId: 'removed' });
  runAction(studio, 'concept.forward');
  runAction(studio, 'concept.backward');
  expect(calls).toEqual([]);
  useEditor.setState({ activeConceptId: 'cat' });
  runAction(studio, 'concept.forward');
  expect(calls).toEqual(['dog,cat']);
});

test('a key that is held renders, exports and finishes once, but undoes and zooms on', () => {
  const held = (key: string, code: string, modifiers: KeyboardEventInit = {}) => {
    for (const repeat of [false, true, true]) {
      const event = { key, code, repeat, bubbles: true, ...modifiers };
      page().body.dispatchEvent(new KeyboardEvent('keydown', event));
    }
  };
  useEditor.setState({ hits: null });
  held('Delete', 'Delete');
  held('=', 'Equal', { ctrlKey: true });
  held('Enter', 'Enter');
  expect(calls).toEqual(['clear while viewing null', 'zoom', 'zoom', 'zoom', 'confirm']);
});
