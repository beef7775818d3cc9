/** Putting pictures into the scene. */
import i18next from 'i18next';
import { addConcept, changeConcept, changeScene, setBackground } from '../../editor/document-commands.ts';
import { defaultAlpha } from '../../editor/parameter-fields.ts';
import { useEditor } from '../state/editor-store.ts';
import type { Studio } from '../state/studio.ts';
import { useStudio } from '../state/studio-store.ts';

/** The pack's picture size where it has one, else the background's: what pictures are fitted to. */
function fitSize(forBackground: boolean): { width: number; height: number } | null {
  const { engine, backgroundSize } = useStudio.getState();
  const packSize = engine?.pack?.size ?? null;
  return forBackground ? packSize : (backgroundSize ?? packSize);
}

/** Takes pictures in: the first as the background where there is none or it is meant, the others as concepts. */
export async function addPictures(
  studio: Studio,
  files: readonly File[],
  target: 'background' | 'scene',
): Promise<void> {
  for (const [index, file] of files.entries()) {
    const isBackground =
      index === 0 && (target === 'background' || studio.session.document.background === null);
    if (isBackground) await chooseBackground(studio, file);
    else await addConceptPicture(studio, file);
  }
}

export async function chooseBackground(studio: Studio, file: File): Promise<void> {
  const { asset, width, height } = await studio.importPicture(file, file.name, fitSize(true));
  const before = useStudio.getState().backgroundSize;
  const isSameSize = before === null || (before.width === width && before.height === height);
  studio.edit(i18next.t('changes.background'), (document) => setBackground(document, asset, isSameSize));
}

export async function chooseInpainted(studio: Studio, file: File): Promise<void> {
  const { asset } = await studio.importPicture(file, file.name, fitSize(false));
  studio.edit(i18next.t('changes.inpainted'), (document) => changeScene(document, { inpainted: asset }));
}

export async function addConceptPicture(studio: Studio, file: File): Promise<void> {
  const { asset } = await studio.importPicture(file, file.name, fitSize(false));
  addEmptyConcept(studio, nameOf(file), asset);
}

/** Adds a concept and takes it in hand. */
export function addEmptyConcept(studio: Studio, name: string, image: string | null = null): void {
  const id = crypto.randomUUID();
  const alpha = defaultAlpha(useStudio.getState().engine?.pack?.recommended);
  studio.edit(i18next.t('changes.addConcept'), (document) =>
    addConcept(document, id, { name, image, alpha }),
  );
  useEditor.setState({ activeConceptId: id });
}

export async function chooseConceptImage(studio: Studio, id: string, file: File): Promise<void> {
  const { asset } = await studio.importPicture(file, file.name, fitSize(false));
  studio.edit(i18next.t('changes.image'), (document) => changeConcept(document, id, { image: asset }));
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
