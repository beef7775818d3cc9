/**
 * Running work with cancel buttons: renders of this and other projects, and preparation jobs. It changes with every step;
 * announcer.tsx says what a screen reader should.
 */

import { Button, Group, Progress, Text } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { JobState } from '../../../electron/contract/jobs.ts';
import type { QueueEntry } from '../../../electron/contract/render-record.ts';
import { sayNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { cancelRenders, ownRenders } from '../actions/actions.ts';
import { durationOf } from '../widgets/locale.ts';

export function WorkStatus() {
  const { t } = useTranslation();
  const entries = useStudio((state) => state.queue.entries);
  const jobs = useStudio((state) => state.jobs);
  const underWay = Object.values(jobs).filter(({ state }) => state === 'running' || state === 'waiting');
  const job = underWay.find(({ state }) => state === 'running') ?? underWay[0];
  const first = entries.find(({ state }) => state === 'running') ?? entries[0];
  if (!first && !job) {
    return (
      <Text size="xs" c="dimmed" role="status">
        {t('render.idle')}
      </Text>
    );
  }
  return (
    <>
      {first && <RenderStatus entries={entries} first={first} />}
      {job && <JobStatus job={job} />}
    </>
  );
}

function RenderStatus({ entries, first }: { entries: readonly QueueEntry[]; first: QueueEntry }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const projectId = useStudio((state) => state.project?.state.projectId);
  const progress = useStudio((state) => state.progress);
  const own = progress && progress.renderId === first.renderId ? progress : null;
  const isElsewhere = first.projectId !== projectId;
  const others = entries.filter((entry) => entry !== first);
  const waiting = others.filter(({ state }) => state === 'queued');
  const runningToo = others.length - waiting.length;
  const waitingHere = waiting.filter((entry) => entry.projectId === projectId).length;
  const waitingElsewhere = waiting.length - waitingHere;
  const stage = own
    ? `${t(`render.stage.${own.stage}`)}${countOf(own)}`
    : t(first.state === 'running' ? 'render.running' : 'render.queueing');
  return (
    <Group gap="sm" wrap="nowrap" className="queue-status">
      <Text size="xs" role="status" aria-live="off" className="numbers" truncate miw={130} maw={320}>
        {isElsewhere ? t('render.elsewhere', { name: first.projectName, stage }) : stage}
      </Text>
      <Progress
        w={120}
        value={own && own.total > 1 ? (100 * own.step) / own.total : 0}
        aria-label={t('render.progress')}
        transitionDuration={100}
      />
      <FarmPlace entry={first} />
      {own?.timeLeftMs != null && (
        <Text size="xs" c="dimmed" className="numbers" miw={90}>
          {t('render.left', { time: durationOf(own.timeLeftMs) })}
        </Text>
      )}
      {runningToo > 0 && <Text size="xs">{t('farm.runningToo', { count: runningToo })}</Text>}
      {waitingHere > 0 && <Text size="xs">{t('render.waiting', { count: waitingHere })}</Text>}
      {waitingElsewhere > 0 && (
        <Text size="xs" c="dimmed">
          {t('render.waitingElsewhere', { count: waitingElsewhere })}
        </Text>
      )}
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={() => start(() => cancelRenders(studio, [first.renderId]))}
      >
        {isElsewhere ? t('render.cancelElsewhere', { name: first.projectName }) : t('render.cancel')}
      </Button>
      {waitingHere + runningToo > 0 && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => start(() => cancelRenders(studio, ownRenders()))}
        >
          {t('render.cancelAll')}
        </Button>
      )}
    </Group>
  );
}

/** Where a render on a farm is: its machine, or its position in the queue and why it waits. */
function FarmPlace({ entry: { farm, machine, position, reason } }: { entry: QueueEntry }) {
  const { t } = useTranslation();
  if (farm === null) return null;
  const why = reason && sayNotice(reason);
  const place =
    machine !== null
      ? t('farm.onMachine', { farm, machine })
      : position === null
        ? t('farm.on', { farm })
        : t('farm.position', { farm, count: position });
  return (
    <Text size="xs" c={why === null ? 'dimmed' : 'orange'} truncate maw={320} title={why ?? place}>
      {why === null ? place : `${place} · ${why}`}
    </Text>
  );
}

/** How much is done, of what has several steps: "1/1" would say that it is finished. */
function countOf({ step, total }: { readonly step: number; readonly total: number | null }): string {
  return total !== null && total > 1 ? ` ${step}/${total}` : '';
}

function JobStatus({ job: { kind, state, progress, projectId, jobId } }: { job: JobState }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const here = useStudio((store) => store.project?.state.projectId);
  const isElsewhere = projectId !== null && projectId !== here;
  const what = t(`jobs.${kind}`);
  const of = progress?.total && progress.unit === 'steps' ? countOf(progress) : '';
  return (
    <Group gap="sm" wrap="nowrap" className="queue-status">
      <Text size="xs" role="status" aria-live="off" className="numbers" truncate maw={320}>
        {t(state === 'waiting' ? 'jobs.waiting' : 'jobs.running', { what })}
        {of}
        {isElsewhere && ` ${t('jobs.elsewhere')}`}
      </Text>
      {!isElsewhere && (
        <Button
          variant="default"
          aria-label={t('jobs.cancel', { what })}
          leftSection={<IconPlayerStop size={14} aria-hidden />}
          onClick={() => start(() => studio.client.call('jobs.cancel', { jobId }))}
        >
          {t('app.cancel')}
        </Button>
      )}
    </Group>
  );
}
