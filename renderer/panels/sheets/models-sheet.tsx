/** The models: packs with the models folder, and the files of other programs. */
import { Stack, Tabs, Text } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { ModelLibrary } from './model-library.tsx';
import { PackCard } from './pack-card.tsx';

export function ModelsSheet() {
  const { t } = useTranslation();
  // A scene with models of its own is where its files are missing or changed.
  const [first] = useState(() => (useStudio.getState().project?.document.model ? 'library' : 'packs'));
  return (
    <Tabs defaultValue={first} keepMounted={false}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="packs">{t('library.packs')}</Tabs.Tab>
        <Tabs.Tab value="library">{t('library.tab')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="packs">
        <Packs />
      </Tabs.Panel>
      <Tabs.Panel value="library">
        <ModelLibrary />
      </Tabs.Panel>
    </Tabs>
  );
}

function Packs() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const [listing, setListing] = useState<CommandOutput<'models.list'> | undefined>(undefined);
  const refresh = useCallback(() => {
    studio.client.call('models.list', {}).then(setListing).catch(reportError);
  }, [studio]);
  // A job of this or another window has ended: reload the packs.
  const ended = useStudio(({ jobs }) =>
    Object.values(jobs).reduce((count, { packId, state }) => {
      const isOver = packId !== null && !['waiting', 'running'].includes(state);
      return isOver ? count + 1 : count;
    }, 0),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number says that packs changed.
  useEffect(refresh, [refresh, ended]);
  return (
    <Stack gap="sm">
      {listing && (
        <Text size="xs" c="dimmed" className="path">
          {t('models.folder', { folder: listing.modelsFolder })}
        </Text>
      )}
      {listing?.packs.map((pack) => (
        <PackCard key={pack.id} pack={pack} freeBytes={listing.freeBytes} />
      ))}
    </Stack>
  );
}
