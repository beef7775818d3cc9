/** Where things are kept on the host: seeing it, choosing where models go, emptying the cache. */
import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytesOf } from '../history/render-name.ts';
import { reportError, reportNotice } from '../state/notices.ts';
import { start, useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';

export function FolderSettings() {
  const { t } = useTranslation();
  const info = useStudio((state) => state.info);
  if (!info) return null;
  return (
    <section aria-label={t('settings.folders')}>
      <Title order={3} size="h6" mb={6}>
        {t('settings.folders')}
      </Title>
      <Stack gap="sm">
        <Folder name={t('settings.projectsFolder')} path={info.projectsFolder} />
        <ModelsFolder />
        <Cache />
      </Stack>
    </section>
  );
}

function Folder({ name, path }: { name: string; path: string }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const canReveal = useStudio((state) => state.info?.hasNativeDialogs ?? false);
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <div>
        <Text size="sm" fw={500}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" className="path">
          {path}
        </Text>
      </div>
      {canReveal && (
        <Button
          variant="subtle"
          color="gray"
          flex="none"
          onClick={() => start(() => studio.client.call('app.reveal', { path }))}
        >
          {t('settings.reveal')}
        </Button>
      )}
    </Group>
  );
}

function ModelsFolder() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const info = useStudio((state) => state.info)!;
  const [typed, setTyped] = useState('');
  const choose = async (folder: string) => {
    await studio.client.call('app.setModelsFolder', { folder });
    setTyped('');
    reportNotice(t('settings.modelsFolderChosen', { folder }));
  };
  const ask = async () => {
    const { path } = await studio.client.call('dialog.chooseFolder', { title: t('settings.modelsFolder') });
    if (path !== null) await choose(path);
  };
  return (
    <div>
      <Folder name={t('settings.modelsFolder')} path={info.modelsFolder} />
      {!info.canChooseModelsFolder ? (
        <Text size="xs" c="dimmed">
          {t('settings.modelsFolderFixed')}
        </Text>
      ) : info.hasNativeDialogs ? (
        <Button variant="default" mt={4} onClick={() => start(ask)}>
          {t('settings.chooseFolder')}
        </Button>
      ) : (
        <Group gap={4} mt={4} align="flex-end" wrap="nowrap">
          <TextInput
            size="xs"
            flex={1}
            label={t('settings.otherModelsFolder')}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={typed.trim() === ''}
            onClick={() => start(() => choose(typed.trim()))}
          >
            {t('settings.chooseFolder')}
          </Button>
        </Group>
      )}
    </div>
  );
}

function Cache() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const info = useStudio((state) => state.info)!;
  const [bytes, setBytes] = useState<number | null>(null);
  const look = useCallback(() => {
    studio.client
      .call('app.cache', {})
      .then((cache) => setBytes(cache.bytes))
      .catch(reportError);
  }, [studio]);
  useEffect(look, [look]);
  const clear = async () => {
    const { freedBytes } = await studio.client.call('app.clearCache', {});
    reportNotice(t('settings.cacheCleared', { size: bytesOf(freedBytes) }));
    look();
  };
  return (
    <div>
      <Folder name={t('settings.cacheFolder')} path={info.cacheFolder} />
      <Group gap="xs" mt={4}>
        <Button variant="default" disabled={bytes === 0} onClick={() => start(clear)}>
          {t('settings.clearCache')}
        </Button>
        {bytes !== null && (
          <Text size="xs" className="numbers" role="status">
            {t('settings.cacheHolds', { size: bytesOf(bytes) })}
          </Text>
        )}
      </Group>
    </div>
  );
}
