/** A new project from the user's pictures: the first becomes the background, the others concepts. */
import i18next from 'i18next';
import type { Studio } from '../../session/studio.ts';
import { addPictures, nameOf } from '../flow/add-pictures.ts';

export async function startFromPictures(studio: Studio, files: readonly File[]): Promise<void> {
  const [first] = files;
  if (!first) return;
  const name = nameOf(first) || i18next.t('app.untitled');
  await studio.projects.open(() => studio.client.call('project.create', { name }));
  await addPictures(studio, files, 'scene');
}
