import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentRequest } from '../../../electron/contract/document-request.ts';
import { PAPER_PARAMETERS } from '../../../electron/contract/parameters.ts';
import { renderRequestSchema } from '../../../electron/contract/render-request.ts';
import {
  type DocumentConcept,
  documentAssets,
  emptySceneDocument,
  type SceneDocument,
  sceneDocumentSchema,
} from '../../../electron/contract/scene-document.ts';

const pack = { id: 'starter', version: '1', weights: 'f'.repeat(64) };

const assetId = fc.stringMatching(/^[0-9a-f]{64}$/);
const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const placement = fc.record({
  x: finite(-100, 5000),
  y: finite(-100, 5000),
  scale: finite(0.01, 100),
  rotationDeg: finite(-180, 180),
  flipX: fc.boolean(),
  flipY: fc.boolean(),
  opacity: finite(0, 1),
  softEdgePx: finite(0, 64),
  shadow: fc.option(
    fc.record({
      offsetXPx: finite(-50, 50),
      offsetYPx: finite(-50, 50),
      blurPx: finite(0, 50),
      opacity: finite(0, 1),
    }),
  ),
});
const concept = fc.record({
  id: fc.stringMatching(/^[\w-]{1,64}$/),
  name: fc.string({ maxLength: 100 }),
  prompt: fc.string({ maxLength: 50 }),
  phrase: fc.string({ maxLength: 50 }),
  image: fc.option(assetId),
  subject: fc.option(assetId),
  mask: fc.option(assetId),
  front: fc.option(assetId),
  mode: fc.constantFrom('replace' as const, 'place' as const),
  placement: fc.option(placement),
  strength: fc.option(finite(0, 1)),
  alpha: fc.double({ min: 0, max: 2, noNaN: true }),
  visible: fc.boolean(),
  locked: fc.boolean(),
  colour: fc.constant('#00ff88'),
});
const documents: fc.Arbitrary<SceneDocument> = fc.record({
  version: fc.constant(2 as const),
  prompt: fc.string({ maxLength: 50 }),
  inpaintPrompt: fc.string({ maxLength: 50 }),
  negativePrompt: fc.string({ maxLength: 50 }),
  background: fc.option(assetId),
  inpainted: fc.option(assetId),
  frame: fc.constantFrom('auto' as const, 'whole' as const, { left: 1, top: 0, width: 20, height: 30 }),
  concepts: fc.uniqueArray(concept, { selector: ({ id }) => id, maxLength: 8 }),
  parameters: fc.constant(PAPER_PARAMETERS),
});

function complete(overrides: Partial<DocumentConcept> = {}): DocumentConcept {
  return {
    id: 'cat',
    name: 'My cat',
    prompt: 'a cat',
    phrase: 'cat',
    image: 'a'.repeat(64),
    subject: null,
    mask: 'b'.repeat(64),
    mode: 'replace',
    front: null,
    placement: null,
    strength: 1,
    alpha: 0,
    visible: true,
    locked: false,
    colour: '#aa3300',
    ...overrides,
  };
}

describe('documentRequest', () => {
  it('gives a valid request or says what is missing; never both, never neither', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(sceneDocumentSchema.parse(document)).toEqual(document);
        const made = documentRequest(document, pack);
        const visible = document.concepts.filter((each) => each.visible);
        const isComplete =
          document.background !== null &&
          visible.length > 0 &&
          visible.every(
            ({ image, mode, mask, placement: place }) =>
              image !== null && (mode === 'place' ? place : mask) !== null,
          );
        expect(made.complete).toBe(isComplete);
        if (made.complete) {
          expect(renderRequestSchema.parse(made.request)).toEqual(made.request);
          expect(made.request.scene.concepts.map(({ image }) => image)).toEqual(
            visible.map(({ image }) => image),
          );
        } else {
          expect(made.missing.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('keeps alpha 0, takes the layer order from the list, and omits hidden concepts', () => {
    const document: SceneDocument = {
      ...emptySceneDocument(),
      background: 'c'.repeat(64),
      concepts: [
        complete({ id: 'back' }),
        complete({ id: 'hidden', visible: false, mask: null }),
        complete({ id: 'front', name: ' ', alpha: 0.4 }),
      ],
    };
    const made = documentRequest(document, pack);
    expect(made.complete && made.request.scene.concepts).toMatchObject([
      { name: 'My cat', alpha: 0, order: 0 },
      { name: 'Concept 3', alpha: 0.4, order: 1 },
    ]);
  });

  it('lists everything that is missing at once', () => {
    const document: SceneDocument = {
      ...emptySceneDocument(),
      concepts: [complete({ image: null }), complete({ id: 'dog', name: 'Dog', mask: null })],
    };
    const made = documentRequest(document, pack);
    expect(made.complete ? [] : made.missing.map(({ part }) => part)).toEqual([
      'background',
      'image',
      'mask',
    ]);
    const empty = documentRequest(emptySceneDocument(), pack);
    expect(empty.complete ? [] : empty.missing.map(({ part }) => part)).toEqual(['background', 'concepts']);
  });
});

describe('sceneDocumentSchema', () => {
  const base = { ...emptySceneDocument(), concepts: [complete()] };

  it.each([
    ['an older version, which has to be upgraded first', { ...base, version: 1 }],
    ['a newer version', { ...base, version: 3 }],
    ['an unknown key', { ...base, extra: 1 }],
    ['a path in the place of a picture', { ...base, background: '../secret.png' }],
    ['two concepts of one id', { ...base, concepts: [complete(), complete()] }],
    ['nine concepts', { ...base, concepts: Array.from({ length: 9 }, (_, i) => complete({ id: `c${i}` })) }],
    ['alpha that is not a number', { ...base, concepts: [complete({ alpha: Number.NaN })] }],
  ])('refuses %s', (_, document) => {
    expect(sceneDocumentSchema.safeParse(document).success).toBe(false);
  });

  it('lists each picture that a document refers to once', () => {
    const document = { ...base, background: 'a'.repeat(64) };
    expect([...documentAssets(document)].sort()).toEqual(['a'.repeat(64), 'b'.repeat(64)]);
  });
});

it('names a negative prompt where there is one', () => {
  const document = { ...emptySceneDocument(), background: 'c'.repeat(64), concepts: [complete()] };
  const sceneOf = (negativePrompt: string) => {
    const made = documentRequest({ ...document, negativePrompt }, pack);
    return made.complete ? made.request.scene : undefined;
  };
  expect(sceneOf('fog')).toMatchObject({ negativePrompt: 'fog' });
  expect(sceneOf('')).not.toHaveProperty('negativePrompt');
});
