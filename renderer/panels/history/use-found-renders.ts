/** The matching renders, page by page, updated on changes. */
import { useEffect, useState } from 'react';
import type { RenderEntry, RenderOrder } from '../../../electron/contract/render-record.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

const PAGE_SIZE = 40;
/** Most renders to reload when one of them changes. */
const MOST_AT_ONCE = 100;
export type Shown = 'kept' | 'starred' | 'deleted';

export interface RenderQuery {
  readonly text: string;
  readonly show: Shown;
  readonly order: RenderOrder;
}

export function useFoundRenders({ text, show, order }: RenderQuery) {
  const studio = useStudioActions();
  const projectId = useStudio((state) => state.project?.state.projectId);
  const [found, setFound] = useState<{ renders: readonly RenderEntry[]; total: number } | undefined>(
    undefined,
  );
  const [changes, setChanges] = useState(0);
  useEffect(
    () =>
      studio.client.on('render.changed', ({ render }) => {
        if (render.sequence !== null) setChanges((count) => count + 1);
      }),
    [studio],
  );
  const length = found?.renders.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change reloads as many as were loaded.
  useEffect(() => {
    if (projectId === undefined) return;
    let isCurrent = true;
    studio.client
      .call('renders.find', {
        projectId,
        text,
        show,
        order,
        limit: Math.min(Math.max(length, PAGE_SIZE), MOST_AT_ONCE),
      })
      .then((page) => {
        if (isCurrent) setFound(page);
      })
      .catch((error: unknown) => {
        if (isCurrent) reportError(error);
      });
    return () => {
      isCurrent = false;
    };
  }, [studio, projectId, text, show, order, changes]);
  return {
    renders: found?.renders,
    total: found?.total,
    more: async () => {
      const page = await studio.client.call('renders.find', {
        projectId: studio.projectId,
        text,
        show,
        order,
        offset: length,
        limit: PAGE_SIZE,
      });
      setFound((before) => ({
        renders: [
          ...(before?.renders ?? []),
          ...page.renders.filter((one) => !before?.renders.some(({ renderId }) => renderId === one.renderId)),
        ],
        total: page.total,
      }));
    },
  };
}
