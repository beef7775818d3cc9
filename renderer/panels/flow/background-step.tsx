/** The background: a picture, or candidates generated from the prompt. */
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconSparkles, IconUpload } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { changeScene } from '../../editor/document-commands.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { FileButton } from '../widgets/file-button.tsx';
import { TextField } from '../widgets/text-field.tsx';
import { chooseBackground, takeBackground } from './add-pictures.ts';
import { CandidateStrip } from './candidate-strip.tsx';
import { MoreOptions } from './more-options.tsx';
import { PromptWords, UnknownWords } from './prompt-words.tsx';
import { TokenCount } from './token-count.tsx';
import { useCandidates } from './use-candidates.ts';
import { usePrepareSettings } from './use-prepare-settings.ts';

export const BackgroundStep = memo(function BackgroundStep({
  prompt,
  background,
}: Pick<SceneDocument, 'prompt' | 'background'>) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  // Until the engine has opened the pack, what most packs can do is shown, so that nothing moves when it has.
  const canGenerate = capabilities?.generateBackgrounds ?? true;
  const [{ negativePrompt }, changeSettings] = usePrepareSettings();
  const staged = useCandidates();
  const { generating } = staged;

  const use = async (image: string) => {
    const { session } = studio;
    await takeBackground(studio, session, image, await studio.pictures.sizeOf(image));
    staged.dismiss();
  };

  return (
    <Stack gap="sm">
      <TextField
        label={t('background.prompt')}
        help={t('background.promptHint')}
        value={prompt}
        maxLength={2000}
        isMultiline
        onCommit={(next) =>
          studio.edit(t('changes.prompt'), (before) => changeScene(before, { prompt: next }))
        }
      />
      <TokenCount prompt={prompt} />
      <UnknownWords text={prompt} needsSubject />
      <div data-drop="background">
        <Stack gap="2xs">
          <Group gap="2xs">
            <FileButton
              leftSection={<IconUpload size={14} aria-hidden />}
              onFile={(file) => start(() => chooseBackground(studio, file))}
            >
              {t(background ? 'background.replace' : 'background.choose')}
            </FileButton>
            {canGenerate && (
              <Button
                variant="default"
                maw="100%"
                leftSection={<IconSparkles size={14} aria-hidden />}
                disabled={!capabilities || prompt.trim() === ''}
                title={capabilities ? undefined : t('device.starting')}
                loading={generating !== undefined}
                onClick={() => start(staged.generate)}
              >
                {t('background.generate')}
              </Button>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {t(canGenerate ? 'background.drop' : 'background.cannotGenerate')}
          </Text>
          {canGenerate && prompt.trim() === '' && (
            <Text size="xs" c="dimmed">
              {t('background.needsPrompt')}
            </Text>
          )}
        </Stack>
      </div>
      <PromptWords
        prompt={prompt}
        isOffered={background === null}
        onChange={(next) =>
          studio.edit(t('changes.prompt'), (before) => changeScene(before, { prompt: next(before.prompt) }))
        }
      />
      {canGenerate && (capabilities?.negativePrompt ?? true) && (
        <MoreOptions label={t('prepare.candidateOptions')}>
          <TextField
            label={t('prepare.negativePrompt')}
            help={t('prepare.negativePromptHint')}
            value={negativePrompt}
            maxLength={2000}
            onCommit={(next) => changeSettings({ negativePrompt: next })}
          />
        </MoreOptions>
      )}
      {generating && (
        <Group gap="xs" wrap="nowrap">
          <Progress
            flex={1}
            value={
              generating.progress?.total ? (100 * generating.progress.step) / generating.progress.total : 0
            }
            aria-label={t('background.generating')}
          />
          <Button
            variant="subtle"
            color="gray"
            onClick={() => start(() => studio.client.call('jobs.cancel', { jobId: generating.jobId }))}
          >
            {t('app.cancel')}
          </Button>
        </Group>
      )}
      {staged.candidates.length > 0 && (
        <CandidateStrip
          key={`${studio.projectId}-${staged.candidates[0]!.originalSeed}`}
          staged={staged}
          isFirst={background === null}
          onUse={(image) => start(() => use(image))}
        />
      )}
    </Stack>
  );
});
