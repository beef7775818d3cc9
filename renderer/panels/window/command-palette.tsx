/** Every action by name, with its shortcut: typed, chosen with the arrow keys, and run with Enter. */
import { Combobox, ScrollArea, Text, TextInput, useCombobox } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { searchCommands } from '../../editor/command-search.ts';
import { type ActionName, SHORTCUTS } from '../../editor/shortcuts.ts';
import { useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { runAction } from '../actions/actions.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { Keys } from '../widgets/icon-button.tsx';

const close = () => useEditor.setState({ isPaletteOpen: false });

export function CommandPalette() {
  const { t } = useTranslation();
  const isOpen = useEditor((state) => state.isPaletteOpen);
  return (
    <Dialog opened={isOpen} onClose={close} title={t('palette.title')}>
      <Commands />
    </Dialog>
  );
}

function Commands() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const [query, setQuery] = useState('');
  // Escape closes the list, which is the whole of the palette.
  const combobox = useCombobox({ opened: true, onDropdownClose: close });
  const { selectFirstOption } = combobox;
  const entries = SHORTCUTS.filter(({ action }) => action !== 'app.palette').map(({ action }) => ({
    action,
    name: t(`actions.${action}`),
  }));
  const found = searchCommands(query, entries);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another first option.
  useEffect(() => {
    selectFirstOption();
  }, [query, selectFirstOption]);
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(action) => {
        close();
        runAction(studio, action as ActionName);
      }}
    >
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          aria-label={t('palette.search')}
          placeholder={t('palette.search')}
          value={query}
          onChange={({ currentTarget }) => setQuery(currentTarget.value)}
        />
      </Combobox.EventsTarget>
      <ScrollArea.Autosize mah={360} mt="xs" type="auto" viewportProps={{ tabIndex: -1 }}>
        <Combobox.Options aria-label={t('palette.title')}>
          {found.map(({ action, name }) => (
            <Combobox.Option key={action} value={action} className="palette-command">
              <Text span size="sm">
                {name}
              </Text>
              <Keys action={action} />
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>{t('palette.nothing')}</Combobox.Empty>}
        </Combobox.Options>
      </ScrollArea.Autosize>
    </Combobox>
  );
}
