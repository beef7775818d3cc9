/** Renders in a grid or a list of any length: only the lines in view are in the page, and more are loaded before its end. */
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import type { RenderEntry } from '../../../electron/contract/render-record.ts';

/** Least width of a picture in the grid, in CSS pixels. */
const TILE_PX = 150;
/** Estimates, until a line is measured. */
const LINE_PX = { grid: 200, list: 96 };
/** Lines kept in the page beyond those in view. */
const OVERSCAN = 3;

export type HistoryView = keyof typeof LINE_PX;

export function RenderGrid({
  renders,
  view,
  label,
  isOutdated,
  onEnd,
  children,
}: {
  readonly renders: readonly RenderEntry[];
  readonly view: HistoryView;
  readonly label: string;
  /** The renders are about to be replaced by others, and cannot be used meanwhile. */
  readonly isOutdated: boolean;
  /** Called when the last render comes close. */
  readonly onEnd: () => void;
  readonly children: (render: RenderEntry) => ReactNode;
}) {
  const list = useRef<HTMLDivElement>(null);
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const columns = view === 'grid' ? Math.max(Math.floor(width / TILE_PX), 1) : 1;
  const lines = useVirtualizer({
    count: Math.ceil(renders.length / columns),
    getScrollElement: () => list.current?.closest('.sheet') ?? null,
    estimateSize: () => LINE_PX[view],
    overscan: OVERSCAN,
    scrollMargin: topIn(list.current),
  });
  const shown = lines.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const isNearEnd = (last + 1) * columns >= renders.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again once more renders have come.
  useEffect(() => {
    if (isNearEnd && renders.length > 0 && !isOutdated) onEnd();
  }, [isNearEnd, renders.length, isOutdated]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is not a part of a form.
    <div
      ref={useMergedRef(list, sized)}
      className="render-grid"
      role="group"
      aria-label={label}
      aria-busy={isOutdated}
      inert={isOutdated}
      style={{ height: lines.getTotalSize() }}
    >
      {shown.map(({ key, index, start }) => (
        <ul
          key={key}
          ref={lines.measureElement}
          data-index={index}
          className="plain-list render-line"
          style={{
            transform: `translateY(${start - lines.options.scrollMargin}px)`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {renders.slice(index * columns, (index + 1) * columns).map(children)}
        </ul>
      ))}
    </div>
  );
}

/** How far below the beginning of its sheet an element is, in CSS pixels. */
function topIn(element: HTMLElement | null): number {
  const sheet = element?.closest('.sheet');
  if (!element || !sheet) return 0;
  return element.getBoundingClientRect().top - sheet.getBoundingClientRect().top + sheet.scrollTop;
}
