/** The tools and their settings. */
import { Divider, Stack } from '@mantine/core';
import {
  IconArrowsMove,
  IconBrush,
  IconBucketDroplet,
  IconCircle,
  IconEraser,
  IconFrame,
  IconHandStop,
  IconLasso,
  IconPolygon,
  IconRectangle,
  IconWand,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { type ToolInHand, useEditor } from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { takeTool } from '../actions/actions.ts';
import { IconButton } from '../widgets/icon-button.tsx';

const icons: Readonly<Record<ToolInHand, ComponentType<{ size: number; 'aria-hidden'?: boolean }>>> = {
  move: IconArrowsMove,
  brush: IconBrush,
  eraser: IconEraser,
  lasso: IconLasso,
  polygon: IconPolygon,
  rectangle: IconRectangle,
  ellipse: IconCircle,
  fill: IconBucketDroplet,
  select: IconWand,
  hand: IconHandStop,
  frame: IconFrame,
};

const GROUPS: readonly (readonly ToolInHand[])[] = [
  ['move', 'frame', 'hand'],
  ['brush', 'eraser', 'fill'],
  ['lasso', 'polygon', 'rectangle', 'ellipse'],
  ['select'],
];

export function ToolRail() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const inHand = useEditor((state) => state.tool);
  const isCuttingOut = useEditor((state) => state.cutOut !== null);
  // Shown, but not to be taken, until the engine has opened the pack.
  const canSelect = useStudio((state) => state.engine?.pack?.capabilities.selectMask);
  return (
    <nav className="tool-rail" aria-label={t('tools.title')}>
      <Stack
        gap="2xs"
        align="center"
        role="toolbar"
        aria-label={t('tools.title')}
        aria-orientation="vertical"
      >
        {GROUPS.map((group) =>
          group.filter(
            (tool) => (tool !== 'select' || canSelect !== false) && !(tool === 'frame' && isCuttingOut),
          ),
        )
          .filter((group) => group.length > 0)
          .map((group, index) => (
            <Stack key={group[0]} gap="2xs" align="center">
              {index > 0 && <Divider w={24} my="2xs" />}
              {group.map((tool) => {
                const Icon = icons[tool];
                return (
                  <IconButton
                    key={tool}
                    size="lg"
                    label={t(`tools.${tool}`)}
                    action={`tool.${tool}`}
                    variant={tool === inHand ? 'filled' : 'subtle'}
                    color={tool === inHand ? 'brand' : 'gray'}
                    aria-pressed={tool === inHand}
                    disabled={tool === 'select' && !canSelect}
                    onClick={() => takeTool(studio, tool)}
                  >
                    <Icon size={20} aria-hidden />
                  </IconButton>
                );
              })}
            </Stack>
          ))}
      </Stack>
    </nav>
  );
}
