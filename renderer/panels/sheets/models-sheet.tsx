/** The model packs: what is installed, downloading, verifying, importing, removing. */
import {
  Badge,
  Button,
  Checkbox,
  Group,
  Paper,
  Progress,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import type { JobState } from '../../../electron/contract/jobs.ts';
import type { CatalogLicence } from '../../../electron/contract/pack-catalog.ts';
import { Dialog } from '../app/dialog.tsx';
import { bytesOf } from '../history/render-name.ts';
import { reportError, reportNotice } from '../state/notices.ts';
import { start, useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';

type Listing = CommandOutput<'models.list'>;
type ListedPack = Listing['packs'][number];

export function ModelsSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const [listing, setListing] = useState<Listing | undefined>(undefined);
  const refresh = useCallback(() => {
    studio.client.call('models.list', {}).then(setListing).catch(reportError);
  }, [studio]);
  useEffect(refresh, [refresh]);
  return (
    <Stack gap="sm">
      {listing && (
        <Text size="xs" c="dimmed" className="path">
          {t('models.folder', { folder: listing.modelsFolder })}
        </Text>
      )}
      {listing?.packs.map((pack) => (
        <Pack key={pack.id} pack={pack} onChange={refresh} />
      ))}
    </Stack>
  );
}

function Pack({ pack, onChange }: { pack: ListedPack; onChange: () => void }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const inUse = useStudio((state) => state.settings.pack === pack.id);
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useStudio((state) => (jobId === null ? undefined : state.jobs[jobId]));
  const isBusy = job !== undefined && ['waiting', 'running'].includes(job.state);
  const [licences, setLicences] = useState<readonly CatalogLicence[] | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const [folder, setFolder] = useState('');
  const { id, name } = pack;
  const isPresent = pack.components.some(({ state }) => state !== 'absent');
  const isWhole = pack.components.every(({ state, isOptional }) => state === 'installed' || isOptional);

  const follow = async (begin: Promise<JobState>) => {
    const begun = await begin;
    setJobId(begun.jobId);
    try {
      const result = await studio.finished(begun);
      if (result?.kind === 'modelsVerified') {
        const bad = result.files.filter(({ state }) => state === 'missing' || state === 'changed').length;
        reportNotice(bad === 0 ? t('models.verified') : t('models.damaged', { count: bad }));
      } else if (result) reportNotice(t('models.done'));
    } finally {
      onChange();
    }
  };

  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={3} size="h6">
            {name}
          </Title>
          <Text size="xs">{pack.description}</Text>
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
            onClick={() => start(() => studio.client.call('settings.set', { pack: id }))}
          >
            {t('models.use')}
          </Button>
        )}
      </Group>
      <ul className="plain-list components">
        {pack.components.map((component) => (
          <li key={component.id}>
            <Text size="xs">
              <b>{component.name}</b>: {component.purpose}
              {component.isOptional && ` (${t('models.optional')})`}
            </Text>
            <Text size="xs" c="dimmed">
              {pack.isBundled ? t('models.bundled') : t(`models.${component.state}`)} ·{' '}
              {component.size.unknownFiles === 0
                ? bytesOf(component.size.knownBytes)
                : component.installedBytes > 0
                  ? bytesOf(component.installedBytes)
                  : t('models.unknownSize')}{' '}
              · {component.licence}
            </Text>
          </li>
        ))}
      </ul>
      {isBusy && (
        <Group gap="xs" wrap="nowrap" my={6}>
          <Progress
            flex={1}
            value={job.progress?.total ? (100 * job.progress.step) / job.progress.total : 0}
            aria-label={name}
          />
          <Text size="xs" className="numbers">
            {job.progress?.unit === 'bytes' ? bytesOf(job.progress.step) : job.progress?.step}
          </Text>
          <Button
            variant="subtle"
            color="gray"
            onClick={() => start(() => studio.client.call('jobs.cancel', { jobId: job.jobId }))}
          >
            {t('app.cancel')}
          </Button>
        </Group>
      )}
      {!pack.isBundled && (
        <Group gap={4} mt={6}>
          {!isWhole && (
            <Button
              disabled={isBusy}
              onClick={() =>
                start(async () => setLicences(await studio.client.call('models.licences', { packId: id })))
              }
            >
              {t('models.download')}
            </Button>
          )}
          {isPresent && (
            <>
              <Button
                variant="default"
                disabled={isBusy}
                onClick={() => start(() => follow(studio.client.call('models.verify', { packId: id })))}
              >
                {t('models.verify')}
              </Button>
              <Button
                variant="default"
                disabled={isBusy}
                onClick={() =>
                  start(() => follow(studio.client.call('models.verify', { packId: id, repair: true })))
                }
              >
                {t('models.repair')}
              </Button>
              <Button
                variant="subtle"
                color="red"
                className="danger"
                disabled={isBusy}
                onClick={() => setRemoving(true)}
              >
                {t('models.remove')}
              </Button>
            </>
          )}
        </Group>
      )}
      {!pack.isBundled && (
        <Group gap={4} mt={6} align="flex-end">
          <TextInput
            size="xs"
            flex={1}
            label={t('models.importFolder')}
            value={folder}
            onChange={({ currentTarget }) => setFolder(currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={isBusy || folder.trim() === ''}
            onClick={() =>
              start(() => follow(studio.client.call('models.import', { packId: id, folder: folder.trim() })))
            }
          >
            {t('models.import')}
          </Button>
        </Group>
      )}
      <LicenceDialog
        licences={licences}
        onClose={() => setLicences(null)}
        onAccept={(accepted) => {
          setLicences(null);
          start(() => follow(studio.client.call('models.pull', { packId: id, acceptedLicences: accepted })));
        }}
      />
      <Dialog opened={isRemoving} onClose={() => setRemoving(false)} title={t('models.remove')} size="sm">
        <Text size="sm">{t('models.confirmRemove', { name })}</Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => setRemoving(false)} data-autofocus>
            {t('app.cancel')}
          </Button>
          <Button
            color="red"
            onClick={() => {
              setRemoving(false);
              start(() => follow(studio.client.call('models.remove', { packId: id })));
            }}
          >
            {t('models.remove')}
          </Button>
        </Group>
      </Dialog>
    </Paper>
  );
}

function LicenceDialog({
  licences,
  onClose,
  onAccept,
}: {
  licences: readonly CatalogLicence[] | null;
  onClose: () => void;
  onAccept: (accepted: string[]) => void;
}) {
  const { t } = useTranslation();
  const [accepted, setAccepted] = useState<readonly string[]>([]);
  useEffect(() => {
    if (licences) setAccepted([]);
  }, [licences]);
  return (
    <Dialog opened={licences !== null} onClose={onClose} title={t('models.licences')}>
      <Stack gap="sm">
        {licences?.map(({ id, name, summary, url }) => (
          <div key={id}>
            <Text size="sm">{summary}</Text>
            <Text size="xs" c="dimmed" className="path">
              {url}
            </Text>
            <Checkbox
              mt={4}
              label={t('models.accept', { name })}
              checked={accepted.includes(id)}
              onChange={({ currentTarget }) =>
                setAccepted(
                  currentTarget.checked ? [...accepted, id] : accepted.filter((other) => other !== id),
                )
              }
            />
          </div>
        ))}
        <Button
          size="sm"
          disabled={!licences?.every(({ id }) => accepted.includes(id))}
          onClick={() => onAccept([...accepted])}
        >
          {t('models.startDownload')}
        </Button>
      </Stack>
    </Dialog>
  );
}
