/** A link to the user guide, and all shortcuts. */
import { Button, Kbd, Stack, Table, Title } from '@mantine/core';
import { IconBook } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chordsOf, SHORTCUTS, type ShortcutGroup } from '../../editor/shortcuts.ts';
import { useEditor } from '../../session/editor-store.ts';
import { useStudio } from '../../session/studio-store.ts';
import { Chord } from '../widgets/icon-button.tsx';

const GROUPS: readonly ShortcutGroup[] = ['tools', 'edit', 'view', 'render', 'app'];

export function HelpSheet() {
  const { t } = useTranslation();
  const overrides = useStudio((state) => state.settings.shortcuts);
  return (
    <Stack gap="md">
      <Button
        variant="light"
        leftSection={<IconBook size={16} aria-hidden />}
        onClick={() => useEditor.setState({ sheet: 'guide' })}
      >
        {t('help.guide')}
      </Button>
      {GROUPS.map((group) => (
        <section key={group}>
          <Title order={3} size="h6">
            {t(`help.groups.${group}`)}
          </Title>
          <Table verticalSpacing={4} horizontalSpacing={0} aria-label={t(`help.groups.${group}`)}>
            <Table.Tbody>
              {SHORTCUTS.filter((entry) => entry.group === group).map(({ action }) => (
                <Table.Tr key={action}>
                  <Table.Td>{t(`actions.${action}`)}</Table.Td>
                  <Table.Td ta="right">
                    {chordsOf(action, overrides).map((chord) => (
                      <Chord key={chord} chord={chord} />
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      ))}
      <section>
        <Title order={3} size="h6">
          {t('help.hold')}
        </Title>
        <Table verticalSpacing={4} horizontalSpacing={0} aria-label={t('help.hold')}>
          <Table.Tbody>
            {(
              [
                [t('help.holdSpace'), t('help.space')],
                [t('help.holdBackslash'), '\\'],
                [t('help.confirm'), 'Enter'],
                [t('help.escape'), 'Esc'],
              ] as const
            ).map(([what, key]) => (
              <Table.Tr key={key}>
                <Table.Td>{what}</Table.Td>
                <Table.Td ta="right">
                  <Kbd size="xs">{key}</Kbd>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Stack>
  );
}
