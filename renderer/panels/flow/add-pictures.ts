/** Adds pictures to the scene. */
import i18next from 'i18next';
import type { PictureNote } from '../../../electron/contract/picture-formats.ts';
import type { AssetId } from '../../../electron/contract/render-request.ts';
import { MAX_CONCEPTS } from '../../../electron/contract/scene-file.ts';
import {
  addConcept,
  changeConceptIfThere,
  changeSubject,
  changeUnlockedConcept,
  setBackground,
  setInpainted,
} from '../../editor/document-commands.ts';
import type { Point } from '../../editor/mask-plane.ts';
import { targetOf } from '../../editor/mask-target.ts';
import { defaultAlpha } from '../../editor/parameter-fields.ts';
import type { Size } from '../../editor/view-transform.ts';
import { selectConcept } from '../../session/editor-store.ts';
import { inTurn } from '../../session/in-turn.ts';
import { reportError, reportNotice, reportRunning } from '../../session/notices.ts';
import type { DocumentEdit, ProjectSession } from '../../session/project-session.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';
import { listOf } from '../widgets/locale.ts';
import { offerReplacement, placePicture } from './drop-picture.ts';
import { restoreScene } from './restore-picture.ts';
import { canFindSubject, findSubject, opacityOf } from './subject.ts';

/** Offset between pictures dropped together, as a share of the background's shorter side. */
const BESIDE_SHARE = 0.08;

/** Display time of the notice about pictures that were not added. */
const READING_MS = 20_000;

/** Size of a project's background; null until known, and when another project is shown. */
function knownBackgroundSize({ document }: ProjectSession): Size | null {
  const { backgroundSize } = useStudio.getState();
  return backgroundSize?.of === document.background ? backgroundSize : null;
}

/**
 * Adds pictures: one exported by this program restores its scene; of the others, the first becomes the background if
 * there is none or on request, and the rest become concepts.
 */
export async function addPictures(
  studio: Studio,
  files: readonly File[],
  target: 'background' | 'scene' | { readonly at: Point },
): Promise<void> {
  const { session } = studio;
  // In turn: while a first background is being read, there seems to be none, and a second drop would replace it.
  const { left, intoScene } = await inTurn(session, async () => {
    const pictures = await restoreScene(studio, files, session);
    if (pictures !== files) {
      // The number of restored concepts is known only now.
      await session.saved();
      return { left: pictures, intoScene: false };
    }
    const [first, ...others] = pictures;
    const isBackground = target === 'background' || session.document.background === null;
    if (!first || !isBackground) return { left: pictures, intoScene: true };
    await takingIn([first], (file) => readBackground(studio, file, session));
    return { left: others, intoScene: false };
  });
  await (intoScene && typeof target === 'object'
    ? placePictures(studio, left, target.at, session)
    : addConceptPictures(studio, left, session));
}

/** Adds a concept per picture up to the limit; names the others before adding the first. */
export async function addConceptPictures(
  studio: Studio,
  files: readonly File[],
  session: ProjectSession = studio.session,
): Promise<void> {
  await takingIn(withRoom(files, session), (file) => addConceptPicture(studio, file, session));
}

/** Places each picture up to the limit where it was dropped, with an offset between them. */
async function placePictures(
  studio: Studio,
  files: readonly File[],
  at: Point,
  session: ProjectSession,
): Promise<void> {
  let beside = 0;
  await takingIn(withRoom(files, session), async (file) => {
    const { background } = session.document;
    if (background === null) return addConceptPicture(studio, file, session);
    const backgroundSize = knownBackgroundSize(session) ?? (await studio.pictures.sizeOf(background));
    // Clamp a drop outside the picture to its border.
    const place = {
      x: Math.min(Math.max(Math.round(at.x + beside), 0), backgroundSize.width - 1),
      y: Math.min(Math.max(Math.round(at.y + beside), 0), backgroundSize.height - 1),
    };
    beside += Math.min(backgroundSize.width, backgroundSize.height) * BESIDE_SHARE;
    const { image, subject, size } = await importConceptPicture(studio, file, session);
    const name = nameOf(file);
    const picture = { name, fileName: file.name, image, subject, size };
    const id = placePicture(studio, picture, backgroundSize, place, session);
    if (subject === null) await lookForSubject(studio, id, session);
    // The segmenter may take a while; the picture is already placed.
    offerReplacement(studio, id, file.name, place, session).catch(reportError);
  });
}

/** The files up to the limit; names the others. */
function withRoom(files: readonly File[], session: ProjectSession): readonly File[] {
  const room = MAX_CONCEPTS - session.document.concepts.length;
  const left = files.slice(Math.max(room, 0));
  if (left.length > 0) {
    const names = listOf(left.map(({ name }) => name));
    reportNotice(i18next.t('add.noRoom', { names, most: MAX_CONCEPTS }), {
      kind: 'warning',
      autoCloseMs: READING_MS,
    });
  }
  return files.slice(0, Math.max(room, 0));
}

/** Adds files one after another with a progress notice; a failed one is named and does not stop the others. */
async function takingIn(files: readonly File[], take: (file: File) => Promise<void>): Promise<void> {
  if (files.length === 0) return;
  const running = reportRunning(i18next.t('add.title', { count: files.length }));
  try {
    for (const [index, file] of files.entries()) {
      running.say(
        i18next.t('add.progress', {
          number: index + 1,
          total: files.length,
          name: file.name,
          count: files.length,
        }),
      );
      await take(file).catch((error: unknown) =>
        reportError(error, i18next.t('add.failed', { name: file.name })),
      );
    }
  } finally {
    running.end();
  }
}

