/** The frame that a render would use now: its position, and the size at which the model sees it. */
import { useMemo, useSyncExternalStore } from 'react';
import { type FrameRectangle, type ResolvedFrame, resolveFrame } from '../../../electron/contract/frame.ts';
import { placementBox } from '../../../electron/contract/placement.ts';
import type { SceneDocument } from '../../../electron/contract/scene-document.ts';
import type { CanvasTools } from '../../canvas/canvas-tools.ts';
import { isEmptyRect, type PixelRect } from '../../editor/mask-plane.ts';
import { useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';

/** undefined without a background or an open pack. */
export function useFrame(document: SceneDocument | undefined): ResolvedFrame | undefined {
  const { tools } = useStudioActions();
  const { masks, place } = tools;
  const pack = useStudio((state) => state.engine?.pack ?? null);
  const measured = useStudio((state) => state.backgroundSize);
  const maskVersion = useSyncExternalStore(masks.subscribe, masks.getVersion);
  const placeVersion = useSyncExternalStore(place.subscribe, place.getVersion);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions say that masks or cut-outs changed.
  return useMemo(() => {
    if (!document || document.background === null || !measured || measured.of !== document.background) {
      return undefined;
    }
    if (!pack) return undefined;
    const size = { width: measured.width, height: measured.height };
    return resolveFrame(document.frame, size, boxesOf(document, tools), pack);
  }, [document, measured, pack, tools, maskVersion, placeVersion]);
}

/** The bounds that the frame must contain, of masks and placed pictures, in background pixels. */
function boxesOf(document: SceneDocument, { masks, place }: CanvasTools): FrameRectangle[] {
  return document.concepts.flatMap(({ id, visible, mode, placement }) => {
    if (!visible) return [];
    if (mode === 'place') {
      const image = place.sizeOf(id);
      const bounds = place.boundsOf(id);
      return placement && image && bounds ? [placementBox(placement, image, rectangleOf(bounds))] : [];
    }
    const bounds = masks.regionBoundsOf(id);
    return bounds && !isEmptyRect(bounds) ? [rectangleOf(bounds)] : [];
  });
}

function rectangleOf({ left, top, right, bottom }: PixelRect): FrameRectangle {
  return { left, top, width: right - left, height: bottom - top };
}
