/** Turns a scene document into a render request, or lists what the document still lacks. */
import type { RenderRequest } from './render-request.ts';
import type { SceneDocument } from './scene-document.ts';

/** Something that a document needs before it can be rendered, with a sentence for the user. */
export type MissingPart = { readonly sentence: string } & (
  | { readonly part: 'background' | 'concepts' }
  | { readonly part: 'image' | 'mask' | 'placement'; readonly conceptId: string }
);

export type DocumentRequest =
  | { readonly complete: true; readonly request: RenderRequest }
  | { readonly complete: false; readonly missing: readonly MissingPart[] };

/**
 * Makes the request that renders a document: its visible concepts, in its layer order.
 *
 * @param pack identity of the weights that will render it
 * @returns the request, or everything that is missing, in the order in which a user would add it. The engine checks
 * that the pictures can be read and fit each other.
 */
export function documentRequest(document: SceneDocument, pack: RenderRequest['pack']): DocumentRequest {
  const { prompt, inpaintPrompt, negativePrompt = '', background, inpainted, frame, parameters } = document;
  const visible = document.concepts.filter((concept) => concept.visible);
  const missing: MissingPart[] = [];
  if (background === null) missing.push({ part: 'background', sentence: 'Choose a background first.' });
  if (visible.length === 0) {
    missing.push({
      part: 'concepts',
      sentence:
        document.concepts.length === 0
          ? 'Add a concept: a picture of the subject to put into the scene.'
          : 'Every concept is hidden: show at least one.',
    });
  }
  const concepts: RenderRequest['scene']['concepts'] = [];
  for (const [order, concept] of visible.entries()) {
    const { id, prompt: conceptPrompt, image, subject, front, mode, strength, alpha } = concept;
    const name =
      concept.name.trim() === ''
        ? `Concept ${document.concepts.findIndex((other) => other.id === id) + 1}`
        : concept.name;
    // Values of the other mode stay in the document.
    const mask = mode === 'replace' ? concept.mask : null;
    const placement = mode === 'place' ? concept.placement : null;
    if (image === null) {
      missing.push({ part: 'image', conceptId: id, sentence: `${name} has no picture yet.` });
    }
    if (mode === 'replace' && mask === null) {
      missing.push({
        part: 'mask',
        conceptId: id,
        sentence: `${name} has no mask yet: mark where it goes.`,
      });
    }
    if (mode === 'place' && placement === null) {
      missing.push({
        part: 'placement',
        conceptId: id,
        sentence: `${name} is not placed yet: drag its picture to where it goes.`,
      });
    }
    if (image !== null && (mask !== null || placement !== null)) {
      const prompts = { name, prompt: conceptPrompt };
      concepts.push({ ...prompts, image, subject, mode, mask, front, placement, strength, alpha, order });
    }
  }
  if (background === null || missing.length > 0) return { complete: false, missing };
  return {
    complete: true,
    request: {
      version: 2,
      scene: {
        prompt,
        inpaintPrompt,
        ...(negativePrompt !== '' && { negativePrompt }),
        background,
        inpainted,
        frame,
        concepts,
      },
      parameters,
      pack,
    },
  };
}
