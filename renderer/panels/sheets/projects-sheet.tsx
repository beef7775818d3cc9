/** Creates and opens projects. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecentProject } from '../../../electron/contract/commands/project-commands.ts';
import { reportError } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { timeOf } from '../widgets/render-name.ts';

export function ProjectsSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const current = useStudio((state) => state.project?.state);
  const [recent, setRecent] = useState<readonly RecentProject[]>([]);
  const [newName, setNewName] = useState('');
  useEffect(() => {
    studio.client.call('project.recent', {}).then(setRecent).catch(reportError);
  }, [studio]);
  const create = (event: FormEvent) => {
    event.preventDefault();
    start(() => studio.projects.open(() => studio.client.call('project.create', { name: newName.trim() })));
  };
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    if (name !== '' && name !== current?.name) {
      studio.session.run((projectId) => studio.client.call('project.rename', { projectId, name }));
    }
  };
  return (
    <Stack gap="md">
      <form onSubmit={create}>
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            data-autofocus
            label={t('project.new')}
            placeholder={t('project.name')}
            value={newName}
            maxLength={100}
            onChange={({ currentTarget }) => setNewName(currentTarget.value)}
          />
          <Button size="sm" type="submit" disabled={newName.trim() === ''}>
            {t('project.create')}
          </Button>
        </Group>
      </form>
      {current && (
        <form onSubmit={rename}>
          <Group align="flex-end" gap="xs">
            <TextInput
              key={current.projectId}
              flex={1}
              name="name"
              label={t('project.name')}
              defaultValue={current.name}
              maxLength={100}
            />
            <Button size="sm" type="submit" variant="default">
              {t('project.rename')}
            </Button>
          </Group>
        </form>
      )}
      {recent.length === 0 && <Text size="sm">{t('project.none')}</Text>}
      <Stack gap={4} component="ul" className="plain-list" aria-label={t('project.recent')}>
        {recent.map(({ path, name, openedAt, isThere }) => (
          <li key={path}>
            <Button
              variant={path === current?.path ? 'light' : 'subtle'}
              color="gray"
              fullWidth
              justify="space-between"
              h="auto"
              py={6}
              disabled={!isThere}
              title={path}
              rightSection={
                <Text size="xs" c="dimmed">
                  {isThere ? openedAt && timeOf(openedAt) : t('project.missing')}
                </Text>
              }
              onClick={() => start(() => studio.projects.openPath(path))}
            >
              {name}
            </Button>
          </li>
        ))}
      </Stack>
    </Stack>
  );
}
