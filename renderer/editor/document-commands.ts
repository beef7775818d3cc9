/**
 * Commands on a scene document: each takes a document and returns a new one, or the same one if nothing changes. A
 * command for an unknown concept is a bug of the caller and throws.
 */
import { StudioError } from '../../electron/contract/errors.ts';
import { PAPER_ALPHA, type RenderParameters } from '../../electron/contract/parameters.ts';
import type { Placement } from '../../electron/contract/placement.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import {
  CONCEPT_COLOURS,
  type DocumentConcept,
  type SceneDocument,
} from '../../electron/contract/scene-document.ts';
import { MAX_CONCEPTS } from '../../electron/contract/scene-file.ts';
import { scaledPlacement } from './placement-commands.ts';
import type { Size } from './view-transform.ts';

/** The properties of a concept that {@link changeConcept} can set. */
export type ConceptChange = Partial<Omit<DocumentConcept, 'id'>>;

/**
 * Adds a concept in front of the others, in the first free colour.
 *
 * @param id chosen by the caller, so that this stays pure
 * @throws StudioError CONCEPT_COUNT when the scene is full
 */
export function addConcept(
  document: SceneDocument,
  id: string,
  start: {
    name: string;
    image?: AssetId | null;
    subject?: AssetId | null;
    alpha?: number;
    /** Its placement; without one, it replaces what its mask will cover. */
    placement?: Placement | null;
  },
): SceneDocument {
  // An edit may be applied again to a document that already has it.
  if (document.concepts.some((concept) => concept.id === id)) return document;
  if (document.concepts.length >= MAX_CONCEPTS) {
    throw new StudioError('CONCEPT_COUNT', `A scene takes at most ${MAX_CONCEPTS} concepts.`);
  }
  const taken = new Set(document.concepts.map(({ colour }) => colour));
  const concept: DocumentConcept = {
    id,
    name: start.name,
    prompt: '',
    phrase: '',
    image: start.image ?? null,
    subject: start.subject ?? null,
    mask: null,
    front: null,
    mode: start.placement ? 'place' : 'replace',
    placement: start.placement ?? null,
    strength: null,
    alpha: start.alpha ?? PAPER_ALPHA,
    visible: true,
    locked: false,
    colour: CONCEPT_COLOURS.find((colour) => !taken.has(colour)) ?? CONCEPT_COLOURS[0],
  };
  return { ...document, concepts: [...document.concepts, concept] };
}

export function removeConcept(document: SceneDocument, id: string): SceneDocument {
  conceptOf(document, id);
  return { ...document, concepts: document.concepts.filter((concept) => concept.id !== id) };
}

export function changeConcept(document: SceneDocument, id: string, change: ConceptChange): SceneDocument {
  const before = conceptOf(document, id);
  const keys = Object.keys(change) as (keyof ConceptChange)[];
  if (keys.every((key) => before[key] === change[key])) return document;
  return {
    ...document,
    concepts: document.concepts.map((concept) => (concept.id === id ? { ...concept, ...change } : concept)),
  };
}

/** The same for a slow computation: a concept deleted meanwhile stays deleted. */
export function changeConceptIfThere(
  document: SceneDocument,
  id: string,
  change: ConceptChange,
): SceneDocument {
  return document.concepts.some((concept) => concept.id === id)
    ? changeConcept(document, id, change)
    : document;
}

/** The same for a mask that was looked for or loaded: a concept that was locked meanwhile keeps its own. */
export function changeUnlockedConcept(
  document: SceneDocument,
  id: string,
  change: ConceptChange,
): SceneDocument {
  const isLocked = document.concepts.some((concept) => concept.id === id && concept.locked);
  return isLocked ? document : changeConceptIfThere(document, id, change);
}

/** Sets the used part of a concept's picture, unless that is another picture meanwhile. */
export function changeSubject(
  document: SceneDocument,
  id: string,
  image: AssetId | null,
  subject: AssetId,
): SceneDocument {
  const isOf = document.concepts.some((concept) => concept.id === id && concept.image === image);
  return isOf ? changeUnlockedConcept(document, id, { subject }) : document;
}

