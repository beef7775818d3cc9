/**
 * What the mask tools paint on: one of a concept's masks. The workbench has a layer for each, identified by a target
 * id; the target id of a concept's mask in the background is the concept's own id.
 */
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { DocumentConcept, SceneDocument } from '../../electron/contract/scene-document.ts';
import { changeConceptIfThere } from './document-commands.ts';

/**
 * `mask`: the object to replace, in the background. `front`: the part of the background in front of the concept.
 * `subject`: the used part of the concept's picture, in that picture.
 */
export type MaskRole = 'mask' | 'front' | 'subject';

export interface MaskTarget {
  readonly conceptId: string;
  readonly role: MaskRole;
}

/** A mask as the tools need it. */
export interface PaintableMask {
  /** {@link targetId} */
  readonly id: string;
  readonly mask: AssetId | null;
  readonly colour: string;
  /** Tools do not change it. */
  readonly locked: boolean;
}

/** Colour of front masks: no concept has it. */
const FRONT_COLOUR = '#f1f3f5';

/** A character that concept ids do not contain. */
const SEPARATOR = ':';

export function targetId({ conceptId, role }: MaskTarget): string {
  return role === 'mask' ? conceptId : `${role}${SEPARATOR}${conceptId}`;
}

export function targetOf(id: string): MaskTarget {
  const [role, conceptId] = id.split(SEPARATOR) as [string, string | undefined];
  return conceptId === undefined ? { conceptId: id, role: 'mask' } : { conceptId, role: role as MaskRole };
}

/** One of a concept's masks, for painting. */
export function paintableMask(concept: DocumentConcept, role: MaskRole): PaintableMask {
  const { id, locked } = concept;
  const colour = role === 'front' ? FRONT_COLOUR : concept.colour;
  return { id: targetId({ conceptId: id, role }), mask: concept[role], colour, locked };
}

/**
 * The masks of a scene, and the active one.
 *
 * @param paintsFront whether the tools paint the active concept's front mask instead of the object it replaces
 */
export function sceneMasks(
  concepts: readonly DocumentConcept[],
  activeId: string | null,
  paintsFront: boolean,
): { readonly masks: readonly PaintableMask[]; readonly activeMaskId: string | null } {
  const masks = concepts.flatMap((concept) => {
    const { id, mode, front } = concept;
    return [
      ...(mode === 'replace' ? [paintableMask(concept, 'mask')] : []),
      ...(front !== null || (paintsFront && id === activeId) ? [paintableMask(concept, 'front')] : []),
    ];
  });
  const wanted =
    activeId === null ? null : targetId({ conceptId: activeId, role: paintsFront ? 'front' : 'mask' });
  return { masks, activeMaskId: masks.some(({ id }) => id === wanted) ? wanted : null };
}

/** The mask that a document has for a target; null if there is none, or no such concept. */
export function maskOfTarget({ concepts }: SceneDocument, id: string): AssetId | null {
  const { conceptId, role } = targetOf(id);
  return concepts.find((concept) => concept.id === conceptId)?.[role] ?? null;
}

/** Sets a target's mask; the concept may have been deleted meanwhile. */
export function changeTarget(document: SceneDocument, id: string, mask: AssetId | null): SceneDocument {
  const { conceptId, role } = targetOf(id);
  return changeConceptIfThere(document, conceptId, { [role]: mask });
}
