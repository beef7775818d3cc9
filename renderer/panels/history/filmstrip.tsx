/** Every render, the newest first; a click shows it, its menu does the rest. */
import {
  ActionIcon,
  Button,
  Group,
  Loader,
  Menu,
  ScrollArea,
  Text,
  TextInput,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconDots, IconPlayerStop, IconStar, IconStarFilled } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { Dialog } from '../app/dialog.tsx';
import { IconButton } from '../app/icon-button.tsx';
import { useEditor } from '../state/editor-store.ts';
import type { Studio } from '../state/studio.ts';
import { start, useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';
import { Differences } from './differences.tsx';
import { exportRender } from './export-render.ts';
import { RenderDetails } from './render-details.tsx';
import { durationOf, renderName } from './render-name.ts';

export function Filmstrip() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const renders = useStudio((state) => state.renders);
  const cursor = useStudio((state) => state.rendersCursor);
  const onlyStarred = useStudio((state) => state.onlyStarred);
  const shownId = useEditor((state) => state.shownRenderId);
  const comparedId = useEditor((state) => state.comparedRenderId);
  const shown = renders.find(({ renderId }) => renderId === shownId);
  const compared = renders.find(({ renderId }) => renderId === comparedId);
  const toggleStarred = () =>
    start(async () => {
      useStudio.setState({ onlyStarred: !onlyStarred });
      await studio.loadRenders(true);
    });
  return (
    <section className="filmstrip" aria-labelledby="history-title">
      <div className="filmstrip-head">
        <Title order={2} size="h6" id="history-title">
          {t('history.title')}
        </Title>
        <Button
          variant={onlyStarred ? 'light' : 'subtle'}
          color="gray"
          aria-pressed={onlyStarred}
          leftSection={<IconStar size={14} aria-hidden />}
          onClick={toggleStarred}
        >
          {t('history.onlyStarred')}
        </Button>
      </div>
      <ScrollArea
        type="auto"
        offsetScrollbars="x"
        className="filmstrip-scroll"
        viewportProps={{ tabIndex: -1 }}
      >
        {renders.length === 0 ? (
          <Text size="sm" c="dimmed" py="md">
            {t('history.empty')}
          </Text>
        ) : (
          <ul className="frames">
            {renders.map((render) => (
              <Frame key={render.renderId} render={render} isShown={render.renderId === shownId} />
            ))}
            {cursor !== null && (
              <li>
                <Button
                  variant="subtle"
                  color="gray"
                  h={84}
                  onClick={() => start(() => studio.loadRenders(false))}
                >
                  {t('history.more')}
                </Button>
              </li>
            )}
          </ul>
        )}
      </ScrollArea>
      {shown && (
        <div className="render-info">
          {compared ? <Differences a={compared} b={shown} /> : <RenderDetails render={shown} />}
        </div>
      )}
    </section>
  );
}

