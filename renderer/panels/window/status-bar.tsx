/** Always visible: running work with cancel buttons, the device, the memory. */
import { Alert, Button, Group, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCpu } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { failureSentence, sayNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { DropdownPanel } from '../widgets/dropdown.tsx';
import { bytesOf } from '../widgets/locale.ts';
import { FailedRender } from './failed-render.tsx';
import { PanelToggles } from './panel-toggles.tsx';
import { ProjectStatus } from './project-status.tsx';
import { WorkStatus } from './work-status.tsx';

export function StatusBar() {
  const { t } = useTranslation();
  const connection = useStudio((state) => state.connection);
  return (
    <footer className="status-bar">
      {connection !== 'connected' && (
        <Alert
          className="disconnected"
          color="orange"
          icon={<IconAlertTriangle size={16} aria-hidden />}
          role="alert"
        >
          {t(`app.connection.${connection}`)}
        </Alert>
      )}
      <FailedRender />
      <ProjectStatus />
      <WorkStatus />
      <DeviceStatus />
      <PanelToggles />
    </footer>
  );
}

function DeviceStatus() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const engine = useStudio((state) => state.engine);
  if (!engine) return null;
  const { device, state, memoryBytes, pack, error } = engine;
  const name =
    state === 'failed'
      ? t('device.failed')
      : state === 'starting' || state === 'restarting'
        ? t('device.starting')
        : device
          ? `${device.device.toUpperCase()} · ${device.name}`
          : t('device.none');
  return (
    <DropdownPanel
      position="top-end"
      width={360}
      target={(toggle) => (
        <UnstyledButton className="device-status" onClick={toggle}>
          <IconCpu size={14} aria-hidden />
          <Text size="xs" truncate>
            {name}
          </Text>
          {memoryBytes !== null && (
            <Text size="xs" c="dimmed" className="numbers">
              {t('device.memory', { size: bytesOf(memoryBytes) })}
            </Text>
          )}
        </UnstyledButton>
      )}
    >
      {pack && <Text size="xs">{t('device.pack', { name: pack.name })}</Text>}
      {device?.passedOver.map(({ device: other, reason }) => (
        <Text size="xs" key={other}>
          {t('device.passedOver', { device: other, reason: sayNotice(reason) })}
        </Text>
      ))}
      {error && (
        <Text size="xs" c="red">
          {failureSentence(error)}
        </Text>
      )}
      <Group mt="xs">
        {engine.holdsModels ? (
          <Button variant="default" onClick={() => start(() => studio.client.call('engine.release', {}))}>
            {t('device.release')}
          </Button>
        ) : (
          <Button variant="default" onClick={() => start(() => studio.client.call('engine.start', {}))}>
            {t('device.start')}
          </Button>
        )}
      </Group>
    </DropdownPanel>
  );
}
