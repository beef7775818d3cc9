/** One render in the searchable list: picture, name, time, device, parameters and actions. */

import { Button, Checkbox, Group, Text, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconPlayerStop,
  IconRestore,
  IconStar,
  IconStarFilled,
} from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { RenderChange, RenderEntry } from '../../../electron/contract/render-record.ts';
import { useEditor } from '../../session/editor-store.ts';
import { failureSentence } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { IconButton } from '../widgets/icon-button.tsx';
import { durationOf, timeOf } from '../widgets/locale.ts';
import { renderName } from '../widgets/render-name.ts';
import { captionOfRender } from './caption-words.ts';
import { dragOut } from './compare-frames.ts';
import { RenderMenu, restore } from './render-menu.tsx';

export function HistoryRow({
  render,
  change,
  isTile,
  isMarked,
  onMark,
}: {
  render: RenderEntry;
  /** How it differs from the one before it, once that is read. */
  change: RenderChange | undefined;
  /** In a grid: the picture, the name, and what differs alone. */
  isTile: boolean;
  isMarked: boolean;
  onMark: (isMarked: boolean) => void;
}) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const isShown = useEditor((state) => state.shownRenderId === render.renderId);
  const { renderId, state, result, isStarred, isDeleted, totalMs, createdAt, device, error } = render;
  const name = renderName(render);
  const picture = render.thumbnail ?? result;
  const caption = captionOfRender(render, change, t);
  const ofRender = { projectId: studio.projectId, renderId };
  const made = [
    render.name === null ? null : timeOf(createdAt),
    totalMs !== null && totalMs > 0 ? t('history.took', { time: durationOf(totalMs) }) : null,
    device,
  ].filter((part) => part !== null);
  return (
    <li className="history-row" data-tile={isTile} data-shown={isShown}>
      <Checkbox
        size="xs"
        aria-label={t('history.mark', { name })}
        checked={isMarked}
        disabled={isDeleted}
        onChange={({ currentTarget }) => onMark(currentTarget.checked)}
      />
      <UnstyledButton
        className="frame-picture"
        aria-label={t('history.open', { name })}
        aria-pressed={isShown}
        disabled={result === null || isDeleted}
        onClick={() => studio.renders.show(render)}
        draggable={result !== null}
        onDragStart={(event) => dragOut(studio, render, event)}
      >
        {picture ? (
          <img src={studio.assetUrl(picture)} alt="" draggable={false} />
        ) : (
          <span className="frame-state" data-state={state}>
            {state === 'failed' ? (
              <IconAlertTriangle size={20} aria-hidden />
            ) : (
              <IconPlayerStop size={20} aria-hidden />
            )}
            <Text size="xs">{t(`history.state.${state}`)}</Text>
          </span>
        )}
      </UnstyledButton>
      <div className="history-text">
        <Text size={isTile ? 'xs' : 'sm'} fw={600} truncate title={name}>
          {name}
        </Text>
        {isTile && (
          <Text
            size="xs"
            c="dimmed"
            truncate
            className="history-caption"
            title={`${caption.long}\n${parameterLine(render, t)}`.trim()}
          >
            {caption.short}
          </Text>
        )}
        {!isTile && (
          <>
            <Text size="xs" c="dimmed">
              {made.join(' · ')}
            </Text>
            <Text size="xs" lineClamp={2}>
              {error ? failureSentence(error) : parameterLine(render, t)}
            </Text>
            {render.prompt !== '' && (
              <Text size="xs" c="dimmed" truncate title={render.prompt}>
                {render.prompt}
              </Text>
            )}
          </>
        )}
      </div>
      {isDeleted ? (
        <Button
          variant="default"
          onClick={() => start(() => studio.client.call('renders.undelete', ofRender))}
        >
          {t('history.undelete')}
        </Button>
      ) : (
        <Group gap={0} wrap="nowrap">
          <IconButton
            size="sm"
            label={`${t(isStarred ? 'history.unstar' : 'history.star')}: ${name}`}
            aria-pressed={isStarred}
            onClick={() =>
              start(() => studio.client.call('renders.star', { ...ofRender, isStarred: !isStarred }))
            }
          >
            {isStarred ? <IconStarFilled size={14} aria-hidden /> : <IconStar size={14} aria-hidden />}
          </IconButton>
          <IconButton
            size="sm"
            label={`${t('history.restore')}: ${name}`}
            onClick={() => restore(studio, renderId)}
          >
            <IconRestore size={14} aria-hidden />
          </IconButton>
          <RenderMenu render={render} size="sm" />
        </Group>
      )}
    </li>
  );
}

/** The picture's parameters in one line, such as "my cat Appearance 0.15, my guitar Appearance 0.3; Suppression 0.8; Steps 25; Seed 7". */
function parameterLine({ concepts, parameters }: RenderEntry, t: TFunction): string {
  if (parameters === null) return '';
  return [
    concepts.map(({ name, alpha }) => `${name} ${t('parameters.short.alpha')} ${alpha}`).join(', '),
    `${t('parameters.short.beta')} ${parameters.beta}`,
    `${t('parameters.steps.name')} ${parameters.steps}`,
    `${t('parameters.seed.name')} ${parameters.seed}`,
  ].join('; ');
}
