/** A render's parameters, time, device and actions. */

import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconGauge, IconRestore } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { SCORE_NAMES, SCORES } from '../../../electron/contract/picture-scores.ts';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { scoreOf } from '../../editor/render-scores.ts';
import { sayNotice } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { exportRender } from '../actions/export-render.ts';
import { openScores } from '../actions/score-renders.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { durationOf } from '../widgets/locale.ts';
import { renderName } from '../widgets/render-name.ts';
import { restore } from './render-menu.tsx';
import { useRenderRecord } from './use-render-record.ts';

export function RenderDetails({ render }: { render: RenderSummary }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const record = useRenderRecord(render);
  return (
    <>
      <Group gap="2xs" wrap="nowrap" justify="space-between">
        <Text size="sm" fw={600} truncate>
          {renderName(render)}
        </Text>
        {render.result !== null && (
          <IconButton size="sm" label={t('scores.title')} onClick={() => openScores(studio, [render])}>
            <IconGauge size={14} aria-hidden />
          </IconButton>
        )}
      </Group>
      {record && (
        // It scrolls, and the keyboard must reach all of it.
        <Text size="xs" c="dimmed" component="div" className="render-notes" tabIndex={0}>
          {record.request.scene.concepts
            .map(({ name, alpha }) => `${name} ${t('parameters.short.alpha')} ${alpha}`)
            .join(', ')}
          {`; ${t('parameters.short.beta')} ${record.request.parameters.beta}; ${t('parameters.steps.name')} ${record.request.parameters.steps}; ${t('parameters.seed.name')} ${record.request.parameters.seed}`}
          {render.totalMs !== null && `; ${t('history.took', { time: durationOf(render.totalMs) })}`}
          {record.device && `; ${record.device.name}`}
          {render.scores && <div>{scoreLine(render, t)}</div>}
          {record.notices.map(sayNotice).map((sentence) => (
            <div key={sentence}>{sentence}</div>
          ))}
        </Text>
      )}
      <RenderActions render={render} />
    </>
  );
}

/** What a render that is shown, alone or compared, can be used for. */
export function RenderActions({ render: { renderId } }: { render: RenderSummary }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  return (
    <Group gap="2xs" mt="xs">
      <Button
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => start(() => exportRender(studio, renderId))}
      >
        {t('render.export')}
      </Button>
      <Button
        variant="default"
        leftSection={<IconRestore size={14} aria-hidden />}
        onClick={() => restore(studio, renderId)}
      >
        {t('history.restore')}
      </Button>
    </Group>
  );
}

/** The scores in one line, such as "Text similarity (TCLIP) 0.2871; ...". */
function scoreLine(render: RenderSummary, t: TFunction): string {
  return SCORE_NAMES.flatMap((name) => {
    const value = scoreOf(render, name);
    return value === null ? [] : [`${t(`scores.names.${name}`)} ${value.toFixed(SCORES[name].digits)}`];
  }).join('; ');
}
