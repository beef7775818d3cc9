/** Cutting out a concept's picture: what starts and ends it, and what Cancel restores. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { emptySceneDocument, type SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { addConcept, changeConcept, removeConcept } from '../../../renderer/editor/document-commands.ts';
import { CutOuts, canUndoNow } from '../../../renderer/session/cut-outs.ts';
import { useEditor } from '../../../renderer/session/editor-store.ts';
import type {
  DocumentEdit,
  Preparation,
  ProjectSession,
  ProjectView,
} from '../../../renderer/session/project-session.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

const image = 'photo' as AssetId;
const tools = { conclude: vi.fn(), cancel: vi.fn(), setTool: vi.fn() };
let whenSized: () => void;
let cutOuts: CutOuts;
let document: SceneDocument;

/** A session that applies every edit at once. */
const session = {
  projectId: 'open',
  get document() {
    return document;
  },
  view: () => ({ position: 3 }),
  async editPrepared(_label: string, prepare: Preparation) {
    change(await prepare('open'));
  },
} as unknown as ProjectSession;

function change(edit: DocumentEdit): void {
  document = edit(document);
  useStudio.setState({ project: { state: { projectId: 'open' }, document } as unknown as ProjectView });
}

beforeEach(() => {
  vi.clearAllMocks();
  useEditor.setState({ cutOut: null, tool: 'move' });
  change(() => addConcept(emptySceneDocument(), 'cat', { name: 'cat', image, subject: 'ears' as AssetId }));
  const size = new Promise((resolve) => {
    whenSized = () => resolve({ width: 40, height: 30 });
  });
  cutOuts = new CutOuts({ call: () => size } as unknown as StudioClient, { tools, view: { fit: vi.fn() } });
});

async function begin(): Promise<void> {
  const begun = cutOuts.begin(session, 'cat');
  whenSized();
  await begun;
}

test('opens the picture at its own size with a tool that marks something, and restores the previous tool', async () => {
  await begin();
  expect(useEditor.getState()).toMatchObject({
    cutOut: { conceptId: 'cat', image, size: { width: 40, height: 30 }, before: 'ears', startPosition: 3 },
    tool: 'select',
  });
  cutOuts.finish();
  expect(useEditor.getState()).toMatchObject({ cutOut: null, tool: 'move' });
  expect(tools.conclude).toHaveBeenCalledTimes(2);
});

test('Cancel restores the mask, unless the concept has another picture meanwhile', async () => {
  await begin();
  change((before) => changeConcept(before, 'cat', { subject: 'tail' as AssetId }));
  await cutOuts.cancel(session);
  expect(document.concepts[0]!.subject).toBe('ears');
  expect(useEditor.getState().cutOut).toBeNull();
  await cutOuts.cancel(session);
  expect(tools.cancel).toHaveBeenCalledTimes(1);
});

test('undo goes back to where it began, and no further', async () => {
  await begin();
  const { cutOut } = useEditor.getState();
  expect(canUndoNow({ canUndo: true, position: 4 }, cutOut)).toBe(true);
  expect(canUndoNow({ canUndo: true, position: 3 }, cutOut)).toBe(false);
  expect(canUndoNow({ canUndo: true, position: 3 }, null)).toBe(true);
});

test.each<[string, DocumentEdit]>([
  ['is removed', (before) => removeConcept(before, 'cat')],
  ['has another picture', (before) => changeConcept(before, 'cat', { image: 'other' as AssetId })],
  ['is locked', (before) => changeConcept(before, 'cat', { locked: true })],
])('ends when its concept %s, and does not start then', async (_, edit) => {
  await begin();
  change(edit);
  expect(useEditor.getState().cutOut).toBeNull();
  const before = document;
  change(() => addConcept(emptySceneDocument(), 'cat', { name: 'cat', image }));
  const begun = cutOuts.begin(session, 'cat');
  change(() => before);
  whenSized();
  await begun;
  expect(useEditor.getState().cutOut).toBeNull();
});
