/** Pictures exported by this program contain their scene: dropping one on the window restores it. */
import i18next from 'i18next';
import type { RestoredPicture, RestoredScene } from '../../../electron/contract/commands/project-commands.ts';
import { requestPictures } from '../../../electron/contract/request-document.ts';
import { showScene, useEditor } from '../../session/editor-store.ts';
import { reportNotice } from '../../session/notices.ts';
import type { ProjectSession } from '../../session/project-session.ts';
import type { Studio } from '../../session/studio.ts';
import { useStudio } from '../../session/studio-store.ts';
import { listOf } from '../widgets/locale.ts';

/** Display time of the notice about found and missing pictures. */
const READING_MS = 20_000;

/**
 * Restores the scene of the first file that contains one, as one step of the history. The scene's own pictures may be
 * among the other files.
 *
 * @returns the files left to add as pictures; all of them when none contains a scene
 */
export async function restoreScene(
  studio: Studio,
  files: readonly File[],
  session: ProjectSession,
): Promise<readonly File[]> {
  for (const file of files) {
    if (!(await isPng(file))) continue;
    const upload = await studio.pictures.upload(file);
    const { request } = await studio.client.call('assets.readRequest', { upload });
    if (request === null) continue;
    const others = files.filter((other) => other !== file);
    const uploads = await Promise.all(others.map((other) => studio.pictures.upload(other)));
    session.run(async (projectId) => {
      const name = file.name.slice(0, 300);
      const restored = await studio.client.call('project.restorePicture', { projectId, upload, name });
      if (studio.session === session) show(restored, name);
      return restored.project;
    });
    const named = new Set(requestPictures(request).map(({ asset }) => asset));
    return others.filter((_, index) => !named.has(uploads[index]!));
  }
  return files;
}

/** By its first bytes, not its name: only a PNG can contain a scene. */
async function isPng(file: Blob): Promise<boolean> {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const start = new Uint8Array(await file.slice(0, signature.length).arrayBuffer());
  return signature.every((byte, index) => start[index] === byte);
}

function show({ project, pictures, pack }: RestoredScene, name: string): void {
  const { concepts } = project.document;
  const { activeConceptId } = useEditor.getState();
  showScene();
  if (!concepts.some(({ id }) => id === activeConceptId)) {
    useEditor.setState({ activeConceptId: concepts.at(-1)?.id ?? null });
  }
  const missing = pictures.filter(({ isFound }) => !isFound);
  const found = pictures.length - missing.length;
  const open = useStudio.getState().engine?.pack?.identity;
  const sentences = [
    missing.length === 0
      ? i18next.t('restore.allFound', { total: found })
      : i18next.t('restore.someFound', { found, total: pictures.length }),
    ...(missing.length === 0
      ? []
      : [i18next.t('restore.missing', { pictures: listOf(missing.map(nameOf)) })]),
    // A checkpoint, VAE and LoRAs come back with the scene.
    ...(open === undefined || project.document.model?.checkpoint || open.weights === pack.weights
      ? []
      : [i18next.t('restore.otherPack', { made: pack.id, open: open.id })]),
  ];
  reportNotice(sentences.join(' '), {
    kind: missing.length === 0 ? 'success' : 'warning',
    title: i18next.t('restore.done', { name }),
    autoCloseMs: READING_MS,
  });
}

function nameOf({ part, concept }: RestoredPicture): string {
  return i18next.t(`restore.${part}`, { name: concept ?? '' });
}
