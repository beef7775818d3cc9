/** Chooses the frame, and shows its size in the background and at the model. */
import { Group, SegmentedControl, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isEnlarged, type ResolvedFrame } from '../../../electron/contract/frame.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import { setFrame } from '../../editor/placement-commands.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { takeTool } from '../actions/actions.ts';
import { useFrame } from './use-frame.ts';

type Choice = 'auto' | 'whole' | 'drawn';

export function FrameControl({ document }: { document: SceneDocument }) {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const resolved = useFrame(document);
  if (!resolved) return null;
  const { frame } = document;
  const choose = (choice: Choice) => {
    if (choice !== 'drawn') {
      studio.edit(t('changes.frame'), (before) => setFrame(before, choice));
      return;
    }
    const { left, top, width, height } = resolved;
    studio.edit(t('changes.frame'), (before) => setFrame(before, { left, top, width, height }));
    takeTool(studio, 'frame');
  };
  return (
    <Group gap="xs" className="frame-control">
      <SegmentedControl
        size="xs"
        aria-label={t('frame.title')}
        value={typeof frame === 'string' ? frame : 'drawn'}
        onChange={(choice) => choose(choice as Choice)}
        data={(['auto', 'whole', 'drawn'] as const).map((value) => ({
          value,
          label: t(`frame.choices.${value}`),
        }))}
      />
      <Text size="xs" c="dimmed" className="numbers">
        {t(isEnlarged(resolved) ? 'frame.enlarged' : 'frame.seen', { sizes: frameSizes(resolved) })}
      </Text>
    </Group>
  );
}

/** The size of a frame in and out: "1,200 × 900 → 512 × 384". */
export function frameSizes({ width, height, modelWidth, modelHeight }: ResolvedFrame): string {
  const sides = (a: number, b: number) => `${a.toLocaleString()} × ${b.toLocaleString()}`;
  return `${sides(width, height)} → ${sides(modelWidth, modelHeight)}`;
}
