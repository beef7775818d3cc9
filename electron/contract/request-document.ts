/** Turns a render request back into a scene document, with the pictures that still exist. */
import { choiceOfPack } from './model-choice.ts';
import type { AssetId, RenderRequest } from './render-request.ts';
import { CONCEPT_COLOURS, type DocumentConcept, type SceneDocument } from './scene-document.ts';

/** A picture of a request, and its role in the scene. */
export interface RequestPicture {
  readonly part: 'background' | 'inpainted' | 'image' | 'subject' | 'mask' | 'front';
  /** Name of its concept; null for the backgrounds. */
  readonly concept: string | null;
  readonly asset: AssetId;
}

/** Every picture of a request, in the order in which a user would add them. */
export function requestPictures({ scene }: RenderRequest): RequestPicture[] {
  const { background, inpainted, concepts } = scene;
  return [
    { part: 'background', concept: null, asset: background },
    ...(inpainted === null ? [] : [{ part: 'inpainted', concept: null, asset: inpainted } as const]),
    ...concepts.flatMap(({ name, image, subject, mask, front }): RequestPicture[] => [
      { part: 'image', concept: name, asset: image },
      ...(subject === null ? [] : [{ part: 'subject', concept: name, asset: subject } as const]),
      ...(mask === null ? [] : [{ part: 'mask', concept: name, asset: mask } as const]),
      ...(front === null ? [] : [{ part: 'front', concept: name, asset: front } as const]),
    ]),
  ];
}

/**
 * Makes the document of a request. A concept that `before` has under the same name keeps what a request does not
 * hold: its id, phrase, colour and lock. In place of a missing picture, the one of `before` stays, or none.
 *
 * @param has whether a picture exists
 * @param newId makes the id of a concept that `before` does not have
 * @returns not checked against the document's limits: a request may come from anywhere
 */
export function requestDocument(
  { scene, parameters, pack }: RenderRequest,
  before: SceneDocument,
  { has, newId }: { readonly has: (asset: AssetId) => boolean; readonly newId: () => string },
): SceneDocument {
  const { prompt, inpaintPrompt, negativePrompt } = scene;
  const model = choiceOfPack(pack);
  const background = has(scene.background) ? scene.background : before.background;
  const left = [...before.concepts];
  const concepts = scene.concepts
    .toSorted((a, b) => a.order - b.order)
    .map((concept): DocumentConcept => {
      const {
        name,
        prompt: conceptPrompt,
        image,
        subject,
        mode,
        mask,
        front,
        placement,
        strength,
        alpha,
      } = concept;
      const at = left.findIndex((other) => other.name === name);
      const [known] = at < 0 ? [] : left.splice(at, 1);
      return {
        id: known?.id ?? newId(),
        name,
        prompt: conceptPrompt,
        phrase: known?.phrase ?? name,
        image: has(image) ? image : (known?.image ?? null),
        subject: subjectOf(subject, has(image), known, has),
        mode,
        mask: mask !== null && has(mask) ? mask : (known?.mask ?? null),
        front: front === null || has(front) ? front : (known?.front ?? null),
        placement: placement ?? known?.placement ?? null,
        strength,
        alpha,
        visible: true,
        locked: known?.locked ?? false,
        colour: known?.colour ?? '',
      };
    });
  const taken = new Set(concepts.map(({ colour }) => colour));
  const free = CONCEPT_COLOURS.filter((colour) => !taken.has(colour)).values();
  return {
    version: 2,
    prompt,
    inpaintPrompt,
    ...(negativePrompt !== undefined && { negativePrompt }),
    background,
    inpainted: inpaintedOf(scene.inpainted, background, before, has),
    frame: scene.frame,
    concepts: concepts.map((concept) =>
      concept.colour === '' ? { ...concept, colour: free.next().value ?? CONCEPT_COLOURS[0] } : concept,
    ),
    parameters,
    ...(model && { model }),
  };
}

/** Without the concept image of the request, its subject mask does not apply: the known one stays. */
function subjectOf(
  wanted: AssetId | null,
  hasImage: boolean,
  known: DocumentConcept | undefined,
  has: (asset: AssetId) => boolean,
): AssetId | null {
  if (!hasImage) return known?.subject ?? null;
  return wanted !== null && has(wanted) ? wanted : null;
}

/** An inpainted background of another background does not apply. */
function inpaintedOf(
  wanted: AssetId | null,
  background: AssetId | null,
  before: SceneDocument,
  has: (asset: AssetId) => boolean,
): AssetId | null {
  if (wanted === null || has(wanted)) return wanted;
  return background === before.background ? before.inpainted : null;
}
