/** The canvas: above it the options of the tool and the selected concept's mask, below it the view bar. */
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResolvedFrame } from '../../../electron/contract/frame.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { Comparison } from '../../canvas/comparison.tsx';
import { SceneCanvas } from '../../canvas/scene-canvas.tsx';
import { expandedRectangles, framedMask, outOfFrame } from '../../editor/expanded-rectangle.ts';
import { paintableMask, sceneMasks, targetId, targetOf } from '../../editor/mask-target.ts';
import type { Size } from '../../editor/view-transform.ts';
import { setBrushSize, useEditor } from '../../session/editor-store.ts';
import { reportError } from '../../session/notices.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { findRender, useStudio } from '../../session/studio-store.ts';
import { MaskPanel } from '../flow/mask-panel.tsx';
import { useFrame } from '../flow/use-frame.ts';
import { conceptName } from '../widgets/concept-name.ts';
import { renderName } from '../widgets/render-name.ts';
import { ComparisonLabels } from './comparison-labels.tsx';
import { CutOutBar } from './cut-out-bar.tsx';
import { EmptyCanvas } from './empty-canvas.tsx';
import { FrameLabel } from './frame-label.tsx';
import { HitLabels, HitsBar, outlinesOf, pickHit, useHitPlanes, useShownHits } from './hits-bar.tsx';
import { OfferCard } from './offer-card.tsx';
import { PreviewCard } from './preview-card.tsx';
import { ComparisonBar, ToolOptions } from './tool-options.tsx';
import { ViewBar } from './view-bar.tsx';

/** How long masks must rest before their rectangles are recomputed. */
const SETTLED_MS = 150;
const EMPTY_SIZE = { width: 512, height: 512 };
/** Side of the copy used to find the colours under the masks. */
const UNDERLYING_SIDE_PX = 64;

