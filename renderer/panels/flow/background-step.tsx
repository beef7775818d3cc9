/** The background: a picture, or candidates made from the prompt. */
import { Button, Group, Image, Progress, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconSparkles, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { changeScene, setBackground } from '../../editor/document-commands.ts';
import { FileButton } from '../app/file-button.tsx';
import { TextField } from '../app/text-field.tsx';
import { start, useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';
import { chooseBackground } from './add-pictures.ts';

const CANDIDATES = 4;
/** The job whose candidates were chosen from or discarded, for as long as the tab lives. */
const SETTLED_KEY = 'settled-candidates';

export function BackgroundStep({ document }: { document: SceneDocument }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const canGenerate = useStudio((state) => state.engine?.pack?.abilities.generateBackgrounds ?? false);
  // The host keeps the job: candidates are there again when the page is loaded anew, also while they are being made.
  const job = useStudio(({ jobs, project }) =>
    Object.values(jobs).findLast(
      ({ kind, projectId }) => kind === 'generateBackgrounds' && projectId === project?.state.projectId,
    ),
  );
  const [settledJobId, setSettledJobId] = useState(() => sessionStorage.getItem(SETTLED_KEY));
  const isRunning = job !== undefined && ['waiting', 'running'].includes(job.state);
  const candidates =
    job?.result?.kind === 'backgrounds' && job.jobId !== settledJobId ? job.result.candidates : [];
  const settle = () => {
    if (!job) return;
    sessionStorage.setItem(SETTLED_KEY, job.jobId);
    setSettledJobId(job.jobId);
  };

  const generate = async () => {
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    const made = await studio.client.call('prepare.generateBackgrounds', {
      projectId: studio.projectId,
      prompt: studio.session.document.prompt,
      count: CANDIDATES,
      seed: seed! - (seed! % CANDIDATES),
    });
    await studio.finished(made);
  };
  const use = (image: string) => {
    studio.edit(t('changes.background'), (before) =>
      setBackground(before, image, document.background !== null),
    );
    settle();
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
            value={job.progress?.total ? (100 * job.progress.step) / job.progress.total : 0}
            aria-label={t('background.generating')}
          />
          <Button
            variant="subtle"
            color="gray"
            onClick={() => start(() => studio.client.call('jobs.cancel', { jobId: job.jobId }))}
          >
            {t('app.cancel')}
          </Button>
        </Group>
      )}
      {candidates.length > 0 && (
        <Stack gap={4} role="group" aria-label={t('background.candidates')}>
          <div className="candidates">
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
          </div>
          <Button variant="subtle" color="gray" onClick={settle}>
            {t('background.discard')}
          </Button>
        </Stack>
      )}
    </Stack>
  );
}
