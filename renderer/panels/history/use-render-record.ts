/** All details of a render, loaded when it is viewed. */
import { useEffect, useState } from 'react';
import type { RenderRecord, RenderSummary } from '../../../electron/contract/render-record.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';

export function useRenderRecord({ renderId, state }: RenderSummary): RenderRecord | undefined {
  const studio = useStudioActions();
  const [record, setRecord] = useState<RenderRecord | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a finished render has more details.
  useEffect(() => {
    let isCurrent = true;
    studio.client
      .call('renders.get', { projectId: studio.projectId, renderId })
      .then((found) => {
        if (isCurrent) setRecord(found);
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [studio, renderId, state]);
  return record?.renderId === renderId ? record : undefined;
}
