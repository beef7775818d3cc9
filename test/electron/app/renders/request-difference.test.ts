/** The difference between two requests: everything that was changed, and nothing else. */
import { expect, test } from 'vitest';
import { requestDifference } from '../../../../electron/app/renders/request-difference.ts';
import { PAPER_PARAMETERS } from '../../../../electron/contract/parameters.ts';
import { firstPlacement } from '../../../../electron/contract/placement.ts';
import type { RenderRequest } from '../../../../electron/contract/render-request.ts';

const concept = (name: string): RenderRequest['scene']['concepts'][number] => ({
  name,
  prompt: `a ${name}`,
  image: 'a'.repeat(64),
  subject: null,
  mask: 'b'.repeat(64),
  mode: 'replace',
  front: null,
  placement: null,
  strength: 1,
  alpha: 0.15,
  order: 0,
});

const request: RenderRequest = {
  version: 2,
  scene: {
    prompt: 'a cat and a dog',
    inpaintPrompt: '',
    background: 'c'.repeat(64),
    inpainted: null,
    frame: 'whole',
    concepts: [concept('cat'), concept('dog')],
  },
  parameters: PAPER_PARAMETERS,
  pack: { id: 'tiny', version: '1', weights: 'd'.repeat(64) },
};

test('a request does not differ from itself, nor from one with its concepts in another order', () => {
  expect(requestDifference(request, request)).toEqual([]);
  const turned = { ...request, scene: { ...request.scene, concepts: request.scene.concepts.toReversed() } };
  expect(requestDifference(request, turned)).toEqual([]);
});

test('a change is named by its path, with 0 and null as values like any other', () => {
  const changed: RenderRequest = {
    ...request,
    scene: {
      ...request.scene,
      inpainted: 'e'.repeat(64),
      concepts: [{ ...concept('cat'), alpha: 0 }, concept('dog')],
    },
    parameters: { ...PAPER_PARAMETERS, attentionSteps: { from: 0.5, to: 1 } },
  };
  expect(requestDifference(request, changed)).toEqual([
    { concept: null, path: 'scene.inpainted', a: null, b: 'e'.repeat(64) },
    { concept: 'cat', path: 'alpha', a: 0.15, b: 0 },
    { concept: null, path: 'parameters.attentionSteps.from', a: 0, b: 0.5 },
  ]);
});

test('a concept that only one has is one difference', () => {
  const fewer = { ...request, scene: { ...request.scene, concepts: [concept('cat')] } };
  expect(requestDifference(request, fewer)).toEqual([
    { concept: 'dog', path: '', a: concept('dog'), b: null },
  ]);
  expect(requestDifference(fewer, request)).toEqual([
    { concept: 'dog', path: '', a: null, b: concept('dog') },
  ]);
});

test('a renamed concept is the same by its picture, and what else was changed is listed', () => {
  const [cat, dog] = [concept('cat'), { ...concept('dog'), image: 'f'.repeat(64) }];
  const before = { ...request, scene: { ...request.scene, concepts: [cat, dog] } };
  const renamed = { ...dog, name: 'my dog', alpha: 0.5 };
  const after = { ...request, scene: { ...request.scene, concepts: [renamed, cat] } };
  expect(requestDifference(before, after)).toEqual([
    { concept: 'my dog', path: 'name', a: 'dog', b: 'my dog' },
    { concept: 'my dog', path: 'alpha', a: 0.15, b: 0.5 },
  ]);
});

test('a drawn frame, a placement and a shadow that only one has are one difference each', () => {
  const frame = { left: 1, top: 2, width: 30, height: 40 };
  const placement = firstPlacement({ width: 8, height: 8 }, { width: 32, height: 32 }, { x: 1, y: 2 });
  const placed = { ...concept('dog'), mode: 'place' as const, mask: null, placement };
  const shadow = { offsetXPx: 1, offsetYPx: 2, blurPx: 3, opacity: 0.5 };
  const of = (changes: object, last: RenderRequest['scene']['concepts'][number]): RenderRequest => ({
    ...request,
    scene: { ...request.scene, ...changes, concepts: [concept('cat'), last] },
  });
  expect(requestDifference(request, of({ frame }, placed))).toEqual([
    { concept: null, path: 'scene.frame', a: 'whole', b: frame },
    { concept: 'dog', path: 'mask', a: 'b'.repeat(64), b: null },
    { concept: 'dog', path: 'mode', a: 'replace', b: 'place' },
    { concept: 'dog', path: 'placement', a: null, b: placement },
  ]);
  const shaded = { ...placed, placement: { ...placement, x: 5, shadow } };
  expect(
    requestDifference(of({ frame }, placed), of({ frame: { ...frame, left: 0, width: 31 } }, shaded)),
  ).toEqual([
    { concept: null, path: 'scene.frame', a: frame, b: { ...frame, left: 0, width: 31 } },
    { concept: 'dog', path: 'placement.x', a: 1, b: 5 },
    { concept: 'dog', path: 'placement.shadow', a: null, b: shadow },
  ]);
});

test('concepts of the same name are kept apart', () => {
  const twins = { ...request, scene: { ...request.scene, concepts: [concept('cat'), concept('cat')] } };
  const changed = {
    ...twins,
    scene: { ...twins.scene, concepts: [concept('cat'), { ...concept('cat'), alpha: 1 }] },
  };
  expect(requestDifference(twins, changed)).toEqual([{ concept: 'cat (2)', path: 'alpha', a: 0.15, b: 1 }]);
});
