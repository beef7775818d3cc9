/** A sweep of the project, by default its newest one: loaded from the host, whose list is complete, and updated by events of its renders. */
import { useEffect, useMemo, useState } from 'react';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import { sweepCellOf } from '../../../electron/contract/render-record.ts';
import { type SweepGrid, sweepGrid, withRender } from '../../editor/sweep-grid.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

type Sweep = CommandOutput<'sweep.newest'>;

/**
 * @param sweepId null: the newest one
 * @returns undefined while there is none, or it is not loaded yet
 */
export function useSweep(sweepId: string | null): SweepGrid | undefined {
  const { client } = useStudioActions();
  const projectId = useStudio((state) => state.project?.state.projectId);
  const isConnected = useStudio((state) => state.connection === 'connected');
  const [sweep, setSweep] = useState<Sweep>(null);
  useEffect(() => {
    if (projectId === undefined || !isConnected) return;
    let asked = 0;
    const ask = () => {
      const own = ++asked;
      client
        .call('sweep.newest', { projectId, ...(sweepId !== null && { sweepId }) })
        .then((newest) => {
          if (own === asked) setSweep(newest);
        })
        .catch(reportError);
    };
    const stop = client.on('render.changed', ({ projectId: of, render }) => {
      if (of !== projectId || sweepCellOf(render) === null) return;
      setSweep((known) => withRender(known, render));
      // A restored render, or one of another sweep: ask the host for the newest sweep.
      if (render.isDeleted || render.state === 'queued') ask();
    });
    setSweep(null);
    ask();
    return () => {
      asked = -1;
      stop();
    };
  }, [client, projectId, isConnected, sweepId]);
  return useMemo(() => (sweep === null ? undefined : sweepGrid(sweep.renders)), [sweep]);
}
