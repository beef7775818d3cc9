/** Masks are saved to the project they were painted in, however long that takes. */
import { beforeEach, expect, test } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { StudioClient } from '../../../renderer/client/studio-client.ts';
import { maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { useEditor } from '../../../renderer/session/editor-store.ts';
import type { Jobs } from '../../../renderer/session/jobs.ts';
import { Masks } from '../../../renderer/session/masks.ts';
import type {
  DocumentEdit,
  Preparation,
  ProjectSession,
  ProjectView,
} from '../../../renderer/session/project-session.ts';
import { useStudio } from '../../../renderer/session/studio-store.ts';

const plane = maskPlane(2, 2);
plane.data.fill(255);
const calls: [string, Record<string, unknown>][] = [];
let failures: StudioError[];
let candidates: { mask: string }[];
let masks: Masks;

/** A session that applies every edit at once. */
function openProject() {
  const session = {
    projectId: 'open',
    document: { background: 'background', concepts: [{ id: 'cat', mask: null }] } as unknown as SceneDocument,
    edit(_label: string, edit: DocumentEdit) {
      session.document = edit(session.document);
    },
    async editPrepared(_label: string, prepare: Preparation) {
      session.document = (await prepare(session.projectId))(session.document);
    },
  };
  return { session: session as unknown as ProjectSession, own: session };
}

beforeEach(() => {
  calls.length = 0;
  failures = [];
  const client = {
    upload: async () => 'upload',
    call: async (name: string, input: Record<string, unknown>) => {
      calls.push([name, input]);
      const failure = failures.shift();
      if (failure) throw failure;
      return name === 'assets.import' ? { asset: 'mask' } : { jobId: `job ${calls.length}` };
    },
  };
  candidates = [{ mask: 'found' }];
  const result = {
    kind: 'masks',
    get candidates() {
      return candidates;
    },
  };
  const jobs = { ended: async () => ({ result, notices: ['few'] }) };
  masks = new Masks(
    client as unknown as StudioClient,
    jobs as unknown as Pick<Jobs, 'ended'>,
    async () => new Uint8Array(1),
  );
});

test('a mask is added to the project it was painted in, and to its document', async () => {
  const { session, own } = openProject();
  expect(await masks.save(session, 'cat', plane, { kind: 'gesture', label: 'brush' })).toBe('mask');
  expect(calls).toEqual([
    ['assets.import', { projectId: 'open', upload: 'upload', name: 'mask.png', kind: 'mask' }],
  ]);
  expect(own.document.concepts[0]!.mask).toBe('mask');
});

test('a blank mask counts as none: nothing is uploaded, and the steps report it as missing', async () => {
  const { session, own } = openProject();
  own.document = { ...own.document, concepts: [{ id: 'cat', mask: 'old' }] } as unknown as SceneDocument;
  expect(await masks.save(session, 'cat', maskPlane(2, 2), { kind: 'copy' })).toBeNull();
  expect(own.document.concepts[0]!.mask).toBeNull();
  expect(calls).toEqual([]);
});

test('any other refusal is an error, and the mask of a deleted concept changes nothing', async () => {
  const { session, own } = openProject();
  failures = [new StudioError('DISK_FULL', 'No room.')];
  await expect(masks.save(session, 'cat', plane, { kind: 'copy' })).rejects.toMatchObject({
    code: 'DISK_FULL',
  });
  const { document } = own;
  await masks.save(session, 'dog', plane, { kind: 'copy' });
  expect(own.document).toBe(document);
});

test('a mask still being made already has its place in the history, and is saved there', async () => {
  const { session, own } = openProject();
  const saved = masks.save(session, 'cat', Promise.resolve(plane), { kind: 'operation', label: 'invert' });
  expect(await saved).toBe('mask');
  expect(own.document.concepts[0]!.mask).toBe('mask');
  const broken = masks.save(session, 'cat', Promise.reject(new Error('no worker')), { kind: 'copy' });
  await expect(broken).rejects.toThrow('no worker');
});

test('a mask detected in a replaced background, or for a deleted or locked concept, is not used', async () => {
  for (const document of [
    { background: 'another', concepts: [{ id: 'cat', mask: null }] },
    { background: 'background', concepts: [] },
    { background: 'background', concepts: [{ id: 'cat', mask: null, locked: true }] },
  ]) {
    for (const count of [1, 2]) {
      candidates = Array.from({ length: count }, () => ({ mask: 'found' }));
      const { session, own } = openProject();
      useStudio.setState({ project: { state: { projectId: 'open' } } as unknown as ProjectView });
      useEditor.setState({ activeConceptId: 'dog', hits: null });
      const found = masks.findConcept(session, 'cat', 'a cat');
      own.document = document as unknown as SceneDocument;
      await found;
      expect(own.document).toBe(document);
      expect(useEditor.getState()).toMatchObject({ activeConceptId: 'dog', hits: null });
    }
  }
  useStudio.setState({ project: null });
});

test('a phrase is detected in the background, for its concept', async () => {
  const { session, own } = openProject();
  expect(await masks.findConcept(session, 'cat', 'a cat')).toEqual({ mask: 'found', notices: ['few'] });
  expect(own.document.concepts[0]!.mask).toBe('found');
  expect(calls[0]![1]).toMatchObject({ image: 'background', phrase: 'a cat', projectId: 'open' });
});

test('the object under a point is looked up in the background, if there is one', async () => {
  const { session, own } = openProject();
  expect(await masks.objectAt(session, { x: 12, y: 30.5 })).toBe('found');
  expect(calls).toEqual([
    [
      'prepare.selectMask',
      {
        projectId: 'open',
        image: 'background',
        points: [{ x: 12, y: 30.5, isInside: true }],
        box: null,
      },
    ],
  ]);
  own.document = { ...own.document, background: null };
  expect(await masks.objectAt(session, { x: 12, y: 30 })).toBeUndefined();
});
