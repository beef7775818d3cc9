/** Switches a concept between modes. */
import i18next from 'i18next';
import type { PixelRect } from '../../editor/mask-plane.ts';
import { placementOver, setMode, withPlacedDetail } from '../../editor/placement-commands.ts';
import { selectConcept, useEditor } from '../../session/editor-store.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';
import { takeTool } from '../actions/actions.ts';

/**
 * Places a concept's picture: at its previous placement, else over its mask, else in the centre.
 *
 * @param over the bounds to fill instead of the mask's, in background pixels
 */
export async function placeConcept(studio: Studio, conceptId: string, over?: PixelRect): Promise<void> {
  const { session, client } = studio;
  const concept = session.document.concepts.find(({ id }) => id === conceptId);
  const background = useStudio.getState().backgroundSize;
  if (!concept || concept.image === null || !background) return;
  const known = over === undefined ? concept.placement : null;
  const bounds = over ?? studio.workbench.boundsOf(conceptId);
  const { projectId } = session;
  const placement =
    known ??
    placementOver(
      await client.call('assets.info', { projectId, asset: concept.image }),
      background,
      bounds ?? { left: 0, top: 0, right: 0, bottom: 0 },
    );
  session.edit(i18next.t('changes.place'), (document) =>
    document.concepts.some(({ id }) => id === conceptId)
      ? withPlacedDetail(setMode(document, conceptId, 'place', placement), document)
      : document,
  );
  // Another project may be shown meanwhile.
  if (studio.session !== session) return;
  selectConcept(conceptId);
  takeTool(studio, 'move');
}

/** Makes a concept replace an object of the background again, with its previous or a future mask. */
export function replaceObject(studio: Studio, conceptId: string): void {
  studio.edit(i18next.t('changes.replace'), (document) => setMode(document, conceptId, 'replace'));
  if (useEditor.getState().tool === 'move') takeTool(studio, 'brush');
}
