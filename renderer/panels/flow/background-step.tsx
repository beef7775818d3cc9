/** The background: a picture, or candidates made from the prompt. */
import { Button, Group, Image, Progress, SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconSparkles, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobState } from '../../../electron/contract/jobs.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { changeScene, setBackground } from '../../editor/document-commands.ts';
import { FileButton } from '../app/file-button.tsx';
import { TextField } from '../app/text-field.tsx';
import { start, useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';
import { chooseBackground } from './add-pictures.ts';

const CANDIDATES = 4;
type Candidates = Extract<JobState['result'], { kind: 'backgrounds' }>['candidates'];

export function BackgroundStep({ document }: { document: SceneDocument }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const canGenerate = useStudio((state) => state.engine?.pack?.abilities.generateBackgrounds ?? false);
  const [candidates, setCandidates] = useState<Candidates>([]);
  const [job, setJob] = useState<string | null>(null);
  const running = useStudio((state) => (job === null ? undefined : state.jobs[job]));
  const isRunning = running !== undefined && ['waiting', 'running'].includes(running.state);

  const generate = async () => {
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    const made = await studio.client.call('prepare.generateBackgrounds', {
      projectId: studio.projectId,
      prompt: studio.session.document.prompt,
      count: CANDIDATES,
      seed: seed! - (seed! % CANDIDATES),
    });
    setJob(made.jobId);
    const result = await studio.finished(made);
    if (result?.kind === 'backgrounds') setCandidates(result.candidates);
  };
  const use = (image: string) => {
    studio.edit(t('changes.background'), (before) =>
      setBackground(before, image, document.background !== null),
    );
    setCandidates([]);
  };

  return (
    <Stack gap="xs">
      <TextField
        label={t('background.prompt')}
        description={t('background.promptHint')}
        value={document.prompt}
        maxLength={2000}
        isMultiline
        onCommit={(prompt) => studio.edit(t('changes.prompt'), (before) => changeScene(before, { prompt }))}
      />
      <Group gap="xs" wrap="nowrap" align="flex-start" data-drop="background">
        {document.background && (
          <Image
            src={studio.assetUrl(document.background)}
            alt={t('background.alt')}
            w={72}
            h={72}
            fit="cover"
            radius="sm"
          />
        )}
        <Stack gap={4}>
          <Group gap={4}>
            <FileButton
              leftSection={<IconUpload size={14} aria-hidden />}
              onFile={(file) => start(() => chooseBackground(studio, file))}
            >
              {t(document.background ? 'background.replace' : 'background.choose')}
            </FileButton>
            {canGenerate && (
              <Button
                variant="default"
                leftSection={<IconSparkles size={14} aria-hidden />}
                disabled={document.prompt.trim() === ''}
                loading={isRunning}
                onClick={() => start(generate)}
              >
                {t('background.generate')}
              </Button>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {t('background.drop')}
          </Text>
        </Stack>
      </Group>
      {isRunning && (
        <Group gap="xs" wrap="nowrap">
          <Progress
            flex={1}
            value={running.progress?.total ? (100 * running.progress.step) / running.progress.total : 0}
            aria-label={t('background.generating')}
          />
          <Button
            variant="subtle"
            color="gray"
            onClick={() => start(() => studio.client.call('jobs.cancel', { jobId: running.jobId }))}
          >
            {t('app.cancel')}
          </Button>
        </Group>
      )}
      {candidates.length > 0 && (
        <Stack gap={4} role="group" aria-label={t('background.candidates')}>
          <SimpleGrid cols={2} spacing={6}>
            {candidates.map(({ image, seed }, index) => (
              <UnstyledButton
                key={seed}
                className="candidate"
                aria-label={`${t('background.useCandidate')}: ${t('background.candidate', { number: index + 1 })}`}
                onClick={() => use(image)}
              >
                <Image src={studio.assetUrl(image)} alt="" radius="sm" />
              </UnstyledButton>
            ))}
          </SimpleGrid>
          <Button variant="subtle" color="gray" onClick={() => setCandidates([])}>
            {t('background.discard')}
          </Button>
        </Stack>
      )}
    </Stack>
  );
}
