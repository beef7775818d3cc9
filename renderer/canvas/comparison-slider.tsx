/** The handle between two pictures, moved by dragging or the arrow keys. */
import { type PointerEvent, useRef, useSyncExternalStore } from 'react';
import type { Size } from '../editor/view-transform.ts';
import { toImage, toScreen } from '../editor/view-transform.ts';
import type { CanvasView } from './canvas-view.ts';
import type { Comparison } from './comparison.tsx';

const STEP = 0.02;

export function ComparisonSlider({
  size,
  comparison,
  view,
  label,
}: {
  size: Size;
  comparison: Comparison;
  view: CanvasView;
  label: string;
}) {
  const transform = useSyncExternalStore(view.subscribe, view.getTransform);
  const handle = useRef<HTMLDivElement>(null);
  const { share, onShare } = comparison;
  const { x, y } = toScreen(transform, { x: share * size.width, y: 0 });
  const set = (next: number) => onShare(Math.min(Math.max(next, 0), 1));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { left } = event.currentTarget.parentElement!.getBoundingClientRect();
    set(toImage(transform, { x: event.clientX - left, y: 0 }).x / size.width);
  };
  return (
    <div
      ref={handle}
      className="comparison-slider"
      data-over-canvas
      style={{ left: x, top: y, height: size.height * transform.scale }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const steps: Record<string, number> = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -1, End: 1 };
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        set(share + step);
      }}
    />
  );
}
