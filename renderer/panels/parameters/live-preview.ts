/** Live draft: when a control rests, a quick render of the scene is queued first. */
import { useEffect, useMemo, useRef } from 'react';
import type { RecommendedParameters } from '../../../electron/contract/parameters.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { missingParts } from '../../editor/next-action.ts';
import { preset } from '../../editor/parameter-fields.ts';
import { useEditor } from '../../session/editor-store.ts';
import { LiveDrafts } from '../../session/live-drafts.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';

const REST_MS = 700;

/** Renders nothing: it follows the whole document, which changes with every stroke. */
export function LivePreview(): null {
  const isOn = useEditor((state) => state.livePreview);
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  // Drafts belong to one project: they are queued, cancelled and removed there, even if another one is shown by then.
  const session = useStudio(() => studio.projects.shown);
  const recommended = useStudio((state) => state.engine?.pack?.recommended);
  const drafts = useMemo(
    () =>
      session === undefined
        ? undefined
        : new LiveDrafts({
            enqueue: (draft) => studio.renders.enqueueDraft(session, draft),
            cancel: (renderId) =>
              studio.client.call('queue.cancel', { what: 'one', renderId, discard: true }),
            remove: (renderId) =>
              studio.client.call('renders.delete', { projectId: session.projectId, renderId }),
            find: (renderId) => findRender(useStudio.getState(), renderId),
            fail: reportError,
          }),
    [studio, session],
  );
  useEffect(() => {
    if (!isOn || !drafts) return;
    const stop = studio.client.on('render.changed', ({ render }) => drafts.changed(render));
    return () => {
      stop();
      drafts.stop();
    };
  }, [isOn, drafts, studio]);
  // Keyed by what affects the draft's picture: the host reports its document and engine repeatedly, and changes that
  // only the editor shows, such as a name, do not change the picture.
  const wanted = document && missingParts(document).length === 0 ? draftOf(document, recommended) : undefined;
  const key = wanted && JSON.stringify(wanted, (name, value) => (EDITOR_ONLY.has(name) ? undefined : value));
  const latest = useRef(wanted);
  latest.current = wanted;
  useEffect(() => {
    if (!isOn || !drafts || !session || key === undefined) return;
    let isWanted = true;
    const request = async () => {
      // Every picture of the draft has to be in the project.
      if (session.view().isMoved) return;
      await session.saved();
      // It may have been switched off meanwhile, or the scene changed.
      if (isWanted && latest.current) await drafts.request(latest.current);
    };
    const timer = setTimeout(() => request().catch(reportError), REST_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [isOn, drafts, key, session]);
  return null;
}

const EDITOR_ONLY: ReadonlySet<string> = new Set(['name', 'colour', 'locked', 'phrase']);

function draftOf(document: SceneDocument, recommended: RecommendedParameters | undefined): SceneDocument {
  return {
    ...document,
    parameters: { ...document.parameters, ...preset('draft', recommended).parameters },
  };
}
