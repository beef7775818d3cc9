/** The start screen: a new project from a picture or a name, the samples, and the recent projects. */
import { Button, Group, Skeleton, Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { IconPhotoPlus } from '@tabler/icons-react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type RecentProject, sampleSchema } from '../../../electron/contract/commands/project-commands.ts';
import type { CommandOutput } from '../../../electron/contract/commands.ts';
import { reportError } from '../../session/notices.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { BrandMark } from '../widgets/brand-mark.tsx';
import { PicturePicker } from '../widgets/picture-picker.tsx';
import { ProjectCard } from './project-card.tsx';
import { SampleCard } from './sample-card.tsx';
import { startFromPictures } from './start-from-pictures.ts';

const EXPECTED_SAMPLES = sampleSchema.options;

export function ProjectsSheet() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const currentPath = useStudio((state) => state.project?.state.path);
  const isOpening = useStudio((state) => state.isOpening);
  const [recent, setRecent] = useState<readonly RecentProject[] | null>(null);
  const [samples, setSamples] = useState<CommandOutput<'project.samples'> | null>(null);
  const read = useCallback(() => {
    studio.client.call('project.recent', {}).then(setRecent).catch(reportError);
  }, [studio]);
  useEffect(read, [read]);
  useEffect(() => {
    studio.client.call('project.samples', {}).then(setSamples).catch(reportError);
  }, [studio]);
  return (
    <div className="start-screen" aria-busy={isOpening}>
      <div className="start-hero">
        <BrandMark sidePx={56} />
        <div>
          <Title order={3} size="h3">
            {t('app.name')}
          </Title>
          <Text c="dimmed">{t('start.tagline')}</Text>
        </div>
      </div>
      <div className="start-new">
        <PicturePicker isMultiple onFiles={(files) => start(() => startFromPictures(studio, files))}>
          {(open) => (
            <UnstyledButton className="start-drop" {...open}>
              <IconPhotoPlus size={36} aria-hidden />
              <Text fw={600}>{t('start.drop')}</Text>
              <Text size="sm" c="dimmed">
                {t('start.dropHint')}
              </Text>
            </UnstyledButton>
          )}
        </PicturePicker>
        <NewProject />
      </div>
      {samples?.length !== 0 && (
        <section aria-labelledby="start-samples">
          <Title order={3} size="h6" id="start-samples">
            {t('start.samples')}
          </Title>
          <div className="sample-grid">
            {samples?.map((sample) => <SampleCard key={sample.sample} sample={sample} />) ??
              // In their places until they are read, so that nothing moves under the pointer.
              EXPECTED_SAMPLES.map((sample) => (
                <div key={sample} className="project-card" data-expected aria-hidden>
                  <Skeleton className="sample-pictures" radius={0} />
                  <div className="project-foot" />
                </div>
              ))}
          </div>
        </section>
      )}
      <section aria-labelledby="start-recent">
        <Title order={3} size="h6" id="start-recent">
          {t('start.recent')}
        </Title>
        {recent?.length === 0 && <Text size="sm">{t('project.none')}</Text>}
        <ul className="plain-list project-grid" aria-label={t('project.recent')}>
          {recent?.map((project) => (
            <ProjectCard
              key={project.path}
              project={project}
              isOpen={project.path === currentPath}
              onChanged={read}
            />
          ))}
        </ul>
      </section>
    </div>
  );
}

function NewProject() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  // A second press must not create a second project.
  const isOpening = useStudio((state) => state.isOpening);
  const [name, setName] = useState('');
  const create = (event: FormEvent) => {
    event.preventDefault();
    start(() => studio.projects.open(() => studio.client.call('project.create', { name: name.trim() })));
  };
  return (
    <Stack className="start-form" component="form" gap="xs" onSubmit={create}>
      <Text size="sm" c="dimmed">
        {t('start.describe')}
      </Text>
      <Group align="flex-end" gap="xs">
        <TextInput
          flex={1}
          data-autofocus
          label={t('project.new')}
          placeholder={t('project.name')}
          value={name}
          maxLength={100}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Button size="sm" type="submit" disabled={name.trim() === '' || isOpening}>
          {t('project.create')}
        </Button>
      </Group>
    </Stack>
  );
}
