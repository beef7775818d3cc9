/** Always there: what runs and how to stop it, the device, the memory. */
import { Alert, Button, Group, Popover, Progress, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCpu, IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { bytesOf, durationOf } from '../widgets/render-name.ts';
import { FailedRender } from './failed-render.tsx';
import { ProjectStatus } from './project-status.tsx';

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
      <QueueStatus />
      <DeviceStatus />
    </footer>
  );
}

function QueueStatus() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const entries = useStudio((state) => state.queue.entries);
  const progress = useStudio((state) => state.progress);
  const running = entries.find(({ state }) => state === 'running');
  const waiting = entries.length - (running ? 1 : 0);
  if (entries.length === 0) {
    return (
      <Text size="xs" c="dimmed" role="status">
        {t('render.idle')}
      </Text>
    );
  }
  const own = progress && progress.renderId === running?.renderId ? progress : null;
  const share = own ? (100 * own.step) / own.total : 0;
  return (
    <Group gap="sm" wrap="nowrap" className="queue-status">
      <Text size="xs" role="status" className="numbers">
        {own ? t(`render.stage.${own.stage}`) : t(running ? 'render.running' : 'render.queueing')}
        {own && ` ${own.step}/${own.total}`}
      </Text>
      <Progress w={160} value={share} aria-label={t('render.progress')} transitionDuration={100} />
      {own?.timeLeftMs != null && (
        <Text size="xs" c="dimmed" className="numbers">
          {t('render.left', { time: durationOf(own.timeLeftMs) })}
        </Text>
      )}
      {waiting > 0 && <Text size="xs">{t('render.waiting', { count: waiting })}</Text>}
      <Button
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        onClick={() => start(() => studio.client.call('queue.cancel', { what: 'current' }))}
      >
        {t('render.cancel')}
      </Button>
      {waiting > 0 && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => start(() => studio.client.call('queue.cancel', { what: 'all' }))}
        >
          {t('render.cancelAll')}
        </Button>
      )}
    </Group>
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
    <Popover position="top-end" width={360} withArrow>
      <Popover.Target>
        <UnstyledButton className="device-status">
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
      </Popover.Target>
      <Popover.Dropdown>
        {pack && <Text size="xs">{t('device.pack', { name: pack.name })}</Text>}
        {device?.passedOver.map(({ device: other, reason }) => (
          <Text size="xs" key={other}>
            {t('device.passedOver', { device: other, reason })}
          </Text>
        ))}
        {error && (
          <Text size="xs" c="red">
            {error.message}
          </Text>
        )}
        <Group mt={6}>
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
      </Popover.Dropdown>
    </Popover>
  );
}
