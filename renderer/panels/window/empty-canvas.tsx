/** The canvas before there is a background: what to do, and the ways to do it. */
import { Button, Group, Text, Title } from '@mantine/core';
import { IconPhotoPlus, IconSparkles, IconUpload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useEditor } from '../../session/editor-store.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { chooseBackground } from '../flow/add-pictures.ts';
import { FileButton } from '../widgets/file-button.tsx';

export function EmptyCanvas() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const canGenerate = useStudio((state) => state.engine?.pack?.capabilities.generateBackgrounds ?? true);
  return (
    <div className="canvas-empty" data-drop="background">
      <IconPhotoPlus size={48} stroke={1.25} aria-hidden />
      <Title order={2} size="h4">
        {t('view.empty')}
      </Title>
      <Text c="dimmed">{t('view.emptyHint')}</Text>
      <Group gap="xs" mt="xs" data-over-canvas>
        <FileButton
          size="sm"
          variant="filled"
          leftSection={<IconUpload size={16} aria-hidden />}
          onFile={(file) => start(() => chooseBackground(studio, file))}
        >
          {t('view.emptyChoose')}
        </FileButton>
        {canGenerate && (
          <Button
            size="sm"
            variant="default"
            leftSection={<IconSparkles size={16} aria-hidden />}
            onClick={() => {
              useEditor.setState({ inspected: 'background' });
              // The prompt is the first field, once its tab is shown.
              requestAnimationFrame(() =>
                document.querySelector<HTMLElement>('.parameter-panel textarea')?.focus(),
              );
            }}
          >
            {t('view.emptyDescribe')}
          </Button>
        )}
      </Group>
    </div>
  );
}
