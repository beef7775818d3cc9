/** Options for removing objects: the margin around the masks, and the filler. */
import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RemovalMethod } from '../../../electron/contract/preparation.ts';
import { PREPARE_DEFAULTS } from '../../session/prepare-settings.ts';
import { LabelledControl } from '../widgets/labelled-control.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';
import { MoreOptions } from './more-options.tsx';
import { usePrepareSettings } from './use-prepare-settings.ts';

export function RemovalOptions({ methods }: { methods: readonly RemovalMethod[] }) {
  const { t } = useTranslation();
  const [{ growPx, method }, change] = usePrepareSettings();
  const shown = methods.includes(method) ? method : 'auto';
  return (
    <MoreOptions label={t('prepare.removalOptions')}>
      <LabelledControl
        name={t('prepare.growPx')}
        text={t('prepare.growPxHint')}
        isDefault={growPx === PREPARE_DEFAULTS.growPx}
        defaultText={String(PREPARE_DEFAULTS.growPx)}
        onReset={() => change({ growPx: PREPARE_DEFAULTS.growPx })}
      >
        <NumberSlider
          label={t('prepare.growPx')}
          value={growPx}
          min={0}
          max={64}
          step={1}
          onCommit={(value) => change({ growPx: value })}
        />
      </LabelledControl>
      <LabelledControl
        name={t('prepare.method')}
        text={t(`prepare.methodHints.${shown}`)}
        isDefault={shown === PREPARE_DEFAULTS.method}
        defaultText={t(`prepare.methods.${PREPARE_DEFAULTS.method}`)}
        onReset={() => change({ method: PREPARE_DEFAULTS.method })}
      >
        <Select
          size="xs"
          aria-label={t('prepare.method')}
          allowDeselect={false}
          value={shown}
          data={methods.map((value) => ({ value, label: t(`prepare.methods.${value}`) }))}
          onChange={(value) => change({ method: value as RemovalMethod })}
        />
      </LabelledControl>
    </MoreOptions>
  );
}