export function CanvasArea() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const document = useStudio((state) => state.project?.document);
  const measured = useStudio((state) => state.backgroundSize);
  const size = measured ?? EMPTY_SIZE;
  const wheel = useStudio((state) => state.settings.wheel);
  const editor = useEditor();
  const comparison = useComparison(document);
  const newestResult = useStudio(
    (state) => state.renders.find(({ result }) => result !== null)?.result ?? null,
  );
  const { workbench, tools, view } = studio;
  const frame = useFrame(document);
  const { cutOut } = editor;
  const paintsFront = editor.frontOf !== null && editor.frontOf === editor.activeConceptId;
  const cutOutTarget = cutOut && targetId({ conceptId: cutOut.conceptId, role: 'subject' });
  useEffect(() => {
    if (!document) return;
    const { concepts } = document;
    if (cutOut) {
      const masks = concepts
        .filter(({ id }) => id === cutOut.conceptId)
        .map((concept) => paintableMask(concept, 'subject'));
      tools.follow({
        size: cutOut.size,
        masks,
        activeMaskId: masks[0]?.id ?? null,
        concepts: [],
        activeId: null,
      });
      return;
    }
    // Wait for the background's size: its masks would otherwise be fitted to the previous background.
    if (document.background !== (measured?.of ?? null)) return;
    const activeId = editor.activeConceptId;
    tools.follow({ size, ...sceneMasks(concepts, activeId, paintsFront), concepts, activeId });
  }, [tools, document, measured, size, editor.activeConceptId, paintsFront, cutOut]);
  useEffect(() => {
    if (frame) tools.frame.follow(frame, size);
  }, [tools, frame, size]);
  useEffect(() => tools.place.setSettings({ snaps: editor.snaps }), [tools, editor.snaps]);
  const { brushSizePx, hardness, pressureSize, pressureOpacity, tiltSize } = editor;
  useEffect(() => {
    workbench.setSettings({ brushSizePx, hardness, pressureSize, pressureOpacity, tiltSize });
  }, [workbench, brushSizePx, hardness, pressureSize, pressureOpacity, tiltSize]);
  const expanded = useExpanded(document, frame);
  const hits = useShownHits();
  const hitPlanes = useHitPlanes(hits);
  const stagedSize = useStagedSize(editor.stagedBackground);
  const showsPixels = useStudio((state) => state.settings.editor.showPixels === true);
  useUnderlyingPicture(
    cutOut?.image ||
      (editor.resultShown && newestResult) ||
      (editor.inpaintedShown && document?.inpainted) ||
      document?.background ||
      null,
  );
  if (!document) return <main className="canvas-area" id="canvas" />;

  const isCuttingOut = cutOut !== null && comparison === null;
  const staged = editor.stagedBackground;
  // A candidate is viewed without masks, which belong to another picture.
  const shown = sceneMasks(document.concepts, editor.activeConceptId, paintsFront);
  const opacityOf = (id: string) =>
    editor.maskView === 'outline' ? 0 : (editor.maskOpacities[id] ?? editor.maskOpacity);
  const shownMasks = shown.masks.flatMap(({ id }) => {
    const { conceptId, role } = targetOf(id);
    const isActive = conceptId === editor.activeConceptId;
    const isVisible = document.concepts.some((concept) => concept.id === conceptId && concept.visible);
    const areShown = editor.masksShown && staged === null && hits === null;
    if (!areShown || !(isActive || (isVisible && role === 'mask'))) return [];
    // For front masks, only the outline unless one is being painted: its part is in front, not part of the concept.
    return [{ id, opacity: role === 'mask' || paintsFront ? opacityOf(id) : 0 }];
  });
  const background = staged ?? document.background;
  const isSceneShown = comparison === null && staged === null;
  const isWhole = frame && frame.width === size.width && frame.height === size.height;
  const isFrameShown =
    frame !== undefined && isSceneShown && !isCuttingOut && (!isWhole || editor.tool === 'frame');
  return (
    <main className="canvas-area" id="canvas" tabIndex={-1}>
      {comparison ? <ComparisonBar /> : hits ? <HitsBar hits={hits} /> : <ToolOptions />}
      {cutOut ? <CutOutBar name={conceptName(document, cutOut.conceptId)} /> : <MaskPanel />}
      <SceneCanvas
        size={isCuttingOut ? cutOut.size : (stagedSize ?? size)}
        isSceneShown={isSceneShown}
        showsPixels={showsPixels}
        pictures={studio.pictureLibrary}
        background={
          isCuttingOut ? cutOut.image : background && (editor.backgroundShown || staged) ? background : null
        }
        inpainted={editor.inpaintedShown && staged === null && !isCuttingOut ? document.inpainted : null}
        result={editor.resultShown && staged === null && !isCuttingOut ? newestResult : null}
        masks={
          isCuttingOut
            ? [{ id: cutOutTarget!, opacity: editor.masksShown ? opacityOf(cutOutTarget!) : 0 }]
            : shownMasks
        }
        activeId={isCuttingOut ? cutOutTarget : shown.activeMaskId}
        isBlackAndWhite={editor.maskView === 'blackWhite' && isSceneShown}
        hits={outlinesOf(hits, hitPlanes)}
        onPick={hits ? (at, isAdded) => pickHit(hitPlanes, at, isAdded) : undefined}
        expanded={staged === null && !isCuttingOut ? expanded : []}
        tools={tools}
        arePlacedShown={staged === null && !isCuttingOut && !(editor.resultShown && newestResult !== null)}
        isFrameShown={isFrameShown}
        isFrameTool={editor.tool === 'frame'}
        isMoveTool={editor.tool === 'move'}
        view={view}
        comparison={comparison}
        brushSizePx={editor.brushSizePx}
        isPanTool={editor.tool === 'hand' || staged !== null}
        isSpaceHeld={editor.spaceHeld}
        wheel={wheel}
        label={t('view.canvas')}
        sliderLabel={t('view.sliderHandle')}
        onChangeBrushSize={(factor) => setBrushSize(useEditor.getState().brushSizePx * factor)}
        onError={reportError}
      >
        {background === null && !isCuttingOut && <EmptyCanvas />}
        {isFrameShown && <FrameLabel frame={frame} />}
        {comparison && <ShownNames comparison={comparison} size={size} />}
        {hits && isSceneShown && <HitLabels hits={hits} />}
        {isSceneShown && !isCuttingOut && <OfferCard />}
        <PreviewCard />
      </SceneCanvas>
      <ViewBar />
    </main>
  );
}

