/** The inpainted background: made by the pack, or the user's own picture. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconEraser, IconUpload } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { changeScene, isInpaintedStale, setInpainted, visibleMasks } from '../../editor/document-commands.ts';
import { type InpaintedBackground, removeObjects } from '../../session/object-removal.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { ControlHead } from '../widgets/control-head.tsx';
import { FileButton } from '../widgets/file-button.tsx';
import { TextField } from '../widgets/text-field.tsx';
import { chooseInpainted } from './add-pictures.ts';
import { RemovalOptions } from './removal-options.tsx';
import { usePrepareSettings } from './use-prepare-settings.ts';

export const InpaintedStep = memo(function InpaintedStep() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const capabilities = useStudio((state) => state.engine?.pack?.capabilities);
  // Until the engine has opened the pack, what most packs can do is shown, so that nothing moves when it has.
  const canRemove = capabilities?.removeObjects ?? true;
  const [{ growPx, method }] = usePrepareSettings();
  const [filled, setFilled] = useState<InpaintedBackground | null>(null);
  const [isRunning, setRunning] = useState(false);
  const scene = useStudio(useShallow(({ project }) => project && statusOf(project.document)));
  if (!scene) return null;
  const { hasMasks, replaces, isStale, background, inpainted, inpaintPrompt } = scene;

  const remove = async () => {
    setRunning(true);
    try {
      const removed = await removeObjects(studio, studio.session, {
        growPx,
        method: capabilities?.removalMethods.includes(method) ? method : 'auto',
      });
      if (removed) setFilled(removed);
    } finally {
      setRunning(false);
    }
  };

  return (
    <Stack gap="xs">
      <ControlHead name={t('background.inpainted')} help={t('background.inpaintedHint')} />
      <Text size="xs" c="dimmed">
        {t(
          inpainted
            ? 'background.inpaintedThere'
            : replaces
              ? 'background.inpaintedMissing'
              : 'background.placedNeedNone',
        )}
        {filled !== null &&
          filled.image === inpainted &&
          ` ${t('prepare.filledBy', { method: t(`prepare.methods.${filled.method}`) })}`}
      </Text>
      {isStale && (
        <Text size="xs" role="status" className="stale">
          <IconAlertTriangle size={14} aria-hidden />
          {t('background.inpaintedStale')}
        </Text>
      )}
      {replaces && (!canRemove || !hasMasks) && (
        <Text size="xs" c="dimmed">
          {t(canRemove ? 'background.needsMasks' : 'background.cannotRemoveObjects')}
        </Text>
      )}
      <Group gap="2xs">
        {canRemove && (
          <Button
            variant={isStale ? 'filled' : 'default'}
            leftSection={<IconEraser size={14} aria-hidden />}
            loading={isRunning}
            disabled={!capabilities || !hasMasks}
            onClick={() => start(remove)}
          >
            {t(isStale ? 'background.makeInpaintedAgain' : 'background.makeInpainted')}
          </Button>
        )}
        <FileButton
          leftSection={<IconUpload size={14} aria-hidden />}
          disabled={background === null}
          onFile={(file) => start(() => chooseInpainted(studio, file))}
        >
          {t('background.chooseInpainted')}
        </FileButton>
        {inpainted && (
          <Button
            variant="subtle"
            color="gray"
            onClick={() => studio.edit(t('changes.inpainted'), (before) => setInpainted(before, null))}
          >
            {t('background.removeInpainted')}
          </Button>
        )}
      </Group>
      <RemovalOptions methods={capabilities?.removalMethods ?? ['auto']} />
      <TextField
        label={t('background.inpaintPrompt')}
        help={t('background.inpaintPromptHint')}
        value={inpaintPrompt}
        maxLength={2000}
        onCommit={(next) =>
          studio.edit(t('changes.prompt'), (before) => changeScene(before, { inpaintPrompt: next }))
        }
      />
    </Stack>
  );
});

/** The parts of the scene that this step shows, which most strokes do not change. */
function statusOf(document: SceneDocument) {
  const { concepts, background, inpainted, inpaintPrompt } = document;
  return {
    background,
    inpainted,
    inpaintPrompt,
    hasMasks: visibleMasks(document).length > 0,
    // Placed pictures need no objects removed.
    replaces: concepts.length === 0 || concepts.some(({ mode }) => mode === 'replace'),
    isStale: isInpaintedStale(document),
  };
}
