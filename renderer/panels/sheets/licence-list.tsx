/** The libraries that the program is made of, by licence, with a filter; each shows its text when it is opened. */
import { Accordion, Code, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LicenceNotice } from '../../../electron/contract/commands/app-commands.ts';

const keyOf = ({ name, version }: LicenceNotice) => `${name}@${version}`;

export function LicenceList({ notices }: { notices: readonly LicenceNotice[] }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const [opened, setOpened] = useState<string | null>(null);
  const wanted = filter.trim().toLowerCase();
  const found = notices.filter(({ name, licence }) => `${name} ${licence}`.toLowerCase().includes(wanted));
  const groups = Object.entries(Object.groupBy(found, ({ licence }) => licence)).sort(
    ([, a = []], [, b = []]) => b.length - a.length,
  );
  return (
    <Stack gap="xs">
      <TextInput
        type="search"
        aria-label={t('about.filter')}
        placeholder={t('about.filter')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={filter}
        onChange={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      {groups.length === 0 && <Text size="sm">{t('about.nothing')}</Text>}
      <Accordion variant="contained" order={4} value={opened} onChange={setOpened}>
        {groups.map(([licence, libraries = []]) => (
          <Accordion.Item key={licence} value={licence}>
            <Accordion.Control>
              <Text size="sm">
                {licence}{' '}
                <Text span size="sm" c="dimmed" className="numbers">
                  {libraries.length}
                </Text>
              </Text>
            </Accordion.Control>
            <Accordion.Panel>
              {opened === licence && <LicenceTexts notices={libraries} level={5} />}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}

/** @param level of the headings */
export function LicenceTexts({ notices, level }: { notices: readonly LicenceNotice[]; level: 4 | 5 }) {
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Accordion variant="contained" order={level} value={opened} onChange={setOpened}>
      {notices.map((notice) => (
        <Accordion.Item key={keyOf(notice)} value={keyOf(notice)}>
          <Accordion.Control disabled={notice.text === null}>
            <Text size="sm" className="path">
              {notice.name} {notice.version}
              {level === 4 && ` · ${notice.licence}`}
            </Text>
          </Accordion.Control>
          <Accordion.Panel>
            {/* Half a megabyte in all: lay out only expanded texts. */}
            {opened === keyOf(notice) && <Code block>{notice.text}</Code>}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}
