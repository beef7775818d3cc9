/** Chooses the frame, and shows its size in the background and for the model. */
import { Group, SegmentedControl, Text } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { type FrameRectangle, isEnlarged, type ResolvedFrame } from '../../../electron/contract/frame.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { setFrame } from '../../editor/placement-commands.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { takeTool } from '../actions/actions.ts';
import { numberOf } from '../widgets/locale.ts';
import { useFrame } from './use-frame.ts';

type Choice = 'auto' | 'whole' | 'drawn';

export function FrameControl({ document }: { document: SceneDocument }) {
  const resolved = useFrame(document);
  if (!resolved) return null;
  const { left, top, width, height } = resolved;
  const choice = typeof document.frame === 'string' ? document.frame : 'drawn';
  const sizes = frameSizes(resolved);
  return <FrameChoice {...{ choice, sizes, left, top, width, height }} isEnlarged={isEnlarged(resolved)} />;
}

/** Re-rendered when the frame changes; computed again whenever a mask does. */
const FrameChoice = memo(function FrameChoice({
  choice,
  sizes,
  isEnlarged,
  ...rectangle
}: FrameRectangle & { choice: Choice; sizes: string; isEnlarged: boolean }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const choose = (next: Choice) => {
    studio.edit(t('changes.frame'), (before) => setFrame(before, next === 'drawn' ? rectangle : next));
    if (next === 'drawn') takeTool(studio, 'frame');
  };
  return (
    <Group gap="xs" className="frame-control">
      <SegmentedControl
        size="xs"
        aria-label={t('frame.title')}
        value={choice}
        onChange={(next) => choose(next as Choice)}
        data={(['auto', 'whole', 'drawn'] as const).map((value) => ({
          value,
          label: t(`frame.choices.${value}`),
        }))}
      />
      <Text size="xs" c="dimmed" className="numbers">
        {t(isEnlarged ? 'frame.enlarged' : 'frame.seen', { sizes })}
      </Text>
    </Group>
  );
});

/** The size of a frame in and out: "1,200 × 900 → 512 × 384". */
export function frameSizes({ width, height, modelWidth, modelHeight }: ResolvedFrame): string {
  const sides = (a: number, b: number) => `${numberOf(a)} × ${numberOf(b)}`;
  return `${sides(width, height)} → ${sides(modelWidth, modelHeight)}`;
}
