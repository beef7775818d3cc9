/** Buttons that hide and show the panels around the canvas. */
import { Group } from '@mantine/core';
import {
  IconLayoutBottombar,
  IconLayoutSidebar,
  IconLayoutSidebarRight,
  type TablerIcon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../../editor/shortcuts.ts';
import { type PanelName, useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { runAction } from '../actions/actions.ts';
import { IconButton } from '../widgets/icon-button.tsx';

const TOGGLES: readonly { name: PanelName; action: ActionName; icon: TablerIcon }[] = [
  { name: 'scene', action: 'view.scenePanel', icon: IconLayoutSidebar },
  { name: 'history', action: 'view.history', icon: IconLayoutBottombar },
  { name: 'inspector', action: 'view.inspector', icon: IconLayoutSidebarRight },
];

export function PanelToggles() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const hidden = useEditor((state) => state.hiddenPanels);
  return (
    <Group gap="2xs" wrap="nowrap">
      {TOGGLES.map(({ name, action, icon: Icon }) => (
        <IconButton
          key={name}
          size="sm"
          label={t(`actions.${action}`)}
          action={action}
          aria-pressed={!hidden.includes(name)}
          onClick={() => runAction(studio, action)}
        >
          <Icon size={16} aria-hidden />
        </IconButton>
      ))}
    </Group>
  );
}
