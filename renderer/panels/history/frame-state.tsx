/** In place of a picture that a render does not have, or not yet. */
import { Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';

export function FrameState({ state }: Pick<RenderSummary, 'state'>) {
  const { t } = useTranslation();
  return (
    <span className="frame-state" data-state={state}>
      {state === 'failed' && <IconAlertTriangle size={20} aria-hidden />}
      {state === 'cancelled' && <IconPlayerStop size={20} aria-hidden />}
      {(state === 'running' || state === 'queued') && <Loader size="xs" />}
      <Text size="xs">{t(`history.state.${state}`)}</Text>
    </span>
  );
}
