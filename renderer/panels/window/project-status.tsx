/** Problems and progress of project files: one that could not be opened, one that is gone, one being copied. */
import { Button, Group, Progress, Text } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { canBeRead, type FailedProject } from '../../session/first-project.ts';
import { failureSentence } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { saveMovedProject } from '../actions/actions.ts';
import { ProblemAlert } from '../widgets/problem-alert.tsx';

export function ProjectStatus() {
  const failed = useStudio((state) => state.failedProjects);
  const isMoved = useStudio((state) => state.project?.isMoved ?? false);
  return (
    <>
      {isMoved ? <MovedProject /> : failed[0] && <FailedToOpen project={failed[0]} />}
      <CopyProgress />
    </>
  );
}

function FailedToOpen({ project }: { project: FailedProject }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const hasNativeDialogs = useStudio((state) => state.info?.hasNativeDialogs ?? false);
  const { path, name, isRecent } = project;
  return (
    <ProblemAlert
      className="failed-project"
      title={t('project.cannotOpen', { name })}
      message={failureSentence(project)}
      onClose={() => studio.projects.dismissFailed(path)}
    >
      {canBeRead(project) && (
        <Button variant="default" onClick={() => start(() => studio.projects.openPath(path, true))}>
          {t('project.openReadOnly')}
        </Button>
      )}
      {isRecent && (
        <Button
          variant="default"
          onClick={() =>
            start(async () => {
              await studio.client.call('project.forgetRecent', { path });
              studio.projects.dismissFailed(path);
            })
          }
        >
          {t('project.forget')}
        </Button>
      )}
      {hasNativeDialogs && (
        <Button variant="default" onClick={() => start(() => studio.client.call('app.reveal', { path }))}>
          {t('project.reveal')}
        </Button>
      )}
    </ProblemAlert>
  );
}

function MovedProject() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const name = useStudio((state) => state.project?.state.name ?? '');
  const count = useStudio((state) => state.project?.pending ?? 0);
  const isGone = useStudio((state) => state.project?.isGone ?? false);
  return (
    <ProblemAlert
      className="failed-project"
      title={t('project.moved', { name })}
      message={t(isGone ? 'project.goneHint' : 'project.movedHint', { count })}
    >
      {isGone ? (
        <Button onClick={() => studio.session.retry()}>{t('app.tryAgain')}</Button>
      ) : (
        <Button onClick={() => start(() => saveMovedProject(studio))}>{t('project.saveUnderName')}</Button>
      )}
    </ProblemAlert>
  );
}

function CopyProgress() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const job = useStudio(({ jobs }) =>
    Object.values(jobs).find(({ kind, state }) => kind === 'copyProject' && state === 'running'),
  );
  if (!job?.progress?.total) return null;
  const { step, total } = job.progress;
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="xs" role="status">
        {t('project.copying')}
      </Text>
      <Progress
        w={160}
        value={(100 * step) / total}
        aria-label={t('project.copyProgress')}
        transitionDuration={100}
      />
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={() => start(() => studio.client.call('jobs.cancel', { jobId: job.jobId }))}
      >
        {t('render.cancel')}
      </Button>
    </Group>
  );
}
