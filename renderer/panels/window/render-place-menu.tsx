/** Renders the scene elsewhere than by default, for users with a farm. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { startRender } from '../actions/actions.ts';

export function RenderPlaceMenu({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const farms = useStudio((state) => state.farms);
  if (farms.length === 0) return null;
  const renderOn = (place: string | null) => start(() => startRender(studio, { renderOn: place }));
  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-end" returnFocus>
      <Menu.Target>
        <ActionIcon size={36} disabled={disabled} aria-label={t('farm.renderOn')}>
          <IconChevronDown size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('farm.renderOn')}</Menu.Label>
        <Menu.Item onClick={() => renderOn(null)}>{t('farm.here')}</Menu.Item>
        {farms.map(({ name }) => (
          <Menu.Item key={name} onClick={() => renderOn(name)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
