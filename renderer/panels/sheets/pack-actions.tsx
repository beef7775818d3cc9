/** The actions of a pack of the store: download, verify, repair, remove, import. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListedPack } from '../../../electron/contract/commands/model-commands.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { FolderChoice } from '../widgets/folder-choice.tsx';
import { useLicensedDownload } from './use-licensed-download.tsx';
import { usePackJobs } from './use-pack-jobs.ts';

export function PackActions({
  pack,
  isBusy,
  isPaused,
}: {
  pack: ListedPack;
  isBusy: boolean;
  /** Whether a paused download can be resumed. */
  isPaused: boolean;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { id: packId, name } = pack;
  const [isRemoving, setRemoving] = useState(false);
  const isPresent = pack.components.some(({ state }) => state !== 'absent');
  const isWhole = pack.components.every(({ state, isOptional }) => state === 'installed' || isOptional);

  const follow = usePackJobs(pack);
  const pull = (acceptedLicences: string[]) =>
    follow(studio.client.call('models.pull', { packId, acceptedLicences }));
  const { download, dialog } = useLicensedDownload({ packId }, pull);
  const verify = (repair: boolean) => () =>
    start(() => follow(studio.client.call('models.verify', { packId, repair })));

  return (
    <>
      {isPaused && (
        <Text size="xs" role="status" mt="xs">
          {t('models.paused')}
        </Text>
      )}
      <Group gap="2xs" mt="xs">
        {!isWhole && (
          <Button disabled={isBusy} onClick={() => start(download)}>
            {isPaused ? t('models.resume') : t('models.download')}
          </Button>
        )}
        {isPresent && (
          <>
            <Button variant="default" disabled={isBusy} onClick={verify(false)}>
              {t('models.verify')}
            </Button>
            <Button variant="default" disabled={isBusy} onClick={verify(true)}>
              {t('models.repair')}
            </Button>
          </>
        )}
        {(isPresent || isPaused) && (
          <Button
            variant="subtle"
            color="red"
            className="danger"
            disabled={isBusy}
            onClick={() => setRemoving(true)}
          >
            {t('models.remove')}
          </Button>
        )}
      </Group>
      <FolderChoice
        title={t('models.importFolder')}
        label={t('models.importFolder')}
        action={t('models.import')}
        disabled={isBusy}
        onChoose={(folder) => follow(studio.client.call('models.import', { packId, folder }))}
      />
      {dialog}
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
              start(() => follow(studio.client.call('models.remove', { packId })));
            }}
          >
            {t('models.remove')}
          </Button>
        </Group>
      </Dialog>
    </>
  );
}
