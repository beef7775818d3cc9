/** Says to screen readers how work goes on: stages and quarters of it, and its end. */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announcedOf } from '../../editor/progress-announcement.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

export function Announcer() {
  const { t } = useTranslation();
  const { client } = useStudioActions();
  const projectId = useStudio((state) => state.project?.state.projectId);
  const [end, setEnd] = useState('');
  // A string, so that steps within a quarter render nothing.
  const progress = useStudio(({ progress: newest }) => {
    const said = newest?.projectId === projectId && newest ? announcedOf(newest) : null;
    return said && newest
      ? t('announce.progress', { stage: t(`render.stage.${newest.stage}`), percent: said.percent })
      : '';
  });
  useEffect(
    () =>
      client.on('render.changed', ({ projectId: of, render: { state, isDeleted } }) => {
        if (
          of !== projectId ||
          isDeleted ||
          !(state === 'done' || state === 'failed' || state === 'cancelled')
        )
          return;
        const { entries } = useStudio.getState().queue;
        const waiting = entries.filter((entry) => entry.projectId === of && entry.state === 'queued').length;
        setEnd(
          [t(`announce.${state}`), ...(waiting > 0 ? [t('render.waiting', { count: waiting })] : [])].join(
            ' ',
          ),
        );
      }),
    [client, projectId, t],
  );
  return (
    <VisuallyHidden role="status" className="announcer">
      {progress || end}
    </VisuallyHidden>
  );
}
