/** Other ways to render: several variations at once and, for users with a farm, elsewhere than by default. */
import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { MAX_VARIATIONS } from '../../../electron/contract/render-record.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { startRender, startVariations, variationCount } from '../actions/actions.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { IconButton, Keys } from '../widgets/icon-button.tsx';

const COUNTS = Array.from({ length: MAX_VARIATIONS - 1 }, (_, index) => index + 2);

export function MoreRenders({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const farms = useStudio((state) => state.farms);
  const usual = useStudio((state) => variationCount(state.settings.editor));
  const renderOn = (place: string | null) => start(() => startRender(studio, { renderOn: place }));
  return (
    <DropdownMenu position="bottom-end">
      <Menu.Target>
        <IconButton size={36} variant="filled" color="brand" disabled={disabled} label={t('render.more')}>
          <IconChevronDown size={16} aria-hidden />
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('render.severalSeeds')}</Menu.Label>
        {COUNTS.map((count) => (
          <Menu.Item
            key={count}
            rightSection={count === usual ? <Keys action="render.variations" /> : null}
            onClick={() => start(() => startVariations(studio, count))}
          >
            {t('render.variations', { count })}
          </Menu.Item>
        ))}
        {farms.length > 0 && (
          <>
            <Menu.Label>{t('farm.renderOn')}</Menu.Label>
            <Menu.Item onClick={() => renderOn(null)}>{t('farm.here')}</Menu.Item>
            {farms.map(({ name }) => (
              <Menu.Item key={name} onClick={() => renderOn(name)}>
                {name}
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </DropdownMenu>
  );
}
