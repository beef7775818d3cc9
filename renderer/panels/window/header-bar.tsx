/** The bar at the top: project, undo, render, and buttons for the sheets. */
import { ActionIcon, Button, Group, Menu, Popover, Text, Title, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBox,
  IconChevronDown,
  IconDownload,
  IconHelp,
  IconInfoCircle,
  IconPlayerPlay,
  IconSettings,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { missingParts } from '../../editor/next-action.ts';
import { canUndoNow } from '../../session/cut-outs.ts';
import { useEditor } from '../../session/editor-store.ts';
import { sampleNames } from '../../session/sample-names.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { renderToExport, useStudio } from '../../session/studio-store.ts';
import { runAction, startRender } from '../actions/actions.ts';
import { useWarnings, WarningList } from '../flow/warning-list.tsx';
import { labelInLanguage } from '../texts/change-labels.ts';
import { BrandMark } from '../widgets/brand-mark.tsx';
import { DropdownMenu, useEscape } from '../widgets/dropdown.tsx';
import { IconButton, Keys } from '../widgets/icon-button.tsx';
import { renderName } from '../widgets/render-name.ts';
import { MoreRenders } from './more-renders.tsx';

/** Always visible: exports the render on the canvas, or the newest one. */
function ExportButtons() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const shownId = useEditor((state) => state.shownRenderId);
  const render = useStudio((state) => renderToExport(state, shownId));
  return (
    <Button.Group>
      <Tooltip
        label={
          render ? (
            <>
              {t('render.exportOf', { name: renderName(render) })} <Keys action="render.export" />
            </>
          ) : (
            t('render.exportNothing')
          )
        }
      >
        <Button
          size="sm"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          // Without the disabled attribute, so that the tooltip can show what is missing.
          data-disabled={!render}
          aria-disabled={!render}
          onClick={() => runAction(studio, 'render.export')}
        >
          {t('render.exportShort')}
        </Button>
      </Tooltip>
      <Tooltip
        label={
          <>
            {t('export.more')} <Keys action="render.exportAs" />
          </>
        }
      >
        <Button
          size="sm"
          variant="default"
          px="xs"
          aria-label={t('export.more')}
          aria-haspopup="dialog"
          data-disabled={!render}
          aria-disabled={!render}
          onClick={() => runAction(studio, 'render.exportAs')}
        >
          <IconChevronDown size={16} aria-hidden />
        </Button>
      </Tooltip>
    </Button.Group>
  );
}

/** Undo and redo with the step they affect, and whether everything is saved: they change with every stroke. */
function HistoryButtons() {
  const { t, i18n } = useTranslation();
  const studio = useStudioActions();
  const undoLabel = useStudio((state) => state.project?.state.history.undoLabel);
  const redoLabel = useStudio((state) => state.project?.state.history.redoLabel);
  const cutOut = useEditor((state) => state.cutOut);
  const canUndo = useStudio(({ project }) => project !== null && canUndoNow(project, cutOut));
  const canRedo = useStudio((state) => state.project?.canRedo ?? false);
  return (
    <>
      <IconButton
        label={undoLabel ? `${t('app.undo')}: ${labelInLanguage(undoLabel, i18n.language)}` : t('app.undo')}
        action="edit.undo"
        disabled={!canUndo}
        onClick={() => runAction(studio, 'edit.undo')}
      >
        <IconArrowBackUp size={18} aria-hidden />
      </IconButton>
      <IconButton
        label={redoLabel ? `${t('app.redo')}: ${labelInLanguage(redoLabel, i18n.language)}` : t('app.redo')}
        action="edit.redo"
        disabled={!canRedo}
        onClick={() => studio.session.redo()}
      >
        <IconArrowForwardUp size={18} aria-hidden />
      </IconButton>
    </>
  );
}

