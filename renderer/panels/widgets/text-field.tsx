/** A text field that commits one step of the history: on blur, on Enter, or after a pause. */
import { Textarea, TextInput } from '@mantine/core';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import { ControlHead } from './control-head.tsx';
import { committedField, whenNeeded } from './typing.ts';

const REST_MS = 1500;

export interface TextFieldProps {
  readonly label: string;
  /** What to write. */
  readonly help?: string;
  readonly value: string;
  readonly maxLength: number;
  readonly isMultiline?: boolean;
  /** Shown while it is empty. */
  readonly placeholder?: string;
  readonly onCommit: (value: string) => void;
}

export function TextField({
  label,
  help,
  value,
  maxLength,
  isMultiline = false,
  placeholder,
  onCommit,
}: TextFieldProps) {
  const id = useId();
  const [draft, setDraft] = useState(value);
  const isDirty = useRef(false);
  const latest = useRef({ draft, onCommit });
  latest.current = { draft, onCommit };

  // Show changes from elsewhere (undo, another window), but never over the text being typed.
  useEffect(() => {
    if (!isDirty.current) setDraft(value);
  }, [value]);

  const commit = useCallback(() => {
    if (!isDirty.current) return;
    isDirty.current = false;
    latest.current.onCommit(latest.current.draft);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every letter restarts the pause.
  useEffect(() => {
    const timer = setTimeout(commit, REST_MS);
    return () => clearTimeout(timer);
  }, [draft, commit]);
  useEffect(() => {
    const end = whenNeeded(commit);
    return () => {
      end();
      commit();
    };
  }, [commit]);

  const shared = {
    size: 'xs',
    id,
    value: draft,
    maxLength,
    placeholder,
    ...committedField(draft === value),
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => {
      // Typed and taken back: then undoing the scene's last step may change it.
      isDirty.current = currentTarget.value !== value;
      setDraft(currentTarget.value);
    },
    onBlur: commit,
  } as const;
  return (
    <div>
      <ControlHead name={label} help={help} htmlFor={id} />
      {isMultiline ? (
        <Textarea {...shared} autosize minRows={1} maxRows={4} />
      ) : (
        <TextInput {...shared} onKeyDown={({ key }) => key === 'Enter' && commit()} />
      )}
    </div>
  );
}
