/** Detection options: the confidence thresholds, and which models the pack uses. */
import { Stack, Text } from '@mantine/core';
import { IconListSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Capabilities } from '../../../electron/contract/preparation.ts';
import { PREPARE_DEFAULTS } from '../../session/prepare-settings.ts';
import { DropdownPanel } from '../widgets/dropdown.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { LabelledControl } from '../widgets/labelled-control.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';
import { usePrepareSettings } from './use-prepare-settings.ts';

/** A button that opens them. */
export function FindOptions({
  capabilities,
}: {
  /** undefined until the engine has opened the pack. */
  capabilities: Capabilities | undefined;
}) {
  const { t } = useTranslation();
  return (
    <DropdownPanel
      position="bottom-end"
      width={300}
      target={(toggle) => (
        <IconButton
          label={t('prepare.findOptions')}
          variant="default"
          disabled={!capabilities}
          onClick={toggle}
        >
          <IconListSearch size={16} aria-hidden />
        </IconButton>
      )}
    >
      {capabilities && <Options capabilities={capabilities} />}
    </DropdownPanel>
  );
}

function Options({
  capabilities: { findMaskBy, textThreshold, selectMaskBy },
}: {
  capabilities: Capabilities;
}) {
  const { t } = useTranslation();
  const [settings, change] = usePrepareSettings();
  const threshold = (name: 'boxThreshold' | 'textThreshold') => (
    <LabelledControl
      name={t(`prepare.${name}`)}
      text={t(`prepare.${name}Hint`)}
      isDefault={settings[name] === PREPARE_DEFAULTS[name]}
      defaultText={String(PREPARE_DEFAULTS[name])}
      onReset={() => change({ [name]: PREPARE_DEFAULTS[name] })}
    >
      <NumberSlider
        label={t(`prepare.${name}`)}
        value={settings[name]}
        min={0}
        max={1}
        step={0.05}
        onCommit={(value) => change({ [name]: value })}
      />
    </LabelledControl>
  );
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {t(`prepare.findBy.${findMaskBy ?? 'none'}`)} {t(`prepare.selectBy.${selectMaskBy}`)}
      </Text>
      {findMaskBy !== null && threshold('boxThreshold')}
      {textThreshold && threshold('textThreshold')}
    </Stack>
  );
}
