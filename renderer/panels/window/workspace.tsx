/** The canvas with the panels around it, which can be resized and hidden (docs/decisions/0207). */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  Group,
  type Layout,
  Panel,
  type PanelImperativeHandle,
  Separator,
  usePanelRef,
} from 'react-resizable-panels';
import { PANELS, type PanelName, setPanelsHidden, useEditor } from '../../session/editor-store.ts';
import { keepPanels } from '../../session/panel-layout.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { FlowPanel } from '../flow/flow-panel.tsx';
import { Filmstrip } from '../history/filmstrip.tsx';
import { CanvasArea } from './canvas-area.tsx';
import { Inspector } from './inspector.tsx';

/** In CSS pixels. */
const LIMITS: Readonly<Record<PanelName, { readonly leastPx: number; readonly mostPx: number }>> = {
  scene: { leastPx: 208, mostPx: 480 },
  inspector: { leastPx: 270, mostPx: 640 },
  history: { leastPx: 116, mostPx: 360 },
};

/** The size that a handle returns to at a double click, in CSS pixels. */
function usualPx(name: PanelName): number {
  const isNarrow = innerWidth < 1200;
  if (name === 'scene') return isNarrow ? 220 : 240;
  if (name === 'inspector') return isNarrow ? 276 : 320;
  return 136;
}

const LEAST_CANVAS_PX = { width: 480, height: 240 };

/** What is in a panel scrolls by itself. */
const CLIPPED = { overflow: 'hidden' };

type Handles = Readonly<Record<PanelName, RefObject<PanelImperativeHandle | null>>>;

export function Workspace() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const handles: Handles = { scene: usePanelRef(), inspector: usePanelRef(), history: usePanelRef() };
  const workspace = useRef<HTMLDivElement>(null);
  const keep = useKeptPanels();
  useSizesOfWindow(workspace, handles);
  // An empty history takes no room; one with a filter stays, so that the filter can be removed.
  const hasHistory = useStudio(({ renders, onlyStarred }) => renders.length > 0 || onlyStarred);
  const panel = (name: PanelName, content: ReactNode) => (
    <SidePanel name={name} handle={handles[name]}>
      {content}
    </SidePanel>
  );
  const handle = (name: PanelName) => (
    <Separator
      className="panel-handle"
      // A label would be content outside of the landmarks.
      title={t(`inspector.resize.${name}`)}
      // The library would return to the stored size.
      disableDoubleClick
      onDoubleClick={() => {
        handles[name].current?.resize(usualPx(name));
        setPanelsHidden([name], false);
        start(() => keepPanels(studio.client, { [name]: null }));
      }}
    />
  );
  return (
    <Group className="workspace" elementRef={workspace} orientation="vertical" onLayoutChanged={keep}>
      <Panel id="stage" minSize={LEAST_CANVAS_PX.height} style={CLIPPED}>
        <Group onLayoutChanged={keep}>
          {panel('scene', <FlowPanel />)}
          {handle('scene')}
          <Panel id="canvas-panel" minSize={LEAST_CANVAS_PX.width} style={CLIPPED}>
            <CanvasArea />
          </Panel>
          {handle('inspector')}
          {panel('inspector', <Inspector />)}
        </Group>
      </Panel>
      {hasHistory && handle('history')}
      {hasHistory && panel('history', <Filmstrip />)}
    </Group>
  );
}

function SidePanel({
  name,
  handle,
  children,
}: {
  readonly name: PanelName;
  readonly handle: RefObject<PanelImperativeHandle | null>;
  readonly children: ReactNode;
}) {
  const isHidden = useEditor((state) => state.hiddenPanels.includes(name));
  const wasHidden = useRef(isHidden);
  const [firstPx] = useState(() => (isHidden ? 0 : wantedPx(name)));
  useEffect(() => {
    const panel = handle.current;
    if (!panel || wasHidden.current === isHidden) return;
    wasHidden.current = isHidden;
    if (isHidden) panel.collapse();
    // A drag of its handle may have opened it already.
    else if (panel.isCollapsed()) panel.resize(wantedPx(name));
  }, [handle, name, isHidden]);
  return (
    <Panel
      id={`${name}-panel`}
      panelRef={handle}
      defaultSize={firstPx}
      minSize={LIMITS[name].leastPx}
      maxSize={LIMITS[name].mostPx}
      collapsible
      style={CLIPPED}
      collapsedSize={0}
      // A larger window gives its room to the canvas.
      groupResizeBehavior="preserve-pixel-size"
    >
      {/* Nothing in a hidden panel can have the focus. */}
      <div className="side-panel" hidden={isHidden}>
        {children}
      </div>
    </Panel>
  );
}

/** The size that the user has given to a panel, else its usual size. */
function wantedPx(name: PanelName): number {
  return useEditor.getState().panelSizesPx[name] ?? usualPx(name);
}

/**
 * Gives the panels their sizes again when the window has changed, as far as there is room: what a narrow window takes
 * from them, also while they are hidden and shown in it, comes back with a wide one.
 */
function useSizesOfWindow(workspace: RefObject<HTMLDivElement | null>, handles: Handles) {
  const current = useRef(handles);
  useEffect(() => {
    // The panels' own sizes change inside of it.
    const observer = new ResizeObserver(() => {
      const { hiddenPanels } = useEditor.getState();
      for (const name of PANELS) {
        if (!hiddenPanels.includes(name)) current.current[name].current?.resize(wantedPx(name));
      }
    });
    if (workspace.current) observer.observe(workspace.current);
    return () => observer.disconnect();
  }, [workspace]);
}

/** Stores what the user changes with the handles. @returns for the groups' changes of layout */
function useKeptPanels() {
  const studio = useStudioActions();
  const before = useRef<Partial<Record<PanelName, number>>>({});
  return (layout: Layout, { isUserInteraction }: { readonly isUserInteraction: boolean }) => {
    const roomPx = roomOf(layout);
    const sizesPx: Partial<Record<PanelName, number>> = {};
    for (const name of PANELS) {
      const percent = layout[`${name}-panel`];
      // It belongs to the other group.
      if (percent === undefined) continue;
      const isCollapsed = percent === 0;
      if (isUserInteraction && useEditor.getState().hiddenPanels.includes(name) !== isCollapsed) {
        setPanelsHidden([name], isCollapsed);
      }
      const sizePx = Math.round(percent * roomPx * 0.1) / 10;
      // A panel that a narrow window makes smaller is not what the user wants, whichever other one is changed. The
      // percentages are rounded.
      const isChanged = Math.abs(sizePx - (before.current[name] ?? 0)) >= 1;
      if (!isCollapsed && isChanged) sizesPx[name] = sizePx;
      before.current[name] = sizePx;
    }
    if (isUserInteraction) start(() => keepPanels(studio.client, sizesPx));
  };
}

/**
 * Size that a group's panels share, in CSS pixels. The page does not show the layout yet, but their sum is the same;
 * once it does, the window may have another size.
 */
function roomOf(layout: Layout): number {
  const side = 'stage' in layout ? 'height' : 'width';
  return Object.keys(layout).reduce(
    (sum, id) => sum + (document.getElementById(id)?.getBoundingClientRect()[side] ?? 0),
    0,
  );
}
