/** The difference between two requests: everything that was changed, and nothing else. */
import { expect, test } from 'vitest';
import { requestDifference } from '../../../../electron/app/renders/request-difference.ts';
import { PAPER_PARAMETERS } from '../../../../electron/contract/parameters.ts';
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
    { path: 'scene.inpainted', a: null, b: 'e'.repeat(64) },
    { path: 'concepts.cat.alpha', a: 0.15, b: 0 },
    { path: 'parameters.attentionSteps.from', a: 0, b: 0.5 },
  ]);
});

test('a concept that only one has is listed with all its values', () => {
  const fewer = { ...request, scene: { ...request.scene, concepts: [concept('cat')] } };
  const paths = requestDifference(request, fewer).map(({ path, b }) => [path, b]);
  expect(paths).toContainEqual(['concepts.dog.alpha', null]);
  expect(paths.every(([path]) => String(path).startsWith('concepts.dog.'))).toBe(true);
});

test('concepts of the same name are kept apart', () => {
  const twins = { ...request, scene: { ...request.scene, concepts: [concept('cat'), concept('cat')] } };
  const changed = {
    ...twins,
    scene: { ...twins.scene, concepts: [concept('cat'), { ...concept('cat'), alpha: 1 }] },
  };
  expect(requestDifference(twins, changed)).toEqual([{ path: 'concepts.cat (2).alpha', a: 0.15, b: 1 }]);
});
