/** Commands on a scene document's modes, placements and frame. Pure, like document-commands.ts. */
import { StudioError } from '../../electron/contract/errors.ts';
import type { Frame, FrameRectangle } from '../../electron/contract/frame.ts';
import {
  type ConceptMode,
  firstPlacement,
  type Placement,
  type Shadow,
} from '../../electron/contract/placement.ts';
import type { DocumentConcept, SceneDocument } from '../../electron/contract/scene-document.ts';
import { isEmptyRect, type PixelRect, type Point } from './mask-plane.ts';
import { clampScale } from './placement.ts';
import type { Size } from './view-transform.ts';

/** Largest size of a dropped picture: its longer side as a share of the background's shorter side. */
const DROPPED_SHARE = 1 / 3;
/** A small picture is enlarged up to this, so that it is not lost on a large photograph. */
const MOST_DROPPED_SCALE = 4;

/** Placement of a dropped picture: centred on the point, clamped to the background. */
export function droppedPlacement(image: Size, background: Size, at: Point): Placement {
  const inside = {
    x: Math.min(Math.max(at.x, 0), background.width),
    y: Math.min(Math.max(at.y, 0), background.height),
  };
  return firstPlacement(image, background, inside, DROPPED_SHARE, MOST_DROPPED_SCALE);
}

/**
 * Placement of a concept that replaced an object: over its mask, inside its bounds.
 *
 * @param bounds of the mask, in background pixels
 */
export function placementOver(image: Size, background: Size, bounds: PixelRect): Placement {
  if (isEmptyRect(bounds)) return firstPlacement(image, background);
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const at = { x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 };
  return {
    ...firstPlacement(image, background, at),
    scale: clampScale(Math.min(width / image.width, height / image.height), image),
  };
}

/**
 * Changes a concept's mode. The other mode's mask or placement stays in the document, to return with that mode.
 *
 * @param placement for a concept without one, or to place it elsewhere
 */
export function setMode(
  document: SceneDocument,
  id: string,
  mode: ConceptMode,
  placement?: Placement,
): SceneDocument {
  return withConcept(document, id, (concept) => {
    const kept = placement ?? concept.placement;
    return concept.mode === mode && concept.placement === kept
      ? concept
      : { ...concept, mode, placement: kept };
  });
}

/**
 * Turns on detail restoration if the first picture was just placed and `detail` is 0: without it, a placed picture
 * looks as the pack's autoencoder reproduces it.
 *
 * @param before the document before placing
 */
export function withPlacedDetail(document: SceneDocument, before: SceneDocument): SceneDocument {
  const isFirst = !before.concepts.some(({ mode }) => mode === 'place');
  if (document === before || !isFirst || document.parameters.detail !== 0) return document;
  return { ...document, parameters: { ...document.parameters, detail: 1 } };
}

/** Changes a concept's placement. @throws StudioError INTERNAL when it is not placed */
export function changePlacement(
  document: SceneDocument,
  id: string,
  change: Partial<Placement>,
): SceneDocument {
  return withConcept(document, id, (concept) => {
    const { placement } = concept;
    if (!placement) throw new StudioError('INTERNAL', `The concept ${id} is not placed.`);
    const keys = Object.keys(change) as (keyof Placement)[];
    if (keys.every((key) => Object.is(placement[key], change[key]))) return concept;
    return { ...concept, placement: { ...placement, ...change } };
  });
}

/** The same where a concept may have been removed, or switched back to replacing, meanwhile. */
export function changePlacementIfThere(
  document: SceneDocument,
  id: string,
  change: Partial<Placement>,
): SceneDocument {
  const isThere = document.concepts.some((concept) => concept.id === id && concept.placement !== null);
  return isThere ? changePlacement(document, id, change) : document;
}

export function setFrame(document: SceneDocument, frame: Frame): SceneDocument {
  return isSameFrame(document.frame, frame) ? document : { ...document, frame };
}

/** The default shadow: a subject standing on the ground, lit from above. */
export function firstShadow(image: Size, scale: number): Shadow {
  const heightPx = image.height * scale;
  const blurPx = Math.min(Math.round(heightPx * 0.04), 512);
  return { offsetXPx: 0, offsetYPx: Math.min(Math.round(heightPx * 0.05), 4096), blurPx, opacity: 0.5 };
}

/** Adapts a placement to a background of another size: the same relative position and share of the shorter side. */
export function scaledPlacement(placement: Placement, before: Size, after: Size): Placement {
  const factor = Math.min(after.width, after.height) / Math.min(before.width, before.height);
  const { shadow } = placement;
  return {
    ...placement,
    x: (placement.x * after.width) / before.width,
    y: (placement.y * after.height) / before.height,
    scale: Math.min(placement.scale * factor, 1000),
    softEdgePx: Math.min(placement.softEdgePx * factor, 64),
    shadow: shadow && {
      ...shadow,
      offsetXPx: Math.min(Math.max(shadow.offsetXPx * factor, -4096), 4096),
      offsetYPx: Math.min(Math.max(shadow.offsetYPx * factor, -4096), 4096),
      blurPx: Math.min(shadow.blurPx * factor, 512),
    },
  };
}

function isSameFrame(a: Frame, b: Frame): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  const sides = ['left', 'top', 'width', 'height'] as const satisfies readonly (keyof FrameRectangle)[];
  return sides.every((side) => a[side] === b[side]);
}

function withConcept(
  document: SceneDocument,
  id: string,
  change: (concept: DocumentConcept) => DocumentConcept,
): SceneDocument {
  const before = document.concepts.find((concept) => concept.id === id);
  if (!before) throw new StudioError('INTERNAL', `The scene has no concept ${id}.`);
  const after = change(before);
  if (after === before) return document;
  return {
    ...document,
    concepts: document.concepts.map((concept) => (concept === before ? after : concept)),
  };
}
