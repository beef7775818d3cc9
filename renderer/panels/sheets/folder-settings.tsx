/** The host's folders: shows them, chooses those for projects and models, empties the cache. */
import { Button, Group, Text } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reportError, reportNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { FolderChoice } from '../widgets/folder-choice.tsx';
import { bytesOf } from '../widgets/locale.ts';
import { Section } from '../widgets/section.tsx';

export function FolderSettings() {
  const { t } = useTranslation();
  const info = useStudio((state) => state.info);
  if (!info) return null;
  return (
    <Section title={t('settings.folders')}>
      <ProjectsFolder />
      <ModelsFolder />
      <Cache />
    </Section>
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

function ProjectsFolder() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const info = useStudio((state) => state.info)!;
  return (
    <div>
      <Folder name={t('settings.projectsFolder')} path={info.projectsFolder} />
      {info.canChooseProjectsFolder ? (
        <FolderChoice
          title={t('settings.projectsFolder')}
          label={t('settings.otherProjectsFolder')}
          action={t('settings.chooseFolder')}
          onChoose={async (folder) => {
            await studio.client.call('app.setProjectsFolder', { folder });
            reportNotice(t('settings.projectsFolderChosen', { folder }));
          }}
        />
      ) : (
        <Text size="xs" c="dimmed">
          {t('settings.folderFixed', { variable: 'PNPMIX_PROJECTS_DIR' })}
        </Text>
      )}
    </div>
  );
}

function ModelsFolder() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const info = useStudio((state) => state.info)!;
  return (
    <div>
      <Folder name={t('settings.modelsFolder')} path={info.modelsFolder} />
      {info.canChooseModelsFolder ? (
        <FolderChoice
          title={t('settings.modelsFolder')}
          label={t('settings.otherModelsFolder')}
          action={t('settings.chooseFolder')}
          onChoose={async (folder) => {
            await studio.client.call('app.setModelsFolder', { folder });
            reportNotice(t('settings.modelsFolderChosen', { folder }));
          }}
        />
      ) : (
        <Text size="xs" c="dimmed">
          {t('settings.folderFixed', { variable: 'PNPMIX_MODELS_DIR' })}
        </Text>
      )}
    </div>
  );
}

function Cache() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const info = useStudio((state) => state.info)!;
  const [bytes, setBytes] = useState<number | null>(null);
  const refresh = useCallback(() => {
    studio.client
      .call('app.cache', {})
      .then((cache) => setBytes(cache.bytes))
      .catch(reportError);
  }, [studio]);
  useEffect(refresh, [refresh]);
  const clear = async () => {
    const { freedBytes } = await studio.client.call('app.clearCache', {});
    reportNotice(t('settings.cacheCleared', { size: bytesOf(freedBytes) }), { kind: 'success' });
    refresh();
  };
  return (
    <div>
      <Folder name={t('settings.cacheFolder')} path={info.cacheFolder} />
      <Group gap="xs" mt="2xs">
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
