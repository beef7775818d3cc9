/** Hits of a search: searched again, used alone, and merged. */
import { beforeEach, expect, test } from 'vitest';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { FoundHits } from '../../../renderer/editor/mask-hits.ts';
import { type MaskPlane, maskPlane } from '../../../renderer/editor/mask-plane.ts';
import { useEditor } from '../../../renderer/session/editor-store.ts';
import { MaskHits } from '../../../renderer/session/mask-hits.ts';
import type { Preparation, ProjectSession } from '../../../renderer/session/project-session.ts';

const hit = (mask: string, score: number) => ({ mask, score, box: null });
const found: FoundHits = {
  conceptId: 'cat',
  image: 'street',
  phrase: 'a cat',
  hits: [hit('first', 0.9), hit('second', 0.5)],
  chosen: [0],
  isSearching: false,
};
const planes: Record<string, MaskPlane> = {
  first: maskPlane(3, 1, Uint8ClampedArray.of(255, 0, 0)),
  second: maskPlane(3, 1, Uint8ClampedArray.of(0, 200, 0)),
};

let session: { document: SceneDocument; projectId: string; steps: number };
let added: number[][];
let answers: ((hits: FoundHits['hits']) => void)[];
let maskHits: MaskHits;

const own = () => session as unknown as ProjectSession;
const maskOf = (document: SceneDocument) => document.concepts[0]!.mask;

beforeEach(() => {
  added = [];
  answers = [];
  const document = { background: 'street', concepts: [{ id: 'cat', mask: null }] };
  session = Object.assign(
    { document: document as unknown as SceneDocument, projectId: 'open', steps: 0 },
    {
      async editPrepared(_label: string, prepare: Preparation) {
        session.document = (await prepare('open'))(session.document);
        session.steps++;
      },
    },
  );
  maskHits = new MaskHits(
    {
      searchPhrase: () => new Promise((resolve) => answers.push((hits) => resolve({ hits, notices: [] }))),
      add: async ({ data }) => {
        added.push([...data]);
        return 'merged';
      },
    },
    async (mask) => planes[mask]!,
  );
  useEditor.setState({ hits: found });
});

test('one hit is used as it is, several are merged, as one step each', async () => {
  await maskHits.apply(own(), found);
  expect(maskOf(session.document)).toBe('first');
  expect(useEditor.getState().hits).toBeNull();
  await maskHits.apply(own(), { ...found, chosen: [0, 1] });
  expect(maskOf(session.document)).toBe('merged');
  expect(added).toEqual([[255, 200, 0]]);
  expect(session.steps).toBe(2);
  await maskHits.apply(own(), { ...found, chosen: [] });
  expect(session.steps).toBe(2);
});

test('hits of a replaced background, or for a deleted or locked concept, are not used', async () => {
  for (const document of [
    { background: 'another', concepts: [{ id: 'cat', mask: null }] },
    { background: 'street', concepts: [] },
    { background: 'street', concepts: [{ id: 'cat', mask: null, locked: true }] },
  ]) {
    session.document = document as unknown as SceneDocument;
    await maskHits.apply(own(), found);
    expect(session.document).toBe(document);
  }
});

test('of several searches the last one counts, and a discarded one shows nothing', async () => {
  const [first, second] = [maskHits.searchAgain(own()), maskHits.searchAgain(own())];
  expect(useEditor.getState().hits?.isSearching).toBe(true);
  answers[1]!([hit('third', 0.2)]);
  answers[0]!([hit('outdated', 0.1)]);
  await Promise.all([first, second]);
  expect(useEditor.getState().hits).toMatchObject({
    hits: [{ mask: 'third' }],
    chosen: [0],
    isSearching: false,
  });
  const last = maskHits.searchAgain(own());
  useEditor.setState({ hits: null });
  answers[2]!([hit('late', 0.3)]);
  await last;
  expect(useEditor.getState().hits).toBeNull();
});
