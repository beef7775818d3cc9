/** Detection options: the confidence thresholds, and which models the pack uses. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Capabilities } from '../../../electron/contract/preparation.ts';
import { PREPARE_DEFAULTS } from '../../session/prepare-settings.ts';
import { LabelledControl } from '../widgets/labelled-control.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';
import { MoreOptions } from './more-options.tsx';
import { usePrepareSettings } from './use-prepare-settings.ts';

export function FindOptions({
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
    <MoreOptions label={t('prepare.findOptions')}>
      <Text size="xs" c="dimmed">
        {t(`prepare.findBy.${findMaskBy ?? 'none'}`)} {t(`prepare.selectBy.${selectMaskBy}`)}
      </Text>
      {findMaskBy !== null && threshold('boxThreshold')}
      {textThreshold && threshold('textThreshold')}
    </MoreOptions>
  );
}