function SaveState() {
  const { t } = useTranslation();
  const isReadOnly = useStudio((state) => state.project?.state.isReadOnly ?? false);
  const isSaving = useStudio((state) => (state.project?.pending ?? 0) > 0);
  return (
    <Text size="xs" c="dimmed" role="status" className="save-state">
      {isReadOnly ? t('app.readOnly') : isSaving ? t('app.saving') : t('app.saved')}
    </Text>
  );
}

/** Beside Render, before it is pressed. */
function Warnings() {
  const { t } = useTranslation();
  const { length: count } = useWarnings();
  const [isOpen, setOpen] = useState(false);
  useEscape(isOpen, () => setOpen(false));
  if (count === 0) return null;
  return (
    <Popover
      width={340}
      position="bottom-end"
      withArrow
      trapFocus
      returnFocus
      opened={isOpen}
      onChange={setOpen}
    >
      <Popover.Target>
        <ActionIcon
          variant="light"
          color="orange"
          size={30}
          aria-label={t('warnings.count', { count })}
          onClick={() => setOpen(!isOpen)}
        >
          <IconAlertTriangle size={18} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <WarningList />
      </Popover.Dropdown>
    </Popover>
  );
}

export function HeaderBar() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const name = useStudio((state) => state.project?.state.name);
  const isComplete = useStudio(
    ({ project }) => project !== null && missingParts(project.document).length === 0,
  );
  if (name === undefined) return <header className="header-bar" />;
  const open = (sheet: 'settings' | 'help' | 'models' | 'about' | 'projects') =>
    useEditor.setState((before) => ({ sheet: before.sheet === sheet ? null : sheet }));
  return (
    <header className="header-bar">
      <BrandMark sidePx={26} />
      <Title order={1} size="h5" className="brand">
        {t('app.name')}
      </Title>
      <DropdownMenu position="bottom-start" width={220}>
        <Menu.Target>
          <Button variant="subtle" color="gray" rightSection={<IconChevronDown size={14} aria-hidden />}>
            <Text span size="sm" fw={600} truncate maw={260}>
              {name}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            rightSection={<Keys action="project.new" />}
            onClick={() => runAction(studio, 'project.new')}
          >
            {t('project.new')}
          </Menu.Item>
          <Menu.Item rightSection={<Keys action="project.open" />} onClick={() => open('projects')}>
            {t('project.recent')}
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              start(() =>
                studio.projects.open(() =>
                  studio.client.call('project.openSample', { names: sampleNames() }),
                ),
              )
            }
          >
            {t('project.openSample')}
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              start(() =>
                studio.projects.open(() =>
                  studio.client.call('project.duplicate', { projectId: studio.projectId }),
                ),
              )
            }
          >
            {t('project.duplicate')}
          </Menu.Item>
        </Menu.Dropdown>
      </DropdownMenu>
      <Group gap="2xs" wrap="nowrap">
        <HistoryButtons />
        <SaveState />
      </Group>
      <Group gap="2xs" ml="auto" wrap="nowrap">
        {/* First, so that the button that is about to be pressed does not move. */}
        <Warnings />
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          rightSection={<Keys action="render.start" />}
          disabled={!isComplete}
          onClick={() => start(() => startRender(studio))}
        >
          {t('render.start')}
        </Button>
        <MoreRenders disabled={!isComplete} />
        <ExportButtons />
        <IconButton label={t('app.models')} onClick={() => open('models')}>
          <IconBox size={18} aria-hidden />
        </IconButton>
        <IconButton label={t('app.help')} action="app.help" onClick={() => open('help')}>
          <IconHelp size={18} aria-hidden />
        </IconButton>
        <IconButton label={t('app.settings')} action="app.settings" onClick={() => open('settings')}>
          <IconSettings size={18} aria-hidden />
        </IconButton>
        <IconButton label={t('app.about')} onClick={() => open('about')}>
          <IconInfoCircle size={18} aria-hidden />
        </IconButton>
      </Group>
    </header>
  );
}
