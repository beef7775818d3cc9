/** The bar over the canvas while a concept's picture is cut out: names it, and ends it. */
import { Button, Text } from '@mantine/core';
import { IconCheck, IconScissors, IconX } from '@tabler/icons-react';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { start, useStudioActions } from '../../session/studio-context.ts';

export function CutOutBar({ name }: { name: string }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { workbench } = studio;
  // What smart select is looking for would be lost.
  const isAwaited = useSyncExternalStore(workbench.subscribe, () => workbench.proposal === 'awaited');
  // The button that was pressed disappears with its panel: move the focus to the canvas.
  useEffect(() => {
    focusCanvas();
    return focusCanvas;
  }, []);
  return (
    <section className="cut-out-bar" aria-label={t('cutOut.title', { name })}>
      <IconScissors size={16} aria-hidden />
      <Text size="sm" fw={600} truncate role="status">
        {t('cutOut.title', { name })}
      </Text>
      <Text size="xs" className="tool-hint" lineClamp={1}>
        {t('cutOut.keys')}
      </Text>
      <Button
        variant="default"
        leftSection={<IconX size={14} aria-hidden />}
        onClick={() => start(() => studio.cutOuts.cancel(studio.session))}
      >
        {t('cutOut.cancel')}
      </Button>
      <Button
        leftSection={<IconCheck size={14} aria-hidden />}
        disabled={isAwaited}
        onClick={() => studio.cutOuts.finish()}
      >
        {t('cutOut.done')}
      </Button>
    </section>
  );
}

function focusCanvas(): void {
  document.querySelector<HTMLElement>('.scene-canvas')?.focus({ preventScroll: true });
}
