/** Pictures whose import takes longer than the user waits: what they were chosen for may have changed by then. */
import { beforeEach, expect, test, vi } from 'vitest';
import { firstPlacement } from '../../../../electron/contract/placement.ts';
import { emptySceneDocument, type SceneDocument } from '../../../../electron/contract/scene-document.ts';
import {
  addConcept,
  changeConcept,
  changeConceptIfThere,
} from '../../../../renderer/editor/document-commands.ts';
import {
  chooseConceptImage,
  chooseInpainted,
  chooseMask,
  chooseSubject,
} from '../../../../renderer/panels/flow/add-pictures.ts';
import { offerReplacement, takeOffer } from '../../../../renderer/panels/flow/drop-picture.ts';
import { placeConcept } from '../../../../renderer/panels/flow/place-concept.ts';
import { useEditor } from '../../../../renderer/session/editor-store.ts';
import type { DocumentEdit, ProjectSession } from '../../../../renderer/session/project-session.ts';
import type { Studio } from '../../../../renderer/session/studio.ts';
import { useStudio } from '../../../../renderer/session/studio-store.ts';

const said = vi.hoisted(() => ({ notices: [] as string[] }));
vi.mock(import('../../../../renderer/panels/flow/subject.ts'), async (original) => ({
  ...(await original()),
  opacityOf: async () => null,
  canFindSubject: () => false,
}));
vi.mock(import('../../../../renderer/panels/flow/picture-samples.ts'), async (original) => ({
  ...(await original()),
  isPhotograph: async (_: Studio, id: string) => id === 'photo',
}));
vi.mock(import('../../../../renderer/session/notices.ts'), async (original) => ({
  ...(await original()),
  reportNotice: (message: string) => void said.notices.push(message),
}));

const SIZE = { width: 100, height: 50 };
const file = (name: string) => new File(['x'], name);

/** By file name: lets its import end. */
let arrive: Record<string, () => void>;
let session: {
  document: SceneDocument;
  projectId: string;
  edit: (label: string, edit: DocumentEdit) => void;
};
let studio: Studio & { session: ProjectSession };

const concept = () => session.document.concepts[0]!;
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  arrive = {};
  said.notices.length = 0;
  const scene = { ...emptySceneDocument(), background: 'street' };
  session = {
    projectId: 'open',
    document: addConcept(scene, 'cat', { name: 'cat', image: 'photo' }),
    edit: (_, edit) => {
      session.document = edit(session.document);
    },
  };
  const importing = async ({ name }: { name: string }) => {
    await new Promise<void>((resolve) => {
      arrive[name] = resolve;
    });
    return name;
  };
  studio = {
    session,
    client: {
      readAsset: async () => new Uint8Array(1),
      call: async () => {
        await importing({ name: 'size' });
        return SIZE;
      },
    },
    pictures: {
      importPicture: async (of: File) => ({ asset: await importing(of), ...SIZE, notes: [] }),
      importMask: importing,
      importSubject: importing,
    },
    masks: { objectAt: async () => importing({ name: 'object' }) },
    workbench: {
      space: { scaleX: 1, scaleY: 1 },
      planeOf: () => undefined,
      boundsOf: () => undefined,
      load: async () => ({ ...SIZE, data: new Uint8ClampedArray(5000).fill(255, 1010, 1020) }),
    },
    tools: { setTool: () => undefined },
  } as unknown as typeof studio;
  useEditor.setState(useEditor.getInitialState());
  useStudio.setState({ backgroundSize: { of: 'street', ...SIZE } });
});

test('of two pictures for one concept, the one that was chosen last stays', async () => {
  const both = ['slow', 'quick'].map((name) => chooseConceptImage(studio, 'cat', file(name)));
  await settled();
  arrive.quick?.();
  await settled();
  arrive.slow!();
  await settled();
  arrive.quick!();
  await Promise.all(both);
  expect(concept().image).toBe('quick');
});

