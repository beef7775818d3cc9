/** How finished renders differ from the ones before them, for their captions. */
import { useEffect, useState } from 'react';
import { MAX_CHANGES } from '../../../electron/contract/commands/render-commands.ts';
import type { RenderChange, RenderSummary } from '../../../electron/contract/render-record.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

/** By render id; an unknown one is still being read. */
export type RenderChanges = Readonly<Record<string, RenderChange>>;

const NONE: RenderChanges = {};

/** @param renders those of the strip or the grid: each is asked about once */
export function useCaptions(renders: readonly RenderSummary[]): RenderChanges {
  const { client } = useStudioActions();
  const projectId = useStudio((state) => state.project?.state.projectId);
  const [known, setKnown] = useState<{ readonly of: string | undefined; readonly changes: RenderChanges }>({
    of: undefined,
    changes: NONE,
  });
  const changes = known.of === projectId ? known.changes : NONE;
  const wanted = renders
    .filter(({ renderId, sequence, result }) => sequence !== null && result !== null && !changes[renderId])
    .slice(0, MAX_CHANGES)
    .map(({ renderId }) => renderId);
  const key = wanted.join(' ');
  useEffect(() => {
    if (key === '' || projectId === undefined) return;
    let isCurrent = true;
    client
      .call('renders.changes', { projectId, renderIds: key.split(' ') })
      .then((read) => {
        if (!isCurrent) return;
        const added = Object.fromEntries(read.map((change) => [change.renderId, change]));
        setKnown(({ of, changes: before }) => ({
          of: projectId,
          changes: { ...(of === projectId ? before : NONE), ...added },
        }));
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [client, projectId, key]);
  return changes;
}