function ShownNames({ comparison, size }: { comparison: Comparison; size: Size }) {
  const { t } = useTranslation();
  const { shownRenderId, comparedRenderId } = useEditor();
  const shown = useStudio((state) => findRender(state, shownRenderId));
  const compared = useStudio((state) => findRender(state, comparedRenderId));
  return (
    <ComparisonLabels
      comparison={comparison}
      size={size}
      before={compared ? renderName(compared) : t('view.background')}
      after={shown ? renderName(shown) : ''}
    />
  );
}

/** Size of the viewed candidate, which may differ from the background's; undefined until known. */
function useStagedSize(staged: string | null): Size | undefined {
  const studio = useStudioActions();
  const [known, setKnown] = useState<{ of: string; size: Size } | undefined>(undefined);
  useEffect(() => {
    if (staged === null) return;
    let isCurrent = true;
    studio.pictures
      .sizeOf(staged)
      .then((size) => {
        if (isCurrent) setKnown({ of: staged, size });
      })
      .catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [studio, staged]);
  return known !== undefined && known.of === staged ? known.size : undefined;
}

/** Passes the picture under the masks to the workbench, so that they stand out from it. */
function useUnderlyingPicture(picture: string | null): void {
  const { pictureLibrary, workbench } = useStudioActions();
  useEffect(() => {
    if (picture === null) {
      workbench.setPicture(undefined);
      return;
    }
    let isCurrent = true;
    const read = async () => {
      const [width, height] = [UNDERLYING_SIDE_PX, UNDERLYING_SIDE_PX];
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      try {
        const { base } = await pictureLibrary.open(picture);
        context.drawImage(base, 0, 0, width, height);
      } finally {
        pictureLibrary.release(picture);
      }
      if (isCurrent) workbench.setPicture(context.getImageData(0, 0, width, height));
    };
    read().catch(reportError);
    return () => {
      isCurrent = false;
    };
  }, [pictureLibrary, workbench, picture]);
}

/** The expanded rectangles, while they are shown. */
function useExpanded(document: SceneDocument | undefined, frame: ResolvedFrame | undefined) {
  const { workbench } = useStudioActions();
  const isShown = useEditor((state) => state.expandedShown);
  const downscale = useStudio((state) => state.engine?.pack?.downscale);
  const version = useSyncExternalStore(workbench.subscribe, workbench.getVersion);
  // The method's own computation takes a while on large masks: run it after a stroke, not during it.
  const [settledVersion] = useDebouncedValue(version, SETTLED_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that planes changed.
  return useMemo(() => {
    if (!document || !frame || !isShown || downscale === undefined) return [];
    const { space } = workbench;
    const shown = document.concepts.flatMap(({ id, colour, visible }) => {
      const plane = workbench.planeOf(id);
      // As the model sees it.
      return plane && visible ? [{ id, colour, plane: framedMask(plane, space, frame) }] : [];
    });
    const { expandLatent, featherPx, regionGrowPx, bandLatent } = document.parameters;
    const rectangles = expandedRectangles(
      shown.map(({ plane }) => plane),
      { downscale, expandLatent, featherPx, regionGrowPx, bandLatent },
    );
    return shown.flatMap(({ id, colour }, index) => {
      const rect = rectangles[index];
      return rect ? [{ id, rect: outOfFrame(rect, frame), colour }] : [];
    });
  }, [document, frame, isShown, downscale, workbench, settledVersion]);
}

/** The compared pictures while a render is viewed. */
function useComparison(document: SceneDocument | undefined): Comparison | null {
  const editor = useEditor();
  const { shownRenderId, comparedRenderId, stagedBackground } = editor;
  const after = useStudio((state) => findRender(state, shownRenderId)?.result ?? null);
  const compared = useStudio((state) => findRender(state, comparedRenderId)?.result ?? null);
  return useMemo(() => {
    const before = compared ?? document?.background ?? null;
    if (after === null || before === null || stagedBackground !== null) return null;
    return {
      mode: editor.originalHeld ? 'before' : editor.comparisonMode,
      before,
      after,
      share: editor.comparisonShare,
      onShare: (comparisonShare: number) => useEditor.setState({ comparisonShare }),
    };
  }, [
    document,
    after,
    compared,
    stagedBackground,
    editor.comparisonMode,
    editor.comparisonShare,
    editor.originalHeld,
  ]);
}
