/** The shown scene's own models: checkpoint, VAE, LoRAs with their weights, and those that are missing here. */
import { ActionIcon, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryModel } from '../../../electron/contract/commands/library-commands.ts';
import { type ModelChoice, type ModelFile, NO_CHOICE } from '../../../electron/contract/model-choice.ts';
import { removeLora, setCheckpoint, setVae, weighLora } from '../../editor/model-commands.ts';
import { reportError, reportNotice } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { FolderChoice } from '../widgets/folder-choice.tsx';
import { NumberSlider } from '../widgets/number-slider.tsx';

export function SceneModels({ models }: { models: readonly LibraryModel[] }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const choice = useStudio((state) => state.project?.document.model) ?? NO_CHOICE;
  const packName = useStudio((state) => state.settings.pack);
  const missing = useMissing(choice);
  const { checkpoint, vae, loras } = choice;
  const words = (sha256: string) => models.find((model) => model.sha256 === sha256)?.triggerWords ?? [];
  return (
    <Paper withBorder p="sm" component="section" aria-label={t('library.scene')}>
      <Title order={3} size="h6" mb="xs">
        {t('library.scene')}
      </Title>
      <Stack gap="xs">
        <Chosen
          kind={t('library.checkpoint')}
          file={checkpoint}
          otherwise={t('library.packOfSettings', { name: packName })}
          isMissing={missing.has(checkpoint?.sha256)}
          onRemove={() => studio.edit(t('changes.model'), (before) => setCheckpoint(before, null))}
        />
        <Chosen
          kind={t('library.vae')}
          file={vae}
          otherwise={t('library.ownVae')}
          isMissing={missing.has(vae?.sha256)}
          onRemove={() => studio.edit(t('changes.model'), (before) => setVae(before, null))}
        />
        {loras.map((lora) => (
          <Chosen
            key={lora.sha256}
            kind={t('library.lora')}
            file={lora}
            isMissing={missing.has(lora.sha256)}
            onRemove={() => studio.edit(t('changes.model'), (before) => removeLora(before, lora.sha256))}
          >
            <NumberSlider
              label={t('library.weight', { name: lora.name })}
              value={lora.weight}
              min={-1}
              max={2}
              step={0.05}
              onCommit={(weight) =>
                studio.edit(t('changes.loraWeight', { name: lora.name, value: weight }), (before) =>
                  weighLora(before, lora.sha256, weight),
                )
              }
            />
            <TriggerWords words={words(lora.sha256)} />
          </Chosen>
        ))}
      </Stack>
    </Paper>
  );
}

export function TriggerWords({ words }: { words: readonly string[] }) {
  const { t } = useTranslation();
  if (words.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      {t('library.triggerWords', { words: words.slice(0, 12).join(', ') })}
    </Text>
  );
}

/** The chosen files that are not on this computer, by their content. */
function useMissing(choice: ModelChoice): ReadonlySet<string | undefined> {
  const studio = useStudioActions();
  const version = useStudio((state) => state.libraryVersion);
  const [missing, setMissing] = useState<ReadonlySet<string | undefined>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that files came or went.
  useEffect(() => {
    const files = [choice.checkpoint, choice.vae, ...choice.loras]
      .filter((file) => file !== null)
      .map(({ name, sha256 }) => ({ name, sha256 }));
    if (files.length === 0) {
      setMissing(new Set());
      return;
    }
    let isCurrent = true;
    studio.client
      .call('library.find', { files })
      .then((paths) => {
        const gone = files.filter((_, index) => paths[index] === null).map(({ sha256 }) => sha256);
        if (isCurrent) setMissing(new Set(gone));
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [studio, choice, version]);
  return missing;
}

function Chosen({
  kind,
  file,
  otherwise = '',
  isMissing,
  onRemove,
  children,
}: {
  kind: string;
  file: ModelFile | null;
  /** What is used without a file. */
  otherwise?: string;
  isMissing: boolean;
  onRemove: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div>
      <Group gap="xs" wrap="nowrap" justify="space-between">
        <Text size="sm" className="path">
          {kind}: {file === null ? otherwise : <b>{file.name}</b>}
        </Text>
        {file !== null && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('library.removeFrom', { name: file.name })}
            onClick={onRemove}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      {file !== null && isMissing && <Missing file={file} />}
      {children}
    </div>
  );
}

function Missing({ file: { name, sha256 } }: { file: ModelFile }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  return (
    <div>
      <Text size="xs" className="danger" role="alert">
        {t('library.missing', { name, hash: sha256.slice(0, 10) })}
      </Text>
      <FolderChoice
        title={t('library.locateFolder', { name })}
        label={t('library.locatePath', { name })}
        action={t('library.locate')}
        onChoose={async (path) => {
          const file = { name, sha256 };
          const job = await studio.client.call('library.locate', { file, path });
          const result = await studio.jobs.finished(job);
          if (result) {
            reportNotice(t('library.located', { name }), { kind: 'success' });
            await studio.openSceneModel();
          }
        }}
      />
    </div>
  );
}