/**
 * Moves a concept in the layer order.
 *
 * @param toIndex 0 is the back; clamped
 */
export function moveConcept(document: SceneDocument, id: string, toIndex: number): SceneDocument {
  const concept = conceptOf(document, id);
  const others = document.concepts.filter((other) => other !== concept);
  const at = Math.min(Math.max(toIndex, 0), others.length);
  if (document.concepts[at] === concept) return document;
  return { ...document, concepts: [...others.slice(0, at), concept, ...others.slice(at)] };
}

/**
 * Sets the background. One of another size removes masks, a drawn frame and the inpainted background. Placed pictures
 * keep their relative position and size.
 *
 * @param before size of the previous one; null for none
 */
export function setBackground(
  document: SceneDocument,
  background: AssetId,
  before: Size | null,
  after: Size,
): SceneDocument {
  if (document.background === background) return document;
  // It was made from the old background.
  const changed = { ...setInpainted(document, null), background };
  if (before === null || (before.width === after.width && before.height === after.height)) return changed;
  return {
    ...changed,
    frame: typeof document.frame === 'string' ? document.frame : 'auto',
    concepts: document.concepts.map((concept) => ({
      ...concept,
      mask: null,
      front: null,
      placement: concept.placement && scaledPlacement(concept.placement, before, after),
    })),
  };
}

/**
 * Sets or removes the inpainted background.
 *
 * @param masks it was made with; undefined for the user's own picture
 */
export function setInpainted(
  document: SceneDocument,
  inpainted: AssetId | null,
  masks?: readonly AssetId[],
): SceneDocument {
  if (document.inpainted === inpainted && masks === undefined && !document.inpaintedMasks) return document;
  const { inpaintedMasks: _, ...others } = document;
  return { ...others, inpainted, ...(masks && { inpaintedMasks: [...masks] }) };
}

/** The masks of the replaced objects. */
export function visibleMasks({ concepts }: Pick<SceneDocument, 'concepts'>): AssetId[] {
  return concepts.flatMap(({ mask, visible, mode }) =>
    mask !== null && visible && mode === 'replace' ? [mask] : [],
  );
}

/**
 * Whether a mask of the render has changed since the objects were removed. Masks are compared by content, so a change
 * that was undone does not count; the user's own picture is never stale.
 */
export function isInpaintedStale(document: SceneDocument): boolean {
  const { inpainted, inpaintedMasks } = document;
  if (inpainted === null || !inpaintedMasks) return false;
  return visibleMasks(document).some((mask) => !inpaintedMasks.includes(mask));
}

/** Sets one of the texts. */
export function changeScene(
  document: SceneDocument,
  change: Partial<Pick<SceneDocument, 'prompt' | 'inpaintPrompt' | 'negativePrompt'>>,
): SceneDocument {
  const keys = Object.keys(change) as (keyof typeof change)[];
  return keys.every((key) => document[key] === change[key]) ? document : { ...document, ...change };
}

export function changeParameters(document: SceneDocument, change: Partial<RenderParameters>): SceneDocument {
  const keys = Object.keys(change) as (keyof RenderParameters)[];
  if (keys.every((key) => Object.is(document.parameters[key], change[key]))) return document;
  return { ...document, parameters: { ...document.parameters, ...change } };
}

/** Sets alpha of every concept. */
export function setEveryAlpha(document: SceneDocument, alpha: number): SceneDocument {
  if (document.concepts.every((concept) => concept.alpha === alpha)) return document;
  return { ...document, concepts: document.concepts.map((concept) => ({ ...concept, alpha })) };
}

/** The concept of an id. @throws StudioError INTERNAL when there is none */
export function conceptOf(document: SceneDocument, id: string): DocumentConcept {
  const concept = document.concepts.find((candidate) => candidate.id === id);
  if (!concept) throw new StudioError('INTERNAL', `The scene has no concept ${id}.`);
  return concept;
}
