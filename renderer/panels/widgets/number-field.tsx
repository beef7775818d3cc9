/** A number field that commits when it loses the focus, or on Enter. Left empty, it keeps its number. */
import { NumberInput, type NumberInputProps } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { committedField, whenNeeded } from './typing.ts';

export interface TypedNumber {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onCommit: (value: number) => void;
}

/** @returns the props of the field, and what sets its number during a drag elsewhere */
export function useTypedNumber({ value, min, max, onCommit }: TypedNumber) {
  /** A string while it is not a number: empty, or only a sign. */
  const [typed, setTyped] = useState<number | string>(value);
  useEffect(() => setTyped(value), [value]);
  const commit = () => {
    const next = typeof typed === 'number' ? Math.min(Math.max(typed, min), max) : value;
    setTyped(next);
    if (next !== value) onCommit(next);
  };
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => whenNeeded(() => latest.current()), []);
  return {
    /** The number as it is being changed. */
    draft: typeof typed === 'number' ? typed : value,
    setDraft: (next: number) => setTyped(next),
    field: {
      value: typed,
      ...committedField(typed === value),
      onChange: setTyped,
      onBlur: commit,
      onKeyDown: ({ key, currentTarget }: KeyboardEvent<HTMLInputElement>) =>
        key === 'Enter' && currentTarget.blur(),
    },
  };
}

export function NumberField({
  value,
  min,
  max,
  onCommit,
  ...props
}: TypedNumber & Omit<NumberInputProps, keyof TypedNumber | 'onChange' | 'onBlur' | 'onKeyDown'>) {
  const { field } = useTypedNumber({ value, min, max, onCommit });
  return <NumberInput size="xs" clampBehavior="blur" min={min} max={max} {...props} {...field} />;
}