function Frame({ render, isShown }: { render: RenderSummary; isShown: boolean }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const shownId = useEditor((state) => state.shownRenderId);
  const [isNaming, setNaming] = useState(false);
  const name = renderName(render);
  const { renderId, state, isStarred, thumbnail, result } = render;
  const picture = thumbnail ?? result;
  const ofRender = { projectId: studio.projectId, renderId };
  const show = () =>
    result !== null && useEditor.setState({ shownRenderId: renderId, comparedRenderId: null });
  return (
    <li className="frame" data-shown={isShown}>
      <UnstyledButton
        className="frame-picture"
        aria-label={`${t('history.open', { name })}${state === 'done' ? '' : `, ${t(`history.state.${state}`)}`}`}
        aria-pressed={isShown}
        disabled={result === null}
        onClick={show}
      >
        {picture ? (
          <img src={studio.assetUrl(picture)} alt="" />
        ) : (
          <span className="frame-state" data-state={state}>
            {state === 'failed' && <IconAlertTriangle size={20} aria-hidden />}
            {state === 'cancelled' && <IconPlayerStop size={20} aria-hidden />}
            {(state === 'running' || state === 'queued') && <Loader size="xs" />}
            <Text size="xs">{t(`history.state.${state}`)}</Text>
          </span>
        )}
      </UnstyledButton>
      <Group gap={0} wrap="nowrap" justify="space-between">
        <Text size="xs" truncate className="frame-name" title={name}>
          {render.name ??
            (render.totalMs === null ? t(`history.state.${state}`) : durationOf(render.totalMs))}
        </Text>
        <Group gap={0} wrap="nowrap">
          <IconButton
            size="xs"
            label={`${t(isStarred ? 'history.unstar' : 'history.star')}: ${name}`}
            aria-pressed={isStarred}
            onClick={() =>
              start(() => studio.client.call('renders.star', { ...ofRender, isStarred: !isStarred }))
            }
          >
            {isStarred ? <IconStarFilled size={12} aria-hidden /> : <IconStar size={12} aria-hidden />}
          </IconButton>
          <Menu withInitialFocusPlaceholder={false} position="top-end" returnFocus>
            <Menu.Target>
              <ActionIcon size="xs" variant="subtle" color="gray" aria-label={t('history.actions', { name })}>
                <IconDots size={12} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {shownId !== null && shownId !== renderId && result !== null && (
                <Menu.Item
                  onClick={() => useEditor.setState({ comparedRenderId: renderId, comparisonMode: 'slider' })}
                >
                  {t('history.compare')}
                </Menu.Item>
              )}
              <Menu.Item onClick={() => restore(studio, renderId)}>{t('history.restore')}</Menu.Item>
              {result !== null && (
                <>
                  <Menu.Item onClick={() => start(() => exportRender(studio, renderId, 'png'))}>
                    {t('render.export')}
                  </Menu.Item>
                  <Menu.Item onClick={() => start(() => exportRender(studio, renderId, 'layered'))}>
                    {t('render.exportLayered')}
                  </Menu.Item>
                </>
              )}
              <Menu.Item onClick={() => setNaming(true)}>{t('history.rename')}</Menu.Item>
              <Menu.Item className="danger" onClick={() => remove(studio, renderId, t)}>
                {t('history.delete')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <NameDialog
        isOpen={isNaming}
        name={render.name ?? ''}
        onClose={() => setNaming(false)}
        onName={(next) => start(() => studio.client.call('renders.name', { ...ofRender, name: next }))}
      />
    </li>
  );
}

function restore(studio: Studio, renderId: string): void {
  studio.session.run((projectId) => studio.client.call('project.restoreRender', { projectId, renderId }));
  useEditor.setState({ shownRenderId: null, comparedRenderId: null });
}

/** Deletes a render and offers to take that back. */
function remove(studio: Studio, renderId: string, t: ReturnType<typeof useTranslation>['t']): void {
  const ofRender = { projectId: studio.projectId, renderId };
  start(async () => {
    await studio.client.call('renders.delete', ofRender);
    const id = notifications.show({
      autoClose: 12_000,
      closeButtonProps: { 'aria-label': t('app.close') },
      message: (
        <Group justify="space-between" wrap="nowrap">
          {t('history.deleted')}
          <Button
            variant="light"
            onClick={() => {
              notifications.hide(id);
              start(() => studio.client.call('renders.undelete', ofRender));
            }}
          >
            {t('app.undo')}
          </Button>
        </Group>
      ),
    });
  });
}

function NameDialog({
  isOpen,
  name,
  onClose,
  onName,
}: {
  isOpen: boolean;
  name: string;
  onClose: () => void;
  onName: (name: string | null) => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog opened={isOpen} onClose={onClose} title={t('history.rename')} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const next = String(new FormData(event.currentTarget).get('name') ?? '').trim();
          onName(next === '' ? null : next);
          onClose();
        }}
      >
        <TextInput
          name="name"
          aria-label={t('history.rename')}
          defaultValue={name}
          maxLength={200}
          data-autofocus
        />
      </form>
    </Dialog>
  );
}
