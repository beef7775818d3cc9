/** Live draft: when a control has rested, a quick render of the scene goes to the front of the queue. */
import { useEffect, useMemo } from 'react';
import { missingParts } from '../../editor/next-action.ts';
import { preset } from '../../editor/parameter-fields.ts';
import { LiveDrafts } from '../state/live-drafts.ts';
import { reportError } from '../state/notices.ts';
import { useStudioActions } from '../state/studio-context.ts';
import { findRender, useStudio } from '../state/studio-store.ts';

const REST_MS = 700;

export function useLivePreview(isOn: boolean): void {
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const projectId = useStudio((state) => state.project?.state.projectId);
  const recommended = useStudio((state) => state.engine?.pack?.recommended);
  const drafts = useMemo(
    () =>
      projectId === undefined
        ? undefined
        : new LiveDrafts({
            enqueue: (draft) => studio.renderDraft(draft),
            cancel: (renderId) => studio.client.call('queue.cancel', { what: 'one', renderId }),
            remove: (renderId) => studio.client.call('renders.delete', { projectId, renderId }),
            find: (renderId) => findRender(useStudio.getState(), renderId),
            fail: reportError,
          }),
    [studio, projectId],
  );
  useEffect(() => {
    if (!isOn || !drafts) return;
    const stop = studio.client.on('render.changed', ({ render }) => drafts.changed(render));
    return () => {
      stop();
      void drafts.stop();
    };
  }, [isOn, drafts, studio]);
  useEffect(() => {
    if (!isOn || !drafts || !document || missingParts(document).length > 0) return;
    const timer = setTimeout(async () => {
      // Every picture that the draft names has to be in the project.
      await studio.session.saved();
      const parameters = { ...document.parameters, ...preset('draft', recommended).parameters };
      await drafts.request({ ...document, parameters });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [isOn, drafts, document, recommended, studio]);
}
