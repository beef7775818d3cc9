/** The program's version and third-party licences. */
import { Button, Group, Loader, Stack, Switch, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LicenceNotice } from '../../../electron/contract/commands/app-commands.ts';
import { copyDiagnostics } from '../../session/diagnostics.ts';
import { reportError } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { BrandMark } from '../widgets/brand-mark.tsx';
import { LicenceList, LicenceTexts } from './licence-list.tsx';

export function AboutSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const info = useStudio((state) => state.info);
  const [notices, setNotices] = useState<readonly LicenceNotice[] | null>(null);
  useEffect(() => {
    studio.client.call('app.licences', {}).then(setNotices).catch(reportError);
  }, [studio]);
  return (
    <Stack gap="sm">
      <Group gap="sm" wrap="nowrap">
        <BrandMark sidePx={48} />
        <div>
          <Title order={3} size="h5">
            {t('app.name')}
          </Title>
          {info && (
            <Text size="sm" c="dimmed">
              {t('about.version', { version: info.version })}
            </Text>
          )}
        </div>
      </Group>
      <Text size="sm">{t('about.text')}</Text>
      <UpdateNotice />
      <Stack gap="2xs" align="flex-start">
        <Button variant="default" onClick={() => start(() => copyDiagnostics(studio))}>
          {t('app.copyDiagnostics')}
        </Button>
        <Text size="xs" c="dimmed">
          {t('about.diagnostics')}
        </Text>
      </Stack>
      {/* The program itself comes first. */}
      <Title order={3} size="h6">
        {t('about.licence')}
      </Title>
      {notices ? <LicenceTexts notices={notices.slice(0, 1)} level={4} /> : <Loader size="sm" />}
      <Title order={3} size="h6">
        {t('about.licences')}
      </Title>
      {notices && <LicenceList notices={notices.slice(1)} />}
    </Stack>
  );
}

/** That the program never looks for updates unless it is asked to; in Electron, with the switch. */
function UpdateNotice() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const isElectron = useStudio((state) => state.info?.host === 'electron');
  const isOn = useStudio((state) => state.settings.lookForUpdates);
  if (!isElectron) {
    return (
      <Text size="xs" c="dimmed">
        {t('about.noUpdates')}
      </Text>
    );
  }
  return (
    <Switch
      label={t('about.lookForUpdates')}
      description={t('about.lookForUpdatesHint')}
      checked={isOn}
      onChange={({ currentTarget: { checked } }) =>
        start(() => studio.client.call('settings.set', { lookForUpdates: checked }))
      }
    />
  );
}
