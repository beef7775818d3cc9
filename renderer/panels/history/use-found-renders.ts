/** The matching renders, page by page, updated on changes. */
import { useEffect, useState } from 'react';
import type { RenderEntry, RenderOrder } from '../../../electron/contract/render-record.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

const PAGE_SIZE = 40;
/** Most renders that the host gives at once. */
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
  const query = JSON.stringify([projectId, text, show, order]);
  const [found, setFound] = useState<
    { of: string; renders: readonly RenderEntry[]; total: number } | undefined
  >(undefined);
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
    const reload = async () => {
      const wanted = Math.max(length, PAGE_SIZE);
      const renders: RenderEntry[] = [];
      for (let total = wanted; renders.length < Math.min(wanted, total); ) {
        const limit = Math.min(wanted - renders.length, MOST_AT_ONCE);
        const offset = renders.length;
        const page = await studio.client.call('renders.find', {
          projectId,
          text,
          show,
          order,
          offset,
          limit,
        });
        if (!isCurrent) return;
        renders.push(...page.renders);
        total = page.renders.length === 0 ? 0 : page.total;
        if (renders.length >= Math.min(wanted, total)) setFound({ of: query, renders, total: page.total });
      }
    };
    reload().catch((error: unknown) => {
      if (isCurrent) reportError(error);
    });
    return () => {
      isCurrent = false;
    };
  }, [studio, projectId, text, show, order, changes]);
  return {
    renders: found?.renders,
    total: found?.total,
    /** Whether the renders match an earlier query, until those of this one are there. */
    isOutdated: found !== undefined && found.of !== query,
    more: async () => {
      const page = await studio.client.call('renders.find', {
        projectId: studio.projectId,
        text,
        show,
        order,
        offset: length,
        limit: PAGE_SIZE,
      });
      setFound((before) => {
        // Another query's renders have been asked for meanwhile.
        if (before?.of !== query) return before;
        const added = page.renders.filter(
          (one) => !before.renders.some(({ renderId }) => renderId === one.renderId),
        );
        return { of: query, renders: [...before.renders, ...added], total: page.total };
      });
    },
  };
}
