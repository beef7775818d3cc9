/** Turns a request back into a document, with what only the document knows. */
import { describe, expect, it } from 'vitest';
import { documentRequest } from '../../../electron/contract/document-request.ts';
import { PAPER_PARAMETERS } from '../../../electron/contract/parameters.ts';
import type { RenderRequest } from '../../../electron/contract/render-request.ts';
import { requestDocument, requestPictures } from '../../../electron/contract/request-document.ts';
import {
  CONCEPT_COLOURS,
  emptySceneDocument,
  type SceneDocument,
  sceneDocumentSchema,
} from '../../../electron/contract/scene-document.ts';

const pack = { id: 'starter', version: '1', weights: 'f'.repeat(64) };
const asset = (digit: string) => digit.repeat(64);

const document: SceneDocument = {
  version: 2,
  prompt: 'two animals',
  inpaintPrompt: 'a meadow',
  negativePrompt: 'fog',
  background: asset('1'),
  inpainted: asset('2'),
  frame: 'whole',
  concepts: [
    {
      id: 'dog',
      name: 'my dog',
      prompt: 'a brown dog',
      phrase: 'dog',
      image: asset('3'),
      subject: asset('a'),
      mask: asset('4'),
      mode: 'replace',
      front: null,
      placement: null,
      strength: 1,
      alpha: 0,
      visible: true,
      locked: true,
      colour: '#112233',
    },
    {
      id: 'cat',
      name: 'my cat',
      prompt: 'a black cat',
      phrase: 'cat',
      image: asset('5'),
      subject: null,
      mask: asset('6'),
      mode: 'replace',
      front: null,
      placement: null,
      strength: 1,
      alpha: 0.3,
      visible: true,
      locked: false,
      colour: CONCEPT_COLOURS[1],
    },
  ],
  parameters: { ...PAPER_PARAMETERS, seed: 7 },
};

const request = (of = document): RenderRequest => {
  const made = documentRequest(of, pack);
  if (!made.complete) throw new Error('the document is incomplete');
  return made.request;
};
const newIds = () => {
  let count = 0;
  return () => `new-${++count}`;
};
const all = { has: () => true, newId: newIds() };
const none = { has: () => false, newId: newIds() };

describe('requestDocument', () => {
  it('restores the document that the request was made from', () => {
    expect(requestDocument(request(), document, all)).toEqual(document);
  });

  it('restores what was changed since, alpha of zero included, and nothing else', () => {
    const changed: SceneDocument = {
      ...document,
      prompt: 'other',
      background: asset('9'),
      concepts: document.concepts
        .map((concept) => ({ ...concept, alpha: 1, mask: null, visible: false }))
        .toReversed(),
      parameters: PAPER_PARAMETERS,
    };
    expect(requestDocument(request(), changed, all)).toEqual(document);
  });

  it('creates missing concepts, each in its own colour, in the request’s layer order', () => {
    const made = requestDocument(request(), emptySceneDocument(), all);
    expect(sceneDocumentSchema.parse(made)).toEqual(made);
    expect(made.concepts).toMatchObject([
      { name: 'my dog', phrase: 'my dog', alpha: 0, locked: false, colour: CONCEPT_COLOURS[0] },
      { name: 'my cat', alpha: 0.3, colour: CONCEPT_COLOURS[1] },
    ]);
    const { scene } = request();
    const [dog, cat] = scene.concepts;
    const swapped = {
      ...request(),
      scene: { ...scene, concepts: [{ ...dog!, order: 9 }, cat!] },
    };
    expect(requestDocument(swapped, emptySceneDocument(), all).concepts.map(({ name }) => name)).toEqual([
      'my cat',
      'my dog',
    ]);
  });

  it('uses a concept of the document once if two in the request have its name', () => {
    const { scene } = request();
    const [dog] = scene.concepts;
    const twice = { ...request(), scene: { ...scene, concepts: [dog!, { ...dog!, order: 1 }] } };
    const [first, second] = requestDocument(twice, document, all).concepts;
    expect([first!.id, first!.id === second!.id]).toEqual(['dog', false]);
  });

  it('keeps the document’s picture, or none, if one is missing', () => {
    const other = { ...document, background: asset('8'), inpainted: asset('7') };
    const kept = requestDocument(request(), other, none);
    expect(kept).toMatchObject({ background: asset('8'), inpainted: asset('7') });
    expect(kept.concepts.map(({ image }) => image)).toEqual([asset('3'), asset('5')]);
    expect(requestDocument(request(), emptySceneDocument(), none)).toMatchObject({
      prompt: 'two animals',
      background: null,
      inpainted: null,
      concepts: [
        { image: null, subject: null, mask: null },
        { image: null, subject: null, mask: null },
      ],
    });
    // An inpainted background of another background than the one found does not count.
    const found = requestDocument(request(), other, {
      has: (id) => id === document.background,
      newId: newIds(),
    });
    expect(found).toMatchObject({ background: document.background, inpainted: null });
    expect(
      requestDocument({ ...request(), scene: { ...request().scene, inpainted: null } }, other, none),
    ).toMatchObject({ inpainted: null });
  });
});

it('requestPictures lists every picture once for each use', () => {
  expect(requestPictures(request()).map(({ part, concept }) => [part, concept])).toEqual([
    ['background', null],
    ['inpainted', null],
    ['image', 'my dog'],
    ['subject', 'my dog'],
    ['mask', 'my dog'],
    ['image', 'my cat'],
    ['mask', 'my cat'],
  ]);
});
