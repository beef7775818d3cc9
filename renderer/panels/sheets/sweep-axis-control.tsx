/** One axis of a sweep: its parameter, a range with a number of values, and the values, which can be typed. */
import { Group, NumberInput, RangeSlider, Select, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { MAX_SWEEP_VALUES, SWEEP_PARAMETERS, type SweepParameter } from '../../../electron/contract/sweep.ts';
import {
  endsOf,
  parseValues,
  seedsFrom,
  sweepRange,
  valuesBetween,
  withCount,
} from '../../editor/sweep-axis.ts';
import { useSweepNames } from '../widgets/sweep-names.ts';

/** An axis as it is edited. */
export interface EditedAxis {
  readonly parameter: SweepParameter;
  /** Numbers separated by commas. */
  readonly text: string;
}

const USUAL_COUNT = 3;

export function textOf(values: readonly number[]): string {
  return values.join(', ');
}

/** An axis over the whole range of a parameter; for seeds, from the scene's own upwards. */
export function usualAxis(parameter: SweepParameter, seed: number): EditedAxis {
  const values =
    parameter === 'seed' ? seedsFrom(seed, USUAL_COUNT) : withCount(undefined, USUAL_COUNT, parameter);
  return { parameter, text: textOf(values) };
}

export function SweepAxisControl({
  which,
  axis: { parameter, text },
  onParameter,
  onText,
}: {
  which: 'x' | 'y';
  axis: EditedAxis;
  onParameter: (parameter: SweepParameter) => void;
  onText: (text: string) => void;
}) {
  const { t } = useTranslation();
  const { ofParameter, inFull } = useSweepNames();
  const range = sweepRange(parameter);
  const values = parseValues(text, parameter);
  const ends = endsOf(values, range);
  const count = values?.length ?? USUAL_COUNT;
  return (
    <Stack gap="2xs" role="group" aria-label={t(`sweep.axes.${which}`)}>
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <Select
          flex={1}
          size="xs"
          label={t(`sweep.axes.${which}`)}
          allowDeselect={false}
          value={parameter}
          data={SWEEP_PARAMETERS.map((value) => ({ value, label: inFull(value) }))}
          onChange={(next) => next !== null && onParameter(next)}
        />
        <NumberInput
          size="xs"
          w={72}
          label={t('sweep.count')}
          min={1}
          max={MAX_SWEEP_VALUES}
          clampBehavior="strict"
          allowDecimal={false}
          value={count}
          onChange={(next) =>
            typeof next === 'number' && next !== count && onText(textOf(withCount(values, next, parameter)))
          }
        />
      </Group>
      <RangeSlider
        my="2xs"
        min={range.min}
        max={range.max}
        step={range.step}
        minRange={0}
        value={ends}
        label={(value) => value}
        thumbFromLabel={t('sweep.from', { name: ofParameter(parameter) })}
        thumbToLabel={t('sweep.to', { name: ofParameter(parameter) })}
        onChange={([from, to]) => onText(textOf(valuesBetween(from, to, count, range)))}
      />
      <TextInput
        size="xs"
        label={t(`sweep.values.${which}`)}
        value={text}
        error={values ? null : t('sweep.invalid', { most: MAX_SWEEP_VALUES })}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
      />
    </Stack>
  );
}
