/** The actions of a render, as a menu. */
import { ActionIcon, Button, Group, Menu, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import i18next from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RenderSummary } from '../../../electron/contract/render-record.ts';
import { useEditor } from '../../session/editor-store.ts';
import type { Studio } from '../../session/studio.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { copyRender, exportRender } from '../actions/export-render.ts';
import { openScores } from '../actions/score-renders.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { renderName } from '../widgets/render-name.ts';
import { beginComparing, compareShownWith } from './compare-frames.ts';

export function RenderMenu({ render, size = 'xs' }: { render: RenderSummary; size?: 'xs' | 'sm' }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const shownId = useEditor((state) => state.shownRenderId);
  const [isNaming, setNaming] = useState(false);
  const name = renderName(render);
  const { renderId, result } = render;
  const ofRender = { projectId: studio.projectId, renderId };
  return (
    <>
      <DropdownMenu position="top-end">
        <Menu.Target>
          <ActionIcon size={size} variant="subtle" color="gray" aria-label={t('history.actions', { name })}>
            <IconDots size={12} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {shownId !== null && shownId !== renderId && result !== null && (
            <Menu.Item onClick={() => compareShownWith(studio, render)}>{t('history.compare')}</Menu.Item>
          )}
          {result !== null && (
            <Menu.Item onClick={() => beginComparing(studio, render)}>{t('history.compareWith')}</Menu.Item>
          )}
          <Menu.Item onClick={() => restore(studio, renderId)}>{t('history.restore')}</Menu.Item>
          {result !== null && (
            <>
              <Menu.Item onClick={() => start(() => exportRender(studio, renderId))}>
                {t('render.export')}
              </Menu.Item>
              <Menu.Item onClick={() => useEditor.setState({ exporting: [render] })}>
                {t('export.as')}
              </Menu.Item>
              <Menu.Item onClick={() => openScores(studio, [render])}>{t('scores.title')}</Menu.Item>
              <Menu.Item onClick={() => start(() => copyRender(studio, result))}>
                {t('export.copy')}
              </Menu.Item>
            </>
          )}
          <Menu.Item onClick={() => setNaming(true)}>{t('history.rename')}</Menu.Item>
          <Menu.Item className="danger" onClick={() => remove(studio, renderId)}>
            {t('history.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </DropdownMenu>
      <NameDialog
        isOpen={isNaming}
        name={render.name ?? ''}
        onClose={() => setNaming(false)}
        onName={(next) => start(() => studio.client.call('renders.name', { ...ofRender, name: next }))}
      />
    </>
  );
}

export function restore(studio: Studio, renderId: string): void {
  studio.session.run((projectId) => studio.client.call('project.restoreRender', { projectId, renderId }));
  useEditor.setState({ shownRenderId: null, comparedRenderId: null });
}

/** Deletes a render and offers to undo that. */
function remove(studio: Studio, renderId: string): void {
  const ofRender = { projectId: studio.projectId, renderId };
  start(async () => {
    await studio.client.call('renders.delete', ofRender);
    const id = notifications.show({
      autoClose: 12_000,
      closeButtonProps: { 'aria-label': i18next.t('app.close') },
      message: (
        <Group justify="space-between" wrap="nowrap">
          {i18next.t('history.deleted')}
          <Button
            variant="light"
            onClick={() => {
              notifications.hide(id);
              start(() => studio.client.call('renders.undelete', ofRender));
            }}
          >
            {i18next.t('app.undo')}
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
          label={t('history.renderName')}
          defaultValue={name}
          maxLength={200}
          data-autofocus
        />
        <Group gap="xs" mt="sm" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit">{t('history.rename')}</Button>
        </Group>
      </form>
    </Dialog>
  );
}
