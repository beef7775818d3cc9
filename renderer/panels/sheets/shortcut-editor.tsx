/** Changes shortcuts: the user presses the new keys; another action with these keys loses them, with a notice. */
import { Button, Group, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconRestore, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../electron/contract/settings.ts';
import {
  type ActionName,
  chordOf,
  chordsOf,
  conflictsOf,
  isFreeChord,
  printedChord,
  SHORTCUTS,
  withChord,
} from '../../editor/shortcuts.ts';
import { changeSettings } from '../../session/editor-settings.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { Chord, IconButton } from '../widgets/icon-button.tsx';

function inWords(chord: string): string {
  return printedChord(chord, false).join('+');
}

export function ShortcutEditor() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const shortcuts = useStudio((state) => state.settings.shortcuts);
  const [waiting, setWaiting] = useState<ActionName | null>(null);
  const [message, setMessage] = useState('');
  const save = (change: (before: Settings['shortcuts']) => Settings['shortcuts']) =>
    start(() => changeSettings(studio.client, (before) => ({ shortcuts: change(before.shortcuts) })));
  const bind = (action: ActionName, chord: string) => {
    const losers = conflictsOf(chord, action, shortcuts);
    save((before) => withChord(before, action, chord));
    setWaiting(null);
    setMessage(
      losers
        .map((loser) =>
          t('settings.conflict', {
            keys: inWords(chord),
            action: t(`actions.${loser}`),
          }),
        )
        .join(' '),
    );
  };
  return (
    <section>
      <Group justify="space-between">
        <Title order={3} size="h6">
          {t('settings.shortcuts')}
        </Title>
        <Button variant="subtle" color="gray" onClick={() => save(() => ({}))}>
          {t('settings.resetAll')}
        </Button>
      </Group>
      <Text size="xs" role="status">
        {message}
      </Text>
      <Table verticalSpacing={2} horizontalSpacing={0} aria-label={t('settings.shortcuts')}>
        <Table.Tbody>
          {SHORTCUTS.map(({ action }) => {
            const chords = chordsOf(action, shortcuts);
            const name = t(`actions.${action}`);
            return (
              <Table.Tr key={action}>
                <Table.Td>
                  <Text size="sm">{name}</Text>
                </Table.Td>
                <Table.Td>
                  <Group gap="2xs" justify="flex-end" wrap="nowrap">
                    <Button
                      variant={waiting === action ? 'light' : 'subtle'}
                      color={waiting === action ? 'brand' : 'gray'}
                      // Escape cancels the recording without closing the sheet.
                      data-mantine-stop-propagation={waiting === action || undefined}
                      onClick={() => setWaiting(action)}
                      onBlur={() => setWaiting(null)}
                      onKeyDown={(event) => {
                        if (waiting !== action) return;
                        event.preventDefault();
                        event.stopPropagation();
                        if (event.key === 'Escape') {
                          setWaiting(null);
                          return;
                        }
                        const chord = chordOf(event.nativeEvent);
                        if (chord === undefined) return;
                        if (isFreeChord(chord)) bind(action, chord);
                        else setMessage(t('settings.fixedKey', { keys: inWords(chord) }));
                      }}
                    >
                      {waiting === action ? (
                        t('settings.press')
                      ) : chords.length === 0 ? (
                        t('settings.none')
                      ) : (
                        <Chord chord={chords[0]!} />
                      )}
                      <VisuallyHidden>{t('settings.change', { action: name })}</VisuallyHidden>
                    </Button>
                    <IconButton
                      size="sm"
                      label={t('settings.clear', { action: name })}
                      disabled={chords.length === 0}
                      onClick={() => save((before) => ({ ...before, [action]: null }))}
                    >
                      <IconX size={14} aria-hidden />
                    </IconButton>
                    <IconButton
                      size="sm"
                      label={t('settings.default', { action: name })}
                      disabled={!(action in shortcuts)}
                      onClick={() => save(({ [action]: _, ...others }) => others)}
                    >
                      <IconRestore size={14} aria-hidden />
                    </IconButton>
                  </Group>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </section>
  );
}
