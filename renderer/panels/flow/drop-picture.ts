/**
 * Pictures dropped on the canvas: each is placed at once where it was dropped. If an object of the background is
 * there, the editor offers to replace it.
 */
import i18next from 'i18next';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { addConcept, changeConcept, removeConcept } from '../../editor/document-commands.ts';
import type { Point } from '../../editor/mask-plane.ts';
import { isInside, isObjectUnder } from '../../editor/object-under.ts';
import { defaultAlpha } from '../../editor/parameter-fields.ts';
import { droppedPlacement, setMode, withPlacedDetail } from '../../editor/placement-commands.ts';
import type { Size } from '../../editor/view-transform.ts';
import { type PlaceOffer, selectConcept, useEditor } from '../../session/editor-store.ts';
import type { ProjectSession } from '../../session/project-session.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';
import { takeTool } from '../actions/actions.ts';
import { isPhotograph } from './picture-samples.ts';

export interface DroppedPicture {
  readonly name: string;
  readonly fileName: string;
  readonly image: AssetId;
  readonly subject: AssetId | null;
  readonly size: Size;
}

/**
 * Places a picture as a new concept and selects it.
 *
 * @param at in background pixels
 * @returns the concept's id
 */
export function placePicture(
  studio: Studio,
  { name, image, subject, size }: DroppedPicture,
  background: Size,
  at: Point,
  session: ProjectSession,
): string {
  const id = crypto.randomUUID();
  const alpha = defaultAlpha(useStudio.getState().engine?.pack?.recommended);
  const placement = droppedPlacement(size, background, at);
  session.edit(i18next.t('changes.place'), (document) =>
    withPlacedDetail(addConcept(document, id, { name, image, subject, alpha, placement }), document),
  );
  if (studio.session === session) {
    useEditor.setState({ offer: null });
    selectConcept(id);
    takeTool(studio, 'move');
  }
  return id;
}

/** Offers to replace the object under a placed picture, if one is known or can be found. */
export async function offerReplacement(
  studio: Studio,
  conceptId: string,
  fileName: string,
  at: Point,
  session: ProjectSession,
): Promise<void> {
  const { background } = session.document;
  const offer = (object: Extract<PlaceOffer, { kind: 'dropped' }>['object']) => {
    const isStillThere = session.document.concepts.some(
      ({ id, mode }) => id === conceptId && mode === 'place',
    );
    if (session.document.background !== background) return;
    if (studio.session === session && isStillThere) {
      useEditor.setState({ offer: { kind: 'dropped', conceptId, fileName, object } });
    }
  };
  // The canvas may show another picture once the object is found.
  const { scaleX, scaleY, background: size } = studio.workbench.space;
  const covering = session.document.concepts.findLast(({ id, mode, locked }) => {
    const plane = mode === 'replace' && !locked ? studio.workbench.planeOf(id) : undefined;
    return plane !== undefined && isInside(plane, at.x * scaleX, at.y * scaleY);
  });
  if (covering) {
    offer({ conceptId: covering.id });
    return;
  }
  const { engine } = useStudio.getState();
  if (!engine?.pack?.capabilities.selectMask) return;
  // A pack of drawings can only place photographs, and in photographs, which has been done.
  if (engine.vocabulary?.draws === 'drawings') {
    const dropped = session.document.concepts.find(({ id }) => id === conceptId)?.image ?? null;
    for (const picture of [background, dropped]) {
      if (picture !== null && (await isPhotograph(studio, picture))) return;
    }
  }
  const mask = await studio.masks.objectAt(session, at);
  if (mask === undefined) return;
  const plane = await studio.workbench.load(mask, size);
  if (isObjectUnder(plane, at.x * scaleX, at.y * scaleY)) offer({ mask, background });
}

/** Accepts the offer. */
export function takeOffer(studio: Studio, offer: Extract<PlaceOffer, { kind: 'dropped' }>): void {
  useEditor.setState({ offer: null });
  const { conceptId, object } = offer;
  if ('mask' in object) {
    studio.edit(i18next.t('changes.replace'), (document) => {
      if (!document.concepts.some(({ id }) => id === conceptId)) return document;
      // Another background has another object there.
      if (document.background !== object.background) return document;
      return changeConcept(setMode(document, conceptId, 'replace'), conceptId, { mask: object.mask });
    });
    return;
  }
  studio.edit(i18next.t('changes.replace'), (document) => {
    const dropped = document.concepts.find(({ id }) => id === conceptId);
    if (!dropped || !document.concepts.some(({ id }) => id === object.conceptId)) return document;
    const { image, subject } = dropped;
    return changeConcept(removeConcept(document, conceptId), object.conceptId, { image, subject });
  });
  selectConcept(object.conceptId);
}
