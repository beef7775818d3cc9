/** The bar above the canvas: options of the active tool, or the comparison modes while a render is viewed. */
import { Button, Group, Loader, Menu, SegmentedControl, Slider, Switch, Text } from '@mantine/core';
import {
  IconArrowsExchange,
  IconBallpen,
  IconCheck,
  IconEye,
  IconMinus,
  IconPencil,
  IconPlus,
  IconX,
} from '@tabler/icons-react';
import { memo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { ComparisonMode } from '../../editor/comparison-mode.ts';
import {
  COMPARISON_MODES,
  setBrushSize,
  showScene,
  type ToolInHand,
  useEditor,
} from '../../session/editor-store.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';
import { runAction } from '../actions/actions.ts';
import { FrameControl } from '../flow/frame-control.tsx';
import { conceptName } from '../widgets/concept-name.ts';
import { DropdownMenu } from '../widgets/dropdown.tsx';
import { HelpTip } from '../widgets/help-tip.tsx';
import { IconButton } from '../widgets/icon-button.tsx';
import { renderName } from '../widgets/render-name.ts';

export const ToolOptions = memo(function ToolOptions() {
  const { t } = useTranslation();
  const { tool, brushSizePx, hardness, activeConceptId, snaps, isElsewhere } = useEditor(
    useShallow((state) => ({
      tool: state.tool,
      brushSizePx: state.brushSizePx,
      hardness: state.hardness,
      activeConceptId: state.activeConceptId,
      snaps: state.snaps,
      // A mask being painted is not where the selected picture is placed.
      isElsewhere:
        state.cutOut !== null || (state.frontOf !== null && state.frontOf === state.activeConceptId),
    })),
  );
  // The selected concept's name if it is placed; its masks change with every stroke.
  const placed = useStudio(({ project }) => {
    const active = project?.document.concepts.find(({ id }) => id === activeConceptId);
    return active?.mode === 'place' && !isElsewhere ? conceptName(project!.document, active.id) : null;
  });
  const isBrush = tool === 'brush' || tool === 'eraser';
  return (
    <div className="tool-options">
      <Text size="xs" fw={600} className="tool-name">
        {t(`tools.${tool}`)}
      </Text>
      {isBrush && (
        <Group gap="md" wrap="nowrap" className="brush-options">
          <OptionSlider
            name={t('tools.size')}
            className="size-slider"
            // Logarithmic: equal distances on the slider are equal factors.
            value={Math.round((Math.log(brushSizePx) / Math.log(1000)) * 100)}
            onChange={(value) => setBrushSize(1000 ** (value / 100))}
            shown={`${Math.round(brushSizePx)} px`}
          />
          <OptionSlider
            name={t('tools.hardness')}
            className="hardness-slider"
            value={Math.round(hardness * 100)}
            onChange={(value) => useEditor.setState({ hardness: value / 100 })}
            shown={`${Math.round(hardness * 100)} %`}
          />
          <PenOptions />
        </Group>
      )}
      {tool === 'select' && <ProposalActions />}
      {tool === 'frame' && <FrameOptions />}
      {tool === 'move' && placed !== null && (
        <Switch
          size="xs"
          label={t('tools.snap')}
          checked={snaps}
          onChange={({ currentTarget }) => useEditor.setState({ snaps: currentTarget.checked })}
        />
      )}
      <HelpTip
        text={
          placed !== null && isOfMasks(tool)
            ? t('tools.hints.placed', { name: placed })
            : t(`tools.hints.${tool === 'move' && placed !== null ? 'transform' : tool}`)
        }
      />
    </div>
  );
});

/** What a pen's pressure and tilt change. */
function PenOptions() {
  const { t } = useTranslation();
  const options = useEditor(
    useShallow(({ pressureSize, pressureOpacity, tiltSize }) => ({
      pressureSize,
      pressureOpacity,
      tiltSize,
    })),
  );
  return (
    <DropdownMenu>
      <Menu.Target>
        <Button variant="default" px="xs" leftSection={<IconBallpen size={14} aria-hidden />}>
          {t('tools.pen')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['pressureSize', 'pressureOpacity', 'tiltSize'] as const).map((name) => (
          <Menu.CheckboxItem
            key={name}
            checked={options[name]}
            onChange={(isOn) => useEditor.setState({ [name]: isOn })}
          >
            {t(`tools.penOptions.${name}`)}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </DropdownMenu>
  );
}

function FrameOptions() {
  const document = useStudio((state) => state.project?.document);
  return document && <FrameControl document={document} />;
}

/** A slider from 0 to 100 with its name and the displayed value. */
function OptionSlider({
  name,
  className,
  value,
  onChange,
  shown,
}: {
  name: string;
  className: string;
  value: number;
  onChange: (value: number) => void;
  shown: string;
}) {
  return (
    <div className="option">
      <Text span size="xs">
        {name}
      </Text>
      <Slider
        className={className}
        min={0}
        max={100}
        value={value}
        onChange={onChange}
        label={null}
        thumbLabel={name}
      />
      <Text span size="xs" miw={44} className="numbers">
        {shown}
      </Text>
    </div>
  );
}

/** Whether a tool works on masks only. */
function isOfMasks(tool: ToolInHand): boolean {
  return tool !== 'move' && tool !== 'hand' && tool !== 'frame';
}

const SELECTION_USES = [
  { use: 'replace', icon: IconCheck },
  { use: 'add', icon: IconPlus },
  { use: 'subtract', icon: IconMinus },
] as const;

/** Buttons to apply or discard smart select's proposal; shows progress while it is pending. */
function ProposalActions() {
  const { t } = useTranslation();
  const { workbench } = useStudioActions();
  const proposal = useSyncExternalStore(workbench.subscribe, () => workbench.proposal);
  return (
    <Group gap="xs" wrap="nowrap">
      {SELECTION_USES.map(({ use, icon: Icon }) => (
        <Button
          key={use}
          variant={use === 'replace' ? 'filled' : 'default'}
          disabled={proposal !== 'shown'}
          leftSection={<Icon size={14} aria-hidden />}
          title={t(`mask.proposal.${use}Hint`)}
          onClick={() => workbench.input({ kind: 'confirm', use })}
        >
          {t(`mask.proposal.${use}`)}
        </Button>
      ))}
      <Button
        variant="default"
        disabled={proposal === 'none'}
        leftSection={<IconX size={14} aria-hidden />}
        onClick={() => workbench.cancel()}
      >
        {t('mask.proposal.drop')}
      </Button>
      <Group gap="xs" wrap="nowrap" role="status" className="proposal-status">
        {proposal === 'awaited' && (
          <>
            <Loader size="xs" aria-hidden />
            <Text size="xs">{t('mask.proposal.awaited')}</Text>
          </>
        )}
      </Group>
    </Group>
  );
}

export function ComparisonBar() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { comparisonMode, shownRenderId, comparedRenderId } = useEditor();
  const shown = useStudio((state) => findRender(state, shownRenderId));
  const compared = useStudio((state) => findRender(state, comparedRenderId));
  const against = t('view.comparedWith', {
    name: compared ? renderName(compared) : t('view.background'),
  });
  const hold = (originalHeld: boolean) => () => useEditor.setState({ originalHeld });
  return (
    <div className="tool-options">
      <Button
        variant="default"
        px="xs"
        leftSection={<IconPencil size={14} aria-hidden />}
        onClick={showScene}
      >
        {t('view.scene')}
      </Button>
      <SegmentedControl
        size="xs"
        aria-label={t('view.comparison')}
        value={comparisonMode === 'before' ? 'after' : comparisonMode}
        onChange={(mode) => useEditor.setState({ comparisonMode: mode as ComparisonMode })}
        data={COMPARISON_MODES.map((mode) => ({ value: mode, label: t(`view.${mode}`) }))}
      />
      <Button
        variant="default"
        px="xs"
        leftSection={<IconEye size={14} aria-hidden />}
        className="hold-original"
        // Without room for the label, only the icon is shown.
        aria-label={t('view.holdOriginal')}
        title={t('view.holdOriginal')}
        onPointerDown={hold(true)}
        onPointerUp={hold(false)}
        onPointerLeave={hold(false)}
        onKeyDown={({ key }) => [' ', 'Enter'].includes(key) && hold(true)()}
        onKeyUp={hold(false)}
        onBlur={hold(false)}
      >
        {t('view.holdOriginal')}
      </Button>
      <IconButton label={t('view.swap')} action="view.swap" onClick={() => runAction(studio, 'view.swap')}>
        <IconArrowsExchange size={16} aria-hidden />
      </IconButton>
      {/* The details show which render is viewed; here only the other one is named. */}
      <Text
        size="xs"
        c="dimmed"
        lineClamp={2}
        className="tool-hint"
        title={shown && `${renderName(shown)}, ${against}`}
      >
        {against}
      </Text>
    </div>
  );
}
