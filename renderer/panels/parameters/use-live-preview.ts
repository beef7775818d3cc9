/** Live draft: when a control has rested, a quick render of the scene goes to the front of the queue. */
import { useEffect, useRef } from 'react';
import { missingParts } from '../../editor/next-action.ts';
import { preset } from '../../editor/parameter-fields.ts';
import { useEditor } from '../state/editor-store.ts';
import { reportError } from '../state/notices.ts';
import { useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';

const REST_MS = 700;

export function useLivePreview(isOn: boolean): void {
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const recommended = useStudio((state) => state.engine?.pack?.recommended);
  const draftId = useRef<string | null>(null);
  useEffect(() => {
    if (!isOn || !document || missingParts(document).length > 0) return;
    const timer = setTimeout(async () => {
      try {
        await studio.session.saved();
        const { entries } = useStudio.getState().queue;
        // The draft before is of a scene that is no more.
        if (draftId.current && entries.some(({ renderId }) => renderId === draftId.current)) {
          await studio.client.call('queue.cancel', {
            what: 'one',
            renderId: draftId.current,
            discard: true,
          });
        }
        const parameters = { ...document.parameters, ...preset('draft', recommended).parameters };
        const render = await studio.client.call('renders.enqueue', {
          projectId: studio.projectId,
          atFront: true,
          document: { ...document, parameters },
        });
        draftId.current = render.renderId;
        const stop = useStudio.subscribe(({ renders }) => {
          const state = renders.find(({ renderId }) => renderId === render.renderId)?.state;
          if (state === undefined || state === 'queued' || state === 'running') return;
          stop();
          if (state === 'done' && draftId.current === render.renderId) {
            useEditor.setState({ shownRenderId: render.renderId });
          }
        });
      } catch (error) {
        reportError(error);
      }
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [isOn, document, recommended, studio]);
}
