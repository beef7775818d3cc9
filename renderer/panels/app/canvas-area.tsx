/** The canvas with what belongs to it: the options of the tool above, the view below. */
import { Button, Group, SegmentedControl, Slider, Switch, Text, Title } from '@mantine/core';
import {
  IconArrowsExchange,
  IconEye,
  IconMinus,
  IconPencil,
  IconPhoto,
  IconPlus,
  IconSquareDashed,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { Comparison, ComparisonMode } from '../../canvas/comparison.tsx';
import { SceneCanvas } from '../../canvas/scene-canvas.tsx';
import { expandedRectangle } from '../../editor/expanded-rectangle.ts';
import { renderName } from '../history/render-name.ts';
import { COMPARISON_MODES, setBrushSize, showScene, useEditor } from '../state/editor-store.ts';
import { reportError } from '../state/notices.ts';
import { useStudioActions } from '../state/studio-context.ts';
import { useStudio } from '../state/studio-store.ts';
import { runAction } from './actions.ts';
import { IconButton } from './icon-button.tsx';

const EMPTY_SIZE = { width: 512, height: 512 };

export function CanvasArea() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const measured = useStudio((state) => state.backgroundSize);
  const size = measured ?? EMPTY_SIZE;
  const wheel = useStudio((state) => state.settings.wheel);
  const editor = useEditor();
  const comparison = useComparison(document);
  const { workbench, view } = studio;
  useEffect(() => {
    // Masks of a background whose size is still being asked for would be held to the size of the one before.
    if (!document || document.background !== (measured?.of ?? null)) return;
    workbench.follow(document.concepts, size, editor.activeConceptId);
  }, [workbench, document, measured, size, editor.activeConceptId]);
  const { brushSizePx, hardness, pressureSize } = editor;
  useEffect(() => {
    workbench.setSettings({ brushSizePx, hardness, pressureSize });
  }, [workbench, brushSizePx, hardness, pressureSize]);
  const expanded = useExpanded(document);
  if (!document) return <main className="canvas-area" id="canvas" />;

  const shownMasks = editor.masksShown ? document.concepts : [];
  return (
    <main className="canvas-area" id="canvas" tabIndex={-1}>
      {comparison ? <ComparisonBar /> : <ToolOptions />}
      <SceneCanvas
        size={size}
        backgroundUrl={document.background && studio.assetUrl(document.background)}
        inpaintedUrl={
          editor.inpaintedShown && document.inpainted ? studio.assetUrl(document.inpainted) : null
        }
        masks={shownMasks
          .filter(({ visible, id }) => visible || id === editor.activeConceptId)
          .map(({ id }) => ({ id, opacity: editor.maskOpacities[id] ?? editor.maskOpacity }))}
        activeId={editor.activeConceptId}
        expanded={expanded}
        workbench={workbench}
        view={view}
        comparison={comparison}
        brushSizePx={editor.brushSizePx}
        isPanTool={editor.tool === 'hand'}
        isSpaceHeld={editor.spaceHeld}
        wheel={wheel}
        label={t('view.canvas')}
        sliderLabel={t('view.sliderHandle')}
        onChangeBrushSize={(factor) => setBrushSize(useEditor.getState().brushSizePx * factor)}
        onError={reportError}
      >
        {document.background === null && (
          <div className="canvas-empty" data-drop="background">
            <IconPhoto size={40} aria-hidden />
            <Title order={2} size="h4">
              {t('view.empty')}
            </Title>
            <Text c="dimmed">{t('view.emptyHint')}</Text>
          </div>
        )}
        <PreviewCard />
      </SceneCanvas>
      <ViewBar />
    </main>
  );
}

/** The rectangles of dilution, while they are wanted. */
function useExpanded(document: SceneDocument | undefined) {
  const { workbench } = useStudioActions();
  const isShown = useEditor((state) => state.expandedShown);
  const downscale = useStudio((state) => state.engine?.pack?.downscale);
  const version = useSyncExternalStore(workbench.subscribe, workbench.getVersion);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that planes changed.
  return useMemo(() => {
    if (!document || !isShown || downscale === undefined) return [];
    return document.concepts.flatMap(({ id, colour, visible }) => {
      const plane = workbench.planeOf(id);
      const rect = plane && visible && expandedRectangle(plane, document.parameters.expand, downscale);
      return rect ? [{ id, rect, colour }] : [];
    });
  }, [document, isShown, downscale, workbench, version]);
}

/** What is compared, when a render is looked at. */
function useComparison(document: SceneDocument | undefined): Comparison | null {
  const studio = useStudioActions();
  const renders = useStudio((state) => state.renders);
  const editor = useEditor();
  const { shownRenderId, comparedRenderId } = editor;
  return useMemo(() => {
    const resultOf = (id: string | null) => renders.find(({ renderId }) => renderId === id)?.result ?? null;
    const newest = renders.find(({ result }) => result !== null);
    const after = resultOf(shownRenderId);
    const before = resultOf(comparedRenderId) ?? document?.background ?? null;
    if (after === null || before === null || (shownRenderId === null && newest === undefined)) return null;
    return {
      mode: editor.originalHeld ? 'before' : editor.comparisonMode,
      beforeUrl: studio.assetUrl(before),
      afterUrl: studio.assetUrl(after),
      share: editor.comparisonShare,
      onShare: (comparisonShare: number) => useEditor.setState({ comparisonShare }),
    };
  }, [
    studio,
    renders,
    document,
    shownRenderId,
    comparedRenderId,
    editor.comparisonMode,
    editor.comparisonShare,
    editor.originalHeld,
  ]);
}

