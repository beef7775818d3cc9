/**
 * The canvas: the background, the masks, the tool's outline. What redraws together shares a layer, so that a stroke
 * redraws the active mask and nothing else; Konva advises at most five layers. Masks under the active one share a layer
 * with the placed pictures: while a placed picture is dragged, it is the active one, and all masks are above it.
 */
import Konva from 'konva';
import {
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { Layer, Rect, Stage } from 'react-konva';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { PixelRect, Point } from '../editor/mask-plane.ts';
import { targetOf } from '../editor/mask-target.ts';
import type { Size } from '../editor/view-transform.ts';
import type { CanvasTools } from './canvas-tools.ts';
import type { CanvasView } from './canvas-view.ts';
import { type Comparison, ComparisonPictures, comparisonContent } from './comparison.tsx';
import { ComparisonSlider } from './comparison-slider.tsx';
import { type HitOutline, HitOutlines } from './hit-outlines.tsx';
import { BlackAndWhiteMask, MaskPicture, type ShownMask } from './mask-picture.tsx';
import type { MaskWorkbench } from './mask-workbench.ts';
import { usePicture } from './picture.ts';
import type { PictureLibrary } from './picture-library.ts';
import { PlaceOverlay } from './place-overlay.ts';
import { PlacedPictures } from './placed-pictures.tsx';
import { listenToPointers } from './pointer-input.ts';
import { TiledPicture } from './tiled-picture.tsx';
import { ToolOverlay } from './tool-overlay.ts';

export interface SceneCanvasProps {
  readonly pictures: PictureLibrary;
  readonly size: Size;
  readonly background: AssetId | null;
  /** Shown instead of the background. */
  readonly inpainted: AssetId | null;
  /** A render's result over the background, under the masks. */
  readonly result: AssetId | null;
  /** The masks to show, back to front. */
  readonly masks: readonly ShownMask[];
  /** Whether the scene with its masks is shown, not a picture for viewing only. */
  readonly isSceneShown: boolean;
  readonly activeId: string | null;
  /** Whether the active mask is drawn white on black instead of the scene. */
  readonly isBlackAndWhite: boolean;
  /** Hits of a search to choose from. */
  readonly hits: readonly HitOutline[];
  /** Takes the clicks instead of the tools, in mask coordinates; undefined: the tools work. */
  readonly onPick: ((at: Point, isAdded: boolean) => void) | undefined;
  readonly expanded: readonly { readonly id: string; readonly rect: PixelRect; readonly colour: string }[];
  readonly tools: CanvasTools;
  readonly view: CanvasView;
  /** Whether the placed pictures are drawn, not a result that contains them. */
  readonly arePlacedShown: boolean;
  /** Whether the frame is drawn: it is not the whole background, or its tool is active. */
  readonly isFrameShown: boolean;
  readonly isFrameTool: boolean;
  readonly isMoveTool: boolean;
  /** Pictures to compare instead of the scene. */
  readonly comparison: Comparison | null;
  readonly brushSizePx: number;
  readonly isPanTool: boolean;
  readonly isSpaceHeld: boolean;
  /** Show square pixels when zoomed in; otherwise smooth. */
  readonly showsPixels: boolean;
  readonly wheel: 'zoom' | 'brushSize';
  readonly label: string;
  readonly sliderLabel: string;
  readonly onChangeBrushSize: (factor: number) => void;
  readonly onError: (error: unknown) => void;
  readonly children?: ReactNode;
}

export function SceneCanvas(props: SceneCanvasProps) {
  const { pictures, size, tools, view, comparison, masks, activeId, showsPixels, onError } = props;
  const { masks: workbench, place, frame } = tools;
  const container = useRef<HTMLDivElement>(null);
  const [viewport, setViewport] = useState<Size>({ width: 0, height: 0 });
  const stage = useRef<Konva.Stage>(null);
  const activeLayer = useRef<Konva.Layer>(null);
  const overlayLayer = useRef<Konva.Layer>(null);
  const placedLayer = useRef<Konva.Layer>(null);
  const overlay = useMemo(() => new ToolOverlay(), []);
  const placeOverlay = useMemo(() => new PlaceOverlay(), []);
  const devicePixelRatio = useDevicePixelRatio();
  const background = usePicture(pictures, props.inpainted ?? props.background, onError);
  const result = usePicture(pictures, props.result, onError);
  const workbenchVersion = useSyncExternalStore(workbench.subscribe, workbench.getVersion);
  const placeVersion = useSyncExternalStore(place.subscribe, place.getVersion);
  const latest = useRef(props);
  latest.current = props;

  // 1. The stage follows the size of its container.
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      setViewport({ width, height });
      view.setViewport({ width, height });
    });
    observer.observe(container.current!);
    return () => observer.disconnect();
  }, [view]);

  // 2. The view moves the stage without React.
  const content = comparison ? comparisonContent(comparison.mode, size) : size;
  const { width: contentWidth, height: contentHeight } = content;
  useEffect(() => {
    view.setContent({ width: contentWidth, height: contentHeight });
  }, [view, contentWidth, contentHeight]);
  const placeStage = useCallback(() => {
    const { scale, offsetX, offsetY } = view.getTransform();
    const node = stage.current;
    if (!node) return;
    node.scale({ x: scale, y: scale });
    node.position({ x: offsetX, y: offsetY });
    for (const layer of node.getLayers()) layer.imageSmoothingEnabled(!latest.current.showsPixels);
    tools.setScale(scale);
    overlay.setScale(scale);
    container.current?.style.setProperty('--picture-x', `${offsetX}px`);
    container.current?.style.setProperty('--picture-y', `${offsetY}px`);
    container.current?.style.setProperty('--picture-scale', String(scale));
    node.batchDraw();
  }, [view, tools, overlay]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the stage exists after the first size of its container.
  useEffect(() => {
    placeStage();
    return view.subscribe(placeStage);
  }, [view, placeStage, viewport, showsPixels, devicePixelRatio]);

  const showOverlay = useCallback(() => {
    const { isSceneShown, activeId: id } = latest.current;
    // A tool's overlay belongs to the masks: over a result or another picture it would be misleading.
    if (!isSceneShown) {
      overlay.clear();
      placeOverlay.clear();
      return;
    }
    const { size: background, isMoveTool, isFrameTool, isFrameShown } = latest.current;
    overlay.show(workbench.outline, workbench.selection, isMoveTool ? moveBox(workbench, id) : undefined);
    placeOverlay.show({
      background,
      placed: place.active,
      hasHandles: isMoveTool,
      guides: place.guides,
      frame: isFrameShown || frame.isActive ? frame.shown : undefined,
      isFrameTool,
    });
  }, [workbench, place, frame, overlay, placeOverlay]);

  // 3. Strokes redraw the active mask and the overlay, once per animation frame.
  useEffect(() => {
    let isRequested = false;
    workbench.setRedraw(() => {
      if (isRequested) return;
      isRequested = true;
      requestAnimationFrame(() => {
        isRequested = false;
        workbench.flush();
        activeLayer.current?.draw();
        // What is in front of a placed picture hides it while it is painted.
        if (isOfFront(workbench.activeId)) placedLayer.current?.draw();
        showOverlay();
        overlayLayer.current?.draw();
      });
    });
    return () => workbench.setRedraw(() => {});
  }, [workbench, showOverlay]);
  // Placed pictures and the frame redraw their own layer.
  useEffect(() => {
    let isRequested = false;
    const redraw = () => {
      if (isRequested) return;
      isRequested = true;
      requestAnimationFrame(() => {
        isRequested = false;
        placedLayer.current?.draw();
        showOverlay();
        overlayLayer.current?.draw();
      });
    };
    place.setRedraw(redraw);
    frame.setRedraw(redraw);
    return () => {
      place.setRedraw(() => {});
      frame.setRedraw(() => {});
    };
  }, [place, frame, showOverlay]);
  useEffect(() => {
    overlayLayer.current?.add(placeOverlay.shape);
    overlayLayer.current?.add(overlay.group);
    const hasBrush = !props.isPanTool && !props.isFrameTool && !comparison;
    overlay.setBrush(hasBrush ? brushOf(workbench, props.brushSizePx) : undefined);
    showOverlay();
    overlayLayer.current?.batchDraw();
  });

  // Masks were loaded or committed: their pictures changed, which React cannot detect.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that planes changed.
  useEffect(() => {
    stage.current?.batchDraw();
  }, [workbenchVersion, masks]);

  // The first animation frame with the background: the user can work from here on (test/bench/editor-bench.ts).
  const isShown = background !== undefined;
  useEffect(() => {
    if (!isShown) return;
    const frame = requestAnimationFrame(() => performance.mark('first-interactive-frame'));
    return () => cancelAnimationFrame(frame);
  }, [isShown]);

  // 4. Pointers.
  useEffect(() => {
    const element = container.current!;
    const stop = new AbortController();
    listenToPointers(
      element,
      {
        view,
        isPanning: () => {
          const { isPanTool, isSpaceHeld, comparison: compared } = latest.current;
          return isPanTool || isSpaceHeld || compared !== null;
        },
        wheelAction: () => latest.current.wheel,
        interrupt: (hasDrawn) => tools.interrupt(hasDrawn),
        input: (input) => {
          const { comparison: compared, onPick } = latest.current;
          if (compared === null && !onPick) tools.input(input);
          // A drag that began before the canvas showed something else ends with what it has drawn.
          else if (input.kind === 'up') tools.interrupt(true);
          else if (onPick && compared === null && input.kind === 'down') {
            const { x, y, shift } = input.pointer;
            onPick({ x: x * workbench.space.scaleX, y: y * workbench.space.scaleY }, shift);
          }
        },
        hover: (point: Point | undefined) => {
          overlay.setPointer(point);
          overlayLayer.current?.batchDraw();
        },
        changeBrushSize: (factor) => latest.current.onChangeBrushSize(factor),
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [view, tools, workbench, overlay]);

  const activeAt = masks.findIndex(({ id }) => id === activeId);
  const mask = (shown: ShownMask) => (
    <MaskPicture
      key={shown.id}
      mask={shown}
      image={workbench.imageOf(shown.id)}
      space={workbench.space}
      isActive={shown.id === activeId}
    />
  );
  const isGrabbing = props.isPanTool || props.isSpaceHeld || comparison;
  const cursor = isGrabbing ? 'grab' : props.onPick ? 'pointer' : 'crosshair';
  return (
    <div
      ref={container}
      className="scene-canvas"
      style={{ cursor }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes keys for the tools (Enter, Escape).
      tabIndex={0}
      role="application"
      aria-label={props.label}
      data-masks={workbenchVersion}
      data-placed={placeVersion}
    >
      {comparison?.mode !== 'sideBySide' && (
        <div className="checkerboard" style={{ width: content.width, height: content.height }} />
      )}
      {viewport.width > 0 && (
        <Stage
          key={devicePixelRatio}
          ref={stage}
          width={viewport.width}
          height={viewport.height}
          listening={false}
        >
          <Layer listening={false}>
            {comparison ? (
              <ComparisonPictures comparison={comparison} pictures={pictures} size={size} onError={onError} />
            ) : (
              background && <TiledPicture picture={background} library={pictures} size={size} />
            )}
          </Layer>
          <Layer ref={placedLayer} listening={false}>
            {!comparison && props.arePlacedShown && <PlacedPictures workbench={place} masks={workbench} />}
            {!comparison && result && <TiledPicture picture={result} library={pictures} size={size} />}
            {!comparison && !props.isBlackAndWhite && masks.slice(0, Math.max(activeAt, 0)).map(mask)}
          </Layer>
          <Layer ref={activeLayer} listening={false}>
            {!comparison &&
              activeAt >= 0 &&
              (props.isBlackAndWhite ? (
                <BlackAndWhiteMask image={workbench.imageOf(masks[activeAt]!.id)} space={workbench.space} />
              ) : (
                mask(masks[activeAt]!)
              ))}
          </Layer>
          <Layer listening={false}>
            {!comparison && !props.isBlackAndWhite && masks.slice(activeAt + 1).map(mask)}
            {!comparison && <HitOutlines outlines={props.hits} space={workbench.space} />}
            {!comparison &&
              props.expanded.map(({ id, rect, colour }) => (
                <Rect
                  key={id}
                  x={rect.left}
                  y={rect.top}
                  width={rect.right - rect.left}
                  height={rect.bottom - rect.top}
                  stroke={colour}
                  strokeWidth={1.5}
                  strokeScaleEnabled={false}
                  dash={[6, 4]}
                />
              ))}
          </Layer>
          <Layer ref={overlayLayer} listening={false} />
        </Stage>
      )}
      {comparison?.mode === 'slider' && (
        <ComparisonSlider size={size} comparison={comparison} view={view} label={props.sliderLabel} />
      )}
      {props.children}
    </div>
  );
}

function isOfFront(maskId: string | null): boolean {
  return maskId !== null && targetOf(maskId).role === 'front';
}

function brushOf(workbench: MaskWorkbench, brushSizePx: number): number | undefined {
  return workbench.tool === 'brush' || workbench.tool === 'eraser' ? brushSizePx : undefined;
}

/** The active mask's box while it can be moved. */
function moveBox(workbench: MaskWorkbench, activeId: string | null): PixelRect | undefined {
  return workbench.tool === 'move' && activeId !== null ? workbench.boundsOf(activeId) : undefined;
}

/** Device pixels per CSS pixel; changes when the window moves to another screen or the page is zoomed. */
function useDevicePixelRatio(): number {
  const [ratio, setRatio] = useState(window.devicePixelRatio);
  useEffect(() => {
    const query = matchMedia(`(resolution: ${ratio}dppx)`);
    const update = () => {
      Konva.pixelRatio = window.devicePixelRatio;
      setRatio(window.devicePixelRatio);
    };
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, [ratio]);
  return ratio;
}
