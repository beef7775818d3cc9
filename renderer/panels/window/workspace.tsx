/** The canvas with the panels around it, which can be resized and hidden (docs/decisions/0207). */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Group, Panel, type PanelImperativeHandle, Separator, usePanelRef } from 'react-resizable-panels';
import { PANELS, type PanelName, setPanelsHidden, useEditor } from '../../session/editor-store.ts';
import { keepPanels, readPanels } from '../../session/panel-layout.ts';
import { start, useStudioActions } from '../../session/studio-context.ts';
import { useStudio } from '../../session/studio-store.ts';
import { FlowPanel } from '../flow/flow-panel.tsx';
import { Filmstrip } from '../history/filmstrip.tsx';
import { CanvasArea } from './canvas-area.tsx';
import { Inspector } from './inspector.tsx';

/** In CSS pixels; a handle returns to the usual size at a double click. */
interface Sizes {
  readonly usualPx: number;
  readonly leastPx: number;
  readonly mostPx: number;
}

function sizesFor(windowWidth: number): Readonly<Record<PanelName, Sizes>> {
  const isNarrow = windowWidth < 1200;
  return {
    scene: { usualPx: isNarrow ? 220 : 240, leastPx: 208, mostPx: 480 },
    inspector: { usualPx: isNarrow ? 276 : 320, leastPx: 270, mostPx: 640 },
    history: { usualPx: 136, leastPx: 116, mostPx: 360 },
  };
}

const LEAST_CANVAS_PX = { width: 480, height: 240 };

/** What is in a panel scrolls by itself. */
const CLIPPED = { overflow: 'hidden' };

type Handles = Readonly<Record<PanelName, RefObject<PanelImperativeHandle | null>>>;

export function Workspace() {
  const { t } = useTranslation();
  const studio = useStudioActions();
  const handles: Handles = { scene: usePanelRef(), inspector: usePanelRef(), history: usePanelRef() };
  const [sizes] = useState(() => sizesFor(innerWidth));
  const keep = useKeptPanels(handles);
  // An empty history takes no room; one with a filter stays, so that the filter can be removed.
  const hasHistory = useStudio(({ renders, onlyStarred }) => renders.length > 0 || onlyStarred);
  const panel = (name: PanelName, content: ReactNode) => (
    <SidePanel name={name} handle={handles[name]} {...sizes[name]}>
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
        handles[name].current?.resize(sizes[name].usualPx);
        setPanelsHidden([name], false);
        start(() => keepPanels(studio.client, { [name]: null }));
      }}
    />
  );
  return (
    <Group className="workspace" orientation="vertical" onLayoutChanged={keep}>
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
  usualPx,
  leastPx,
  mostPx,
  children,
}: {
  readonly name: PanelName;
  readonly handle: RefObject<PanelImperativeHandle | null>;
  readonly children: ReactNode;
} & Sizes) {
  const isHidden = useEditor((state) => state.hiddenPanels.includes(name));
  const wasHidden = useRef(isHidden);
  const [firstPx] = useState(() => (isHidden ? 0 : (keptPx(name) ?? usualPx)));
  useEffect(() => {
    const panel = handle.current;
    if (!panel || wasHidden.current === isHidden) return;
    wasHidden.current = isHidden;
    if (isHidden) panel.collapse();
    // A drag of its handle may have opened it already.
    else if (panel.isCollapsed()) panel.resize(keptPx(name) ?? usualPx);
  }, [handle, name, usualPx, isHidden]);
  return (
    <Panel
      id={`${name}-panel`}
      panelRef={handle}
      defaultSize={firstPx}
      minSize={leastPx}
      maxSize={mostPx}
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

/** The size that the user has given to a panel. */
function keptPx(name: PanelName): number | undefined {
  return readPanels(useStudio.getState().settings.editor.panels).sizesPx[name];
}

/** Stores what the user changes with the handles. @returns for the groups' changes of layout */
function useKeptPanels(handles: Handles) {
  const studio = useStudioActions();
  const keep = () => {
    const sizesPx: Partial<Record<PanelName, number>> = {};
    for (const name of PANELS) {
      const panel = handles[name].current;
      if (!panel) continue;
      const isCollapsed = panel.isCollapsed();
      if (useEditor.getState().hiddenPanels.includes(name) !== isCollapsed) {
        setPanelsHidden([name], isCollapsed);
      }
      if (!isCollapsed) sizesPx[name] = Math.round(panel.getSize().inPixels);
    }
    start(() => keepPanels(studio.client, sizesPx));
  };
  return (_: unknown, { isUserInteraction }: { readonly isUserInteraction: boolean }) => {
    // The panels have their new sizes once the page has been laid out.
    if (isUserInteraction) requestAnimationFrame(keep);
  };
}