function ToolOptions() {
  const { t } = useTranslation();
  const { tool, brushSizePx, hardness, pressureSize } = useEditor();
  const isBrush = tool === 'brush' || tool === 'eraser';
  return (
    <div className="tool-options">
      {isBrush && (
        <Group gap="md" wrap="nowrap">
          <div className="option">
            <Text span size="xs">
              {t('tools.size')}
            </Text>
            <Slider
              w={110}
              min={0}
              max={100}
              step={1}
              // Sizes go by their ratio: the same way on the slider is the same factor.
              value={Math.round((Math.log(brushSizePx) / Math.log(1000)) * 100)}
              onChange={(value) => setBrushSize(1000 ** (value / 100))}
              label={null}
              thumbLabel={t('tools.size')}
            />
            <Text span size="xs" w={44} className="numbers">
              {Math.round(brushSizePx)} px
            </Text>
          </div>
          <div className="option">
            <Text span size="xs">
              {t('tools.hardness')}
            </Text>
            <Slider
              w={80}
              min={0}
              max={100}
              value={Math.round(hardness * 100)}
              onChange={(value) => useEditor.setState({ hardness: value / 100 })}
              label={null}
              thumbLabel={t('tools.hardness')}
            />
            <Text span size="xs" w={40} className="numbers">
              {Math.round(hardness * 100)} %
            </Text>
          </div>
          <Switch
            size="xs"
            label={t('tools.pressure')}
            checked={pressureSize}
            onChange={({ currentTarget }) => useEditor.setState({ pressureSize: currentTarget.checked })}
          />
        </Group>
      )}
      <Text size="xs" c="dimmed" className="tool-hint" lineClamp={2}>
        {t(`tools.hints.${tool}`)}
      </Text>
    </div>
  );
}

function ComparisonBar() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const { comparisonMode, shownRenderId, comparedRenderId } = useEditor();
  const renders = useStudio((state) => state.renders);
  const shown = renders.find(({ renderId }) => renderId === shownRenderId);
  const compared = renders.find(({ renderId }) => renderId === comparedRenderId);
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
      <Text size="xs" c="dimmed" lineClamp={2} className="tool-hint">
        {shown && renderName(shown)},{' '}
        {t('view.comparedWith', { name: compared ? renderName(compared) : t('view.background') })}
      </Text>
    </div>
  );
}

function ViewBar() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const percent = useSyncExternalStore(studio.view.subscribe, studio.view.getPercent);
  const { masksShown, inpaintedShown, expandedShown, maskOpacity } = useEditor();
  const hasInpainted = useStudio((state) => state.project?.document.inpainted !== null);
  const run = (action: 'view.zoomIn' | 'view.zoomOut' | 'view.fit' | 'view.actualSize') => () =>
    runAction(studio, action);
  return (
    <div className="view-bar">
      <Group gap={4} wrap="nowrap">
        <IconButton label={t('view.zoomOut')} action="view.zoomOut" onClick={run('view.zoomOut')}>
          <IconMinus size={16} aria-hidden />
        </IconButton>
        <Text size="xs" w={48} ta="center" className="numbers" aria-label={t('view.zoom', { percent })}>
          {percent} %
        </Text>
        <IconButton label={t('view.zoomIn')} action="view.zoomIn" onClick={run('view.zoomIn')}>
          <IconPlus size={16} aria-hidden />
        </IconButton>
        <Button variant="subtle" color="gray" onClick={run('view.fit')}>
          {t('view.fit')}
        </Button>
        <Button variant="subtle" color="gray" onClick={run('view.actualSize')}>
          {t('view.actualSize')}
        </Button>
      </Group>
      <Group gap={4} wrap="nowrap" ml="auto">
        <Slider
          w={80}
          min={10}
          max={100}
          value={Math.round(maskOpacity * 100)}
          onChange={(value) => useEditor.setState({ maskOpacity: value / 100 })}
          label={null}
          thumbLabel={t('concept.opacity')}
        />
        <Toggle
          label={t('view.masks')}
          isOn={masksShown}
          onToggle={() => useEditor.setState({ masksShown: !masksShown })}
        >
          <IconEye size={16} aria-hidden />
        </Toggle>
        <Toggle
          label={t('view.inpainted')}
          isOn={inpaintedShown}
          isDisabled={!hasInpainted}
          onToggle={() => useEditor.setState({ inpaintedShown: !inpaintedShown })}
        >
          <IconPhoto size={16} aria-hidden />
        </Toggle>
        <Toggle
          label={t('view.expanded')}
          isOn={expandedShown}
          onToggle={() => useEditor.setState({ expandedShown: !expandedShown })}
        >
          <IconSquareDashed size={16} aria-hidden />
        </Toggle>
      </Group>
    </div>
  );
}

function Toggle({
  label,
  isOn,
  isDisabled = false,
  onToggle,
  children,
}: {
  label: string;
  isOn: boolean;
  isDisabled?: boolean;
  onToggle: () => void;
  children: ReactNode;
}) {
  return (
    <IconButton
      label={label}
      aria-pressed={isOn}
      variant={isOn ? 'light' : 'subtle'}
      color={isOn ? 'brand' : 'gray'}
      disabled={isDisabled}
      onClick={onToggle}
    >
      {children}
    </IconButton>
  );
}

/** What the render under way looks like so far. */
function PreviewCard() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const preview = useStudio((state) => state.preview);
  if (!preview) return null;
  return (
    <figure className="preview-card">
      <img src={studio.assetUrl(preview.image)} alt={t('view.preview')} />
      <figcaption>
        {t('render.running')} {preview.step}/{preview.total}
      </figcaption>
    </figure>
  );
}
