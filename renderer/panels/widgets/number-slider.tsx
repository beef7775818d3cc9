/** A slider with a number field. A drag previews immediately and becomes one step of the history when it ends. */
import { Box, Group, NumberInput, Slider } from '@mantine/core';
import { useTypedNumber } from './number-field.tsx';
import { useKeysTogether } from './use-keys-together.ts';

export function NumberSlider({
  label,
  value,
  min,
  max,
  most = max,
  step,
  isDisabled = false,
  onDraft,
  onCommit,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  /** The largest number that can be typed, if beyond the slider's range. */
  most?: number | undefined;
  step: number;
  isDisabled?: boolean;
  /** Called during a drag. */
  onDraft?: (value: number) => void;
  onCommit: (value: number) => void;
}) {
  const { draft, setDraft, field } = useTypedNumber({ value, min, max: most, onCommit });
  const { commit, handlers } = useKeysTogether(onCommit);
  const decimals = step < 1 ? 2 : 0;
  return (
    <Group gap="sm" wrap="nowrap">
      <Box flex={1} {...handlers}>
        <Slider
          min={min}
          max={max}
          step={step}
          value={Math.min(draft, max)}
          onChange={(next) => {
            setDraft(next);
            onDraft?.(next);
          }}
          onChangeEnd={(next) => commit(Number(next.toFixed(decimals)))}
          label={null}
          thumbLabel={label}
          disabled={isDisabled}
        />
      </Box>
      <NumberInput
        size="xs"
        w={70}
        aria-label={label}
        min={min}
        max={most}
        step={step}
        decimalScale={decimals}
        clampBehavior="blur"
        disabled={isDisabled}
        {...field}
      />
    </Group>
  );
}
