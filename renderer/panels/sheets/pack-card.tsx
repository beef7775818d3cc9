/** One model pack: components, actions, and progress. */
import { Badge, Button, Group, Paper, Progress, Text, Title } from '@mantine/core';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ListedPack } from '../../../electron/contract/commands/model-commands.ts';
import type { JobState } from '../../../electron/contract/jobs.ts';
import { bytesToDownload, type CatalogSize } from '../../../electron/contract/pack-catalog.ts';
import { failureSentence } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { bytesOf, durationOf } from '../widgets/locale.ts';
import { PackActions } from './pack-actions.tsx';

export function PackCard({ pack, freeBytes }: { pack: ListedPack; freeBytes: number | null }) {
  const { t } = useTranslation();
  const sizeText = useSizeText();
  const left = bytesToDownload(pack.components);
  const studio = useStudioActions();
  const inUse = useStudio((state) => state.settings.pack === pack.id);
  // The last job of any window: a download continues when the sheet is closed or the page reloaded.
  const job = useStudio(({ jobs }) => Object.values(jobs).findLast(({ packId }) => packId === pack.id));
  const isBusy = job !== undefined && ['waiting', 'running'].includes(job.state);
  return (
    <Paper withBorder p="sm" role="group" aria-label={pack.name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={3} size="h6">
            {pack.name}
          </Title>
          <Text size="xs">{inLanguage(pack.id, pack.description)}</Text>
        </div>
        {inUse ? (
          <Badge color="brand" flex="none">
            {t('models.inUse')}
          </Badge>
        ) : (
          <Button
            variant="default"
            flex="none"
            disabled={!pack.isUsable}
            onClick={() => start(() => studio.client.call('settings.set', { pack: pack.id }))}
          >
            {t('models.use')}
          </Button>
        )}
      </Group>
      <ul className="plain-list components">
        {pack.components.map((component) => (
          <li key={component.id}>
            <Text size="xs">
              <b>{component.name}</b>: {inLanguage(`${pack.id}/${component.id}`, component.purpose)}
              {component.isOptional && ` (${t('models.optional')})`}
            </Text>
            <Text size="xs" c="dimmed">
              {pack.isBundled ? t('models.bundled') : t(`models.${component.state}`)} ·{' '}
              {component.state === 'absent' ? sizeText(component.size) : bytesOf(component.installedBytes)} ·{' '}
              {component.licence}
            </Text>
          </li>
        ))}
      </ul>
      {(left.knownBytes > 0 || left.unknownFiles > 0) && (
        <Text size="xs" my="xs">
          {t('models.toDownload', { size: sizeText(left) })}
          {freeBytes !== null && ` · ${t('models.free', { size: bytesOf(freeBytes) })}`}
        </Text>
      )}
      {isBusy && <JobProgress name={pack.name} job={job} />}
      {job?.state === 'failed' && job.error && (
        <Text size="xs" className="danger" role="alert" my="xs">
          {failureSentence(job.error)}
        </Text>
      )}
      {!pack.isBundled && <PackActions pack={pack} isBusy={isBusy} isPaused={isPausedDownload(job)} />}
    </Paper>
  );
}

/** What a pack says of itself, in the window's language where that is known. @param own in English */
function inLanguage(of: string, own: string): string {
  const translated: unknown = i18next.getResource(i18next.language, 'packs', of);
  return typeof translated === 'string' ? translated : own;
}

/** A size, as far as it is known before the download. */
function useSizeText() {
  const { t } = useTranslation();
  return ({ knownBytes, unknownFiles }: Pick<CatalogSize, 'knownBytes' | 'unknownFiles'>) => {
    if (unknownFiles === 0) return bytesOf(knownBytes);
    return knownBytes === 0
      ? t('models.unknownSize', { count: unknownFiles })
      : t('models.sizeAndMore', { size: bytesOf(knownBytes), count: unknownFiles });
  };
}

/** A download paused by the user, without a later job. */
function isPausedDownload(job: JobState | undefined): boolean {
  return job?.kind === 'pullModels' && job.state === 'cancelled';
}

function JobProgress({ name, job }: { name: string; job: JobState }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { jobId, kind, progress } = job;
  const { stage, step = 0, total = null, timeLeftMs = null } = progress ?? {};
  const done = bytesOf(step);
  return (
    <div>
      <Group gap="xs" wrap="nowrap" mt="xs">
        <Progress flex={1} value={total === null ? 0 : (100 * step) / total} aria-label={name} />
        <Button
          variant="default"
          flex="none"
          onClick={() => start(() => studio.client.call('jobs.cancel', { jobId }))}
        >
          {kind === 'pullModels' ? t('models.pause') : t('app.cancel')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" className="numbers path" mb="xs">
        {stage !== undefined && isStage(stage) && `${t(`models.stages.${stage}`)} · `}
        {total === null ? done : t('models.progress', { done, total: bytesOf(total) })}
        {timeLeftMs !== null && ` · ${t('render.left', { time: durationOf(timeLeftMs) })}`}
        {progress?.detail != null && ` · ${progress.detail}`}
      </Text>
    </div>
  );
}

const STAGES = ['resolve', 'download', 'check', 'place'] as const;

function isStage(stage: string): stage is (typeof STAGES)[number] {
  return (STAGES as readonly string[]).includes(stage);
}
