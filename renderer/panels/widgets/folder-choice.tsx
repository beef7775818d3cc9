/** Chooses a folder of the host: with the system's dialog or, in a browser tab, by typing its path. */
import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

export function FolderChoice({
  title,
  label,
  action,
  disabled = false,
  onChoose,
}: {
  /** Title of the dialog. */
  title: string;
  /** Label of the field for the path. */
  label: string;
  /** Label of the button. */
  action: string;
  disabled?: boolean;
  onChoose: (folder: string) => Promise<unknown>;
}) {
  const studio = useStudioActions();
  const hasDialogs = useStudio((state) => state.info?.hasNativeDialogs ?? false);
  const [typed, setTyped] = useState('');
  const ask = async () => {
    const { path } = await studio.client.call('dialog.chooseFolder', { title });
    if (path !== null) await onChoose(path);
  };
  if (hasDialogs) {
    return (
      <Button variant="default" mt="2xs" disabled={disabled} onClick={() => start(ask)}>
        {action}
      </Button>
    );
  }
  return (
    <Group
      component="form"
      gap="2xs"
      mt="2xs"
      align="flex-end"
      wrap="nowrap"
      onSubmit={(event) => {
        event.preventDefault();
        start(async () => {
          await onChoose(typed.trim());
          // A refused path stays, so that the user can correct it.
          setTyped('');
        });
      }}
    >
      <TextInput
        size="xs"
        flex={1}
        label={label}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Button type="submit" variant="default" flex="none" disabled={disabled || typed.trim() === ''}>
        {action}
      </Button>
    </Group>
  );
}