test('a mask or a clean background that was loaded for another background is not used', async () => {
  const loads: [string, () => Promise<void>][] = [
    ['mask', () => chooseMask(studio, 'cat', SIZE, file('mask'))],
    ['clean', () => chooseInpainted(studio, file('clean'))],
  ];
  for (const [name, load] of loads) {
    session.document = { ...session.document, background: 'street' };
    const loaded = load();
    await settled();
    session.document = { ...session.document, background: 'beach' };
    const before = session.document;
    arrive[name]!();
    await loaded;
    expect(session.document).toBe(before);
  }
  expect(said.notices).toHaveLength(2);
  const loaded = chooseMask(studio, 'front:cat', SIZE, file('mask'));
  await settled();
  arrive.mask!();
  await loaded;
  expect(concept()).toMatchObject({ front: 'mask', mask: null });
});

test('a subject of another picture, or of a concept that was locked, is not used', async () => {
  for (const change of [{ image: 'another' }, { locked: true }]) {
    session.document = changeConceptIfThere(session.document, 'cat', { image: 'photo', locked: false });
    const loaded = chooseSubject(studio, 'cat', 'photo', file('subject'));
    await settled();
    session.document = changeConcept(session.document, 'cat', change);
    arrive.subject!();
    await loaded;
    expect(concept().subject).toBeNull();
  }
});

test('an object of another background is neither offered nor replaced', async () => {
  useStudio.setState({
    engine: { pack: { capabilities: { selectMask: true } } } as never,
  });
  const placement = firstPlacement(SIZE, SIZE);
  session.document = changeConcept(session.document, 'cat', { mode: 'place', placement });
  const offered = async (meanwhile: () => void) => {
    const looked = offerReplacement(studio, 'cat', 'cat.png', { x: 15, y: 10 }, studio.session);
    await settled();
    meanwhile();
    arrive.object!();
    await looked;
    return useEditor.getState().offer;
  };
  const offer = await offered(() => undefined);
  expect(offer).toMatchObject({ kind: 'dropped', object: { mask: 'object', background: 'street' } });
  useEditor.setState({ offer: null });
  const replaceBackground = () => {
    session.document = { ...session.document, background: 'beach' };
  };
  expect(await offered(replaceBackground)).toBeNull();
  const edit = (_: string, change: DocumentEdit) => session.edit('', change);
  if (offer?.kind === 'dropped') takeOffer({ ...studio, edit } as unknown as Studio, offer);
  expect(concept()).toMatchObject({ mode: 'place', mask: null });
  useStudio.setState({ engine: null });
});

test('a pack of drawings offers to replace an object only by a drawing, and only in one', async () => {
  const engine = { pack: { capabilities: { selectMask: true } }, vocabulary: { draws: 'drawings' } };
  useStudio.setState({ engine: engine as never });
  const placement = firstPlacement(SIZE, SIZE);
  const isOffered = async (image: string, background: string) => {
    const document = changeConcept(session.document, 'cat', { mode: 'place', placement, image });
    session.document = { ...document, background };
    useEditor.setState({ offer: null });
    arrive = {};
    const looked = offerReplacement(studio, 'cat', 'cat.png', { x: 15, y: 10 }, studio.session);
    await settled();
    arrive.object?.();
    await looked;
    return useEditor.getState().offer !== null;
  };
  expect(await isOffered('drawing', 'street')).toBe(true);
  expect(await isOffered('photo', 'street')).toBe(false);
  expect(await isOffered('drawing', 'photo')).toBe(false);
  useStudio.setState({ engine: null });
});

test('a concept that is placed after another project has come is not selected there', async () => {
  const placed = placeConcept(studio, 'cat');
  await settled();
  useEditor.setState({ activeConceptId: 'other', tool: 'brush' });
  (studio as { session: unknown }).session = {};
  arrive.size!();
  await placed;
  expect(concept().mode).toBe('place');
  expect(useEditor.getState()).toMatchObject({ activeConceptId: 'other', tool: 'brush' });
});
