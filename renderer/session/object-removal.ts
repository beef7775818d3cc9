/** Removes objects from a background: a job of the host, whose picture is added to the scene that started it. */
import i18next from 'i18next';
import type { RemovalMethod } from '../../electron/contract/preparation.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { StudioClient } from '../client/studio-client.ts';
import { setInpainted, visibleMasks } from '../editor/document-commands.ts';
import type { Jobs } from './jobs.ts';
import { reportNotice } from './notices.ts';
import type { ProjectSession } from './project-session.ts';

export interface InpaintedBackground {
  readonly image: AssetId;
  readonly method: Exclude<RemovalMethod, 'auto'>;
}

/**
 * Removes what the masks cover from the background, as one step of the project's history, even if another project is
 * shown when it is done. If the background was changed meanwhile, the result is not used.
 *
 * @returns undefined without a background, and if the job was cancelled
 * @throws StudioError when the job failed
 */
export async function removeObjects(
  { client, jobs }: { readonly client: Pick<StudioClient, 'call'>; readonly jobs: Pick<Jobs, 'finished'> },
  session: ProjectSession,
  options: { readonly growPx: number; readonly method: RemovalMethod },
): Promise<InpaintedBackground | undefined> {
  const { document } = session;
  const { background } = document;
  if (background === null) return undefined;
  const masks = visibleMasks(document);
  const job = await client.call('prepare.removeObjects', {
    projectId: session.projectId,
    image: background,
    masks,
    ...options,
  });
  const result = await jobs.finished(job);
  if (result?.kind !== 'inpainted') return undefined;
  const { image, method } = result;
  if (session.document.background !== background) reportNotice(i18next.t('prepare.outdated'));
  session.edit(i18next.t('changes.inpainted'), (before) =>
    before.background === background ? setInpainted(before, image, masks) : before,
  );
  return { image, method };
}
