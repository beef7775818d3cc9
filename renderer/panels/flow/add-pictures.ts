/** Putting pictures into the scene. */
import i18next from 'i18next';
import type { PictureNote } from '../../../electron/contract/picture-formats.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { addConcept, changeConcept, changeScene, setBackground } from '../../editor/document-commands.ts';
import { defaultAlpha } from '../../editor/parameter-fields.ts';
import { useEditor } from '../../session/editor-store.ts';
import { reportNotice } from '../../session/notices.ts';
import type { ProjectSession } from '../../session/project-session.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';
import { restoreScene } from './restore-picture.ts';
import { canFindSubjects, findSubject, opacityOf } from './subject.ts';

/** The pack's picture size where it has one, else the background's: what pictures are fitted to. */
function fitSize(forBackground: boolean): { width: number; height: number } | null {
  const { engine, backgroundSize } = useStudio.getState();
  const packSize = engine?.pack?.size ?? null;
  return forBackground ? packSize : (backgroundSize ?? packSize);
}

/**
 * Takes pictures in: one that this program exported brings its scene back; of the others the first becomes the
 * background where there is none or it is meant, and the rest are concepts.
 */
export async function addPictures(
  studio: Studio,
  files: readonly File[],
  target: 'background' | 'scene',
): Promise<void> {
  const { session } = studio;
  const pictures = await restoreScene(studio, files, session);
  const isRestored = pictures !== files;
  for (const [index, file] of pictures.entries()) {
    const isBackground =
      !isRestored && index === 0 && (target === 'background' || session.document.background === null);
    if (isBackground) await chooseBackground(studio, file, session);
    else await addConceptPicture(studio, file, session);
  }
}

export async function chooseBackground(
  studio: Studio,
  file: File,
  session: ProjectSession = studio.session,
): Promise<void> {
  const { asset, width, height, notes } = await studio.importPicture(file, file.name, fitSize(true), session);
  reportNotes(file, notes);
  const before = useStudio.getState().backgroundSize;
  const isSameSize = before === null || (before.width === width && before.height === height);
  session.edit(i18next.t('changes.background'), (document) => setBackground(document, asset, isSameSize));
}

export async function chooseInpainted(studio: Studio, file: File): Promise<void> {
  const { session } = studio;
  const { asset, notes } = await studio.importPicture(file, file.name, fitSize(false), session);
  reportNotes(file, notes);
  session.edit(i18next.t('changes.inpainted'), (document) => changeScene(document, { inpainted: asset }));
}

/** Says what someone who adds a picture may not expect of it. */
function reportNotes({ name }: File, notes: readonly PictureNote[]): void {
  for (const note of notes) reportNotice(i18next.t(`pictureNotes.${note}`, { name }));
}

export async function addConceptPicture(
  studio: Studio,
  file: File,
  session: ProjectSession = studio.session,
): Promise<void> {
  const picture = await importConceptPicture(studio, file, session);
  const id = addEmptyConcept(studio, nameOf(file), picture, session);
  if (picture.subject === null && nameOf(file) !== '') await lookForSubject(studio, id, session);
}

/** A concept picture and, of a cut-out, what is not see-through. */
async function importConceptPicture(
  studio: Studio,
  file: File,
  session: ProjectSession,
): Promise<{ image: AssetId; subject: AssetId | null }> {
  const { asset, width, height, notes } = await studio.importPicture(
    file,
    file.name,
    fitSize(false),
    session,
  );
  // A concept picture is transparent on purpose.
  reportNotes(
    file,
    notes.filter((note) => note !== 'transparent'),
  );
  const opacity = await opacityOf(file);
  const subject = opacity && (await studio.importMask(opacity, file.name, { width, height }, session));
  return { image: asset, subject };
}

/** Without being asked, so that finding nothing is no news: the concept's card says it. */
async function lookForSubject(studio: Studio, conceptId: string, session: ProjectSession): Promise<void> {
  if (canFindSubjects()) await findSubject(studio, conceptId, session);
}

/** Adds a concept and takes it in hand. */
export function addEmptyConcept(
  studio: Studio,
  name: string,
  picture: { readonly image: AssetId | null; readonly subject: AssetId | null } = {
    image: null,
    subject: null,
  },
  session: ProjectSession = studio.session,
): string {
  const id = crypto.randomUUID();
  const alpha = defaultAlpha(useStudio.getState().engine?.pack?.recommended);
  session.edit(i18next.t('changes.addConcept'), (document) =>
    addConcept(document, id, { name, ...picture, alpha }),
  );
  if (studio.session === session) useEditor.setState({ activeConceptId: id });
  return id;
}

export async function chooseConceptImage(studio: Studio, id: string, file: File): Promise<void> {
  const { session } = studio;
  const picture = await importConceptPicture(studio, file, session);
  session.edit(i18next.t('changes.image'), (document) => changeConcept(document, id, picture));
  if (picture.subject === null) await lookForSubject(studio, id, session);
}

/** A file's name without its ending, such as the person would call the thing. */
function nameOf({ name }: File): string {
  const stem = name
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[_-]+/g, ' ')
    .trim();
  // What is pasted has no name of the person's.
  return stem === '' || stem === 'image' ? '' : stem.slice(0, 100);
}
