/** The subject of a concept image, as opposed to its surroundings. */

import i18next from 'i18next';
import type { Notice } from '../../../electron/contract/notices.ts';
import type { Capabilities } from '../../../electron/contract/preparation.ts';
import { changeSubject } from '../../editor/document-commands.ts';
import type { ProjectSession } from '../../session/project-session.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';

/** Share of transparent pixels from which a picture counts as a cut-out. */
const CUT_OUT_SHARE = 0.01;

/**
 * The opacity of a cut-out as a grey picture, white on the subject.
 *
 * @param picture as stored by the host: browsers cannot read every format that the host accepts, such as TIFF
 * @returns null for a picture that is opaque (nearly) everywhere
 */
export async function opacityOf(picture: Blob): Promise<Blob | null> {
  const bitmap = await createImageBitmap(picture);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser does not provide a 2D canvas.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = pixels;
  let seeThrough = 0;
  for (let at = 3; at < data.length; at += 4) {
    const opacity = data[at]!;
    if (opacity < 128) seeThrough++;
    data.fill(opacity, at - 3, at);
    data[at] = 255;
  }
  if (seeThrough < CUT_OUT_SHARE * canvas.width * canvas.height) return null;
  context.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** The phrase to detect in a concept's picture: its name, or the object that it replaces. */
export function subjectPhrase({ name, phrase }: { readonly name: string; readonly phrase: string }): string {
  return name.trim() === '' ? phrase.trim() : name.trim();
}

/** How the pack detects subjects: by a model for it, by phrase, or not at all. */
export type SubjectFinder = 'model' | 'name' | 'none';

export function subjectFinder(capabilities: Capabilities | undefined): SubjectFinder {
  if (capabilities?.findSubject) return 'model';
  return capabilities?.findMask ? 'name' : 'none';
}

/** Whether a concept's subject can be looked for. */
export function canFindSubject(concept: { readonly name: string; readonly phrase: string }): boolean {
  const finder = subjectFinder(useStudio.getState().engine?.pack?.capabilities);
  return finder === 'model' || (finder === 'name' && subjectPhrase(concept) !== '');
}

/**
 * Detects the subject of a concept's picture: by a model for it if the pack has one, else by its name.
 *
 * @returns whether it was found; also true if the concept or its picture is gone meanwhile
 */
export async function findSubject(
  studio: Studio,
  conceptId: string,
  session: ProjectSession = studio.session,
): Promise<{ readonly isFound: boolean; readonly notices: readonly Notice[] }> {
  const current = () => session.document.concepts.find(({ id }) => id === conceptId);
  const before = current();
  if (!before || before.image === null) return { isFound: true, notices: [] };
  const finder = subjectFinder(useStudio.getState().engine?.pack?.capabilities);
  const { mask: found, notices } = await studio.masks.findByPhrase(
    session,
    before.image,
    finder === 'model' ? null : subjectPhrase(before),
  );
  if (found === undefined) return { isFound: false, notices };
  session.edit(i18next.t('changes.subject'), (document) =>
    changeSubject(document, conceptId, before.image, found),
  );
  return { isFound: true, notices };
}