export async function chooseBackground(studio: Studio, file: File): Promise<void> {
  const { session } = studio;
  await inTurn(session, () => readBackground(studio, file, session));
}

async function readBackground(studio: Studio, file: File, session: ProjectSession): Promise<void> {
  // The page decodes the file while the host imports it.
  const prepared = studio.pictureLibrary.prepare(file);
  let taken: Awaited<ReturnType<typeof studio.pictures.importPicture>>;
  try {
    taken = await studio.pictures.importPicture(file, file.name, null, session);
  } catch (error) {
    prepared.discard();
    throw error;
  }
  const { asset, width, height, notes } = taken;
  prepared.adopt(asset, { width, height });
  reportNotes(file, notes);
  await takeBackground(studio, session, asset, { width, height });
}

/** Sets the background; one of another size removes the masks. */
export async function takeBackground(
  studio: Studio,
  session: ProjectSession,
  image: AssetId,
  size: Size,
): Promise<void> {
  const { background } = session.document;
  const before =
    background === null ? null : (knownBackgroundSize(session) ?? (await studio.pictures.sizeOf(background)));
  studio.projects.knowSize(image, size);
  session.edit(i18next.t('changes.background'), (document) => setBackground(document, image, before, size));
}

export async function chooseInpainted(studio: Studio, file: File): Promise<void> {
  const { session } = studio;
  await inTurn(session, async () => {
    const { background } = session.document;
    const size = knownBackgroundSize(session);
    const { asset, notes } = await studio.pictures.importPicture(file, file.name, size, session);
    reportNotes(file, notes);
    ofBackground(session, background, i18next.t('changes.inpainted'), (document) =>
      setInpainted(document, asset),
    );
  });
}

/**
 * Loads a mask of the scene from a file.
 *
 * @param target of the mask (editor/mask-target.ts)
 * @param size of the background, in pixels
 */
export async function chooseMask(studio: Studio, target: string, size: Size, file: File): Promise<void> {
  const { session } = studio;
  const { background } = session.document;
  await inTurn(session, async () => {
    const mask = await studio.pictures.importMask(file, file.name, size, session);
    const { conceptId, role } = targetOf(target);
    ofBackground(session, background, i18next.t('changes.loadMask'), (document) =>
      changeUnlockedConcept(document, conceptId, { [role]: mask }),
    );
  });
}

/** Loads the used part of a concept's picture from a file. */
export async function chooseSubject(studio: Studio, id: string, image: AssetId, file: File): Promise<void> {
  const { session } = studio;
  await inTurn(session, async () => {
    const mask = await studio.pictures.importSubject(file, image, session);
    session.edit(i18next.t('changes.subject'), (document) => changeSubject(document, id, image, mask));
  });
}

/** Changes the document with something made for its background; says so if that is another one meanwhile. */
function ofBackground(
  session: ProjectSession,
  background: AssetId | null,
  label: string,
  edit: DocumentEdit,
): void {
  if (session.document.background !== background) reportNotice(i18next.t('prepare.outdated'));
  session.edit(label, (document) => (document.background === background ? edit(document) : document));
}

/** Shows notices about what may surprise the user about a picture. */
function reportNotes({ name }: File, notes: readonly PictureNote[]): void {
  for (const note of notes) reportNotice(i18next.t(`pictureNotes.${note}`, { name }));
}

async function addConceptPicture(studio: Studio, file: File, session: ProjectSession): Promise<void> {
  const picture = await importConceptPicture(studio, file, session);
  const id = addEmptyConcept(studio, nameOf(file), picture, session);
  if (picture.subject === null) await lookForSubject(studio, id, session);
}

/** Imports a concept image and, for a cut-out, its opacity as the subject mask. */
async function importConceptPicture(
  studio: Studio,
  file: File,
  session: ProjectSession,
): Promise<{ image: AssetId; subject: AssetId | null; size: Size }> {
  const { asset, width, height, notes } = await studio.pictures.importPicture(file, file.name, null, session);
  // A concept image is transparent on purpose.
  reportNotes(
    file,
    notes.filter((note) => note !== 'transparent'),
  );
  const opacity = await opacityOf(new Blob([await studio.client.readAsset(asset)]));
  const subject =
    opacity && (await studio.pictures.importMask(opacity, file.name, { width, height }, session));
  return { image: asset, subject, size: { width, height } };
}

/** Automatic, so finding nothing needs no notice: the concept's card shows it. */
async function lookForSubject(studio: Studio, conceptId: string, session: ProjectSession): Promise<void> {
  const concept = session.document.concepts.find(({ id }) => id === conceptId);
  if (concept && canFindSubject({ name: concept.name, phrase: '' })) {
    await findSubject(studio, conceptId, session);
  }
}

/** Adds a concept and selects it. */
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
  if (studio.session === session) selectConcept(id);
  return id;
}

export async function chooseConceptImage(studio: Studio, id: string, file: File): Promise<void> {
  const { session } = studio;
  // In turn: of two pictures, the one that was chosen last stays, however long the other takes.
  const subject = await inTurn(session, async () => {
    const picture = await importConceptPicture(studio, file, session);
    session.edit(i18next.t('changes.image'), (document) =>
      changeConceptIfThere(document, id, { image: picture.image, subject: picture.subject }),
    );
    return picture.subject;
  });
  if (subject === null) await lookForSubject(studio, id, session);
}

/** A file's name without its extension, as the concept's name. */
export function nameOf({ name }: File): string {
  const stem = name
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[_-]+/g, ' ')
    .trim();
  // A pasted picture has no name from the user.
  return stem === '' || stem === 'image' ? '' : stem.slice(0, 100);
}
