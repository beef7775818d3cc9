/** The actions of shortcuts. A shortcut without an entry here does not compile. */
import i18next from 'i18next';
import { StudioError } from '../../../electron/contract/errors.ts';
import type { EventPayload } from '../../../electron/contract/events.ts';
import { MAX_VARIATIONS, type RenderId } from '../../../electron/contract/render-record.ts';
import type { Settings } from '../../../electron/contract/settings.ts';
import { changeConcept, moveConcept } from '../../editor/document-commands.ts';
import { nextMaskView } from '../../editor/mask-view.ts';
import { flip } from '../../editor/placement.ts';
import { changePlacement } from '../../editor/placement-commands.ts';
import { groupOf } from '../../editor/render-groups.ts';
import { type ActionName, isActionName } from '../../editor/shortcuts.ts';
import { canUndoNow } from '../../session/cut-outs.ts';
import { changeEditorSettings } from '../../session/editor-settings.ts';
import {
  COMPARISON_MODES,
  PANELS,
  type PanelName,
  selectConcept,
  setBrushSize,
  setPanelsHidden,
  showScene,
  type ToolInHand,
  useEditor,
} from '../../session/editor-store.ts';
import { reportError } from '../../session/notices.ts';
import { keepPanels } from '../../session/panel-layout.ts';
import type { RenderOptions } from '../../session/renders.ts';
import type { Studio } from '../../session/studio.ts';
import { start } from '../../session/studio-context.ts';
import { renderToExport, useStudio } from '../../session/studio-store.ts';
import { commitTyped } from '../widgets/typing.ts';
import { copyRender, exportRender } from './export-render.ts';
import { openScores } from './score-renders.ts';

export function takeTool(studio: Studio, tool: ToolInHand): void {
  // A tool works on the scene, so choosing one closes a viewed render.
  if (tool !== 'hand') showScene();
  useEditor.setState({ tool, hits: null });
  studio.tools.setTool(tool);
}

const BRUSH_STEP = 1.2;
const HARDNESS_STEP = 0.1;
const ZOOM_STEP = 1.25;

function changeHardness(by: number): void {
  const { hardness } = useEditor.getState();
  useEditor.setState({ hardness: Math.round(Math.min(Math.max(hardness + by, 0), 1) * 100) / 100 });
}

/** Selects the next concept towards the front or the back. */
function stepConcept(by: number): void {
  const { project } = useStudio.getState();
  const concepts = project?.document.concepts ?? [];
  if (concepts.length === 0) return;
  const at = concepts.findIndex(({ id }) => id === useEditor.getState().activeConceptId);
  selectConcept(concepts[(at + by + concepts.length) % concepts.length]!.id);
}

/** Renders, with a new seed if the user wants one for every render. */
export async function startRender(studio: Studio, options: RenderOptions = {}): Promise<void> {
  changeUnlockedSeed(studio);
  await studio.renders.enqueue(studio.session, options);
}

function changeUnlockedSeed(studio: Studio): void {
  const seedLocked = useStudio.getState().settings.editor.seedLocked ?? true;
  if (seedLocked !== false) return;
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  studio.edit(i18next.t('parameters.dice'), (document) => ({
    ...document,
    parameters: { ...document.parameters, seed: seed! },
  }));
}

const USUAL_VARIATIONS = 4;

/** How many variations the shortcut renders: as many as the last time. */
export function variationCount({ variations }: Settings['editor']): number {
  const isCount = typeof variations === 'number' && Number.isInteger(variations);
  return isCount && variations >= 1 && variations <= MAX_VARIATIONS ? variations : USUAL_VARIATIONS;
}

/** Renders variations with as many seeds, and remembers how many. */
export async function startVariations(studio: Studio, count: number): Promise<void> {
  changeUnlockedSeed(studio);
  await studio.renders.enqueueVariations(studio.session, count);
  const { editor } = useStudio.getState().settings;
  if (editor.variations !== count) {
    await changeEditorSettings(studio.client, () => ({ variations: count }));
  }
}

/** Running and queued renders of the open project, in order. */
export function ownRenders(): readonly RenderId[] {
  const { project, queue } = useStudio.getState();
  return queue.entries
    .filter(({ projectId }) => projectId === project?.state.projectId)
    .map(({ renderId }) => renderId);
}

/** Cancels only these renders, the last one first so that none of them starts meanwhile. */
export async function cancelRenders(studio: Studio, renderIds: readonly RenderId[]): Promise<void> {
  for (const renderId of renderIds.toReversed()) {
    try {
      await studio.client.call('queue.cancel', { what: 'one', renderId });
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof StudioError) || error.code !== 'RENDER_UNKNOWN') throw error;
    }
  }
}

type Actions = Record<ActionName, (studio: Studio) => void>;

const actions: Actions = {
  'tool.brush': (studio) => takeTool(studio, 'brush'),
  'tool.eraser': (studio) => takeTool(studio, 'eraser'),
  'tool.lasso': (studio) => takeTool(studio, 'lasso'),
  'tool.polygon': (studio) => takeTool(studio, 'polygon'),
  'tool.rectangle': (studio) => takeTool(studio, 'rectangle'),
  'tool.ellipse': (studio) => takeTool(studio, 'ellipse'),
  'tool.fill': (studio) => takeTool(studio, 'fill'),
  'tool.select': (studio) => {
    if (useStudio.getState().engine?.pack?.capabilities.selectMask) takeTool(studio, 'select');
  },
  'tool.move': (studio) => takeTool(studio, 'move'),
  'tool.hand': (studio) => takeTool(studio, 'hand'),
  'tool.frame': (studio) => takeTool(studio, 'frame'),
  'brush.smaller': () => setBrushSize(useEditor.getState().brushSizePx / BRUSH_STEP),
  'brush.larger': () => setBrushSize(useEditor.getState().brushSizePx * BRUSH_STEP),
  'brush.softer': () => changeHardness(-HARDNESS_STEP),
  'brush.harder': () => changeHardness(HARDNESS_STEP),
  'brush.swap': (studio) => takeTool(studio, useEditor.getState().tool === 'brush' ? 'eraser' : 'brush'),
  'edit.undo': (studio) => {
    const { session, tools } = studio;
    // What is half-drawn is no step yet: undoing the one before it would take both.
    if (tools.isActive) tools.cancel();
    else if (canUndoNow(session.view(), useEditor.getState().cutOut)) session.undo();
  },
  'edit.redo': (studio) => studio.session.redo(),
  'mask.invert': (studio) => onActiveMask(studio, 'invert'),
  'mask.clear': (studio) => onActiveMask(studio, 'clear'),
  'concept.next': () => stepConcept(1),
  'concept.previous': () => stepConcept(-1),
  'concept.cutOut': (studio) => {
    const { activeConceptId } = useEditor.getState();
    if (activeConceptId !== null) start(() => studio.cutOuts.begin(studio.session, activeConceptId));
  },
  'concept.forward': (studio) => reorderActive(studio, 1),
  'concept.backward': (studio) => reorderActive(studio, -1),
  'placed.flip': (studio) => flipActive(studio, 'x'),
  'view.fit': (studio) => studio.view.fit(),
  'view.actualSize': (studio) => studio.view.actualSize(),
  'view.zoomIn': (studio) => studio.view.zoom(ZOOM_STEP),
  'view.zoomOut': (studio) => studio.view.zoom(1 / ZOOM_STEP),
  'view.compare': () => {
    const { comparisonMode, shownRenderId } = useEditor.getState();
    const newest = useStudio.getState().renders.find(({ result }) => result !== null);
    const next = COMPARISON_MODES[(COMPARISON_MODES.indexOf(comparisonMode) + 1) % COMPARISON_MODES.length]!;
    if (shownRenderId !== null) useEditor.setState({ comparisonMode: next });
    else if (newest) useEditor.setState({ shownRenderId: newest.renderId, comparisonMode: 'slider' });
  },
  'view.compareWith': () => {
    const render = renderToExport(useStudio.getState(), useEditor.getState().shownRenderId);
    if (render) useEditor.setState({ comparingId: render.renderId });
  },
  'view.swap': () => {
    const { comparisonMode, shownRenderId, comparedRenderId } = useEditor.getState();
    if (comparedRenderId !== null) {
      useEditor.setState({ shownRenderId: comparedRenderId, comparedRenderId: shownRenderId });
    } else if (comparisonMode === 'after') useEditor.setState({ comparisonMode: 'before' });
    else if (comparisonMode === 'before') useEditor.setState({ comparisonMode: 'after' });
  },
  'view.maskView': () =>
    useEditor.setState(({ maskView }) => ({ maskView: nextMaskView(maskView), masksShown: true })),
  'view.panels': (studio) => {
    const areAllHidden = PANELS.every((name) => useEditor.getState().hiddenPanels.includes(name));
    hidePanels(studio, PANELS, !areAllHidden);
  },
  'view.scenePanel': (studio) => togglePanel(studio, 'scene'),
  'view.inspector': (studio) => togglePanel(studio, 'inspector'),
  'view.history': (studio) => togglePanel(studio, 'history'),
  'view.masks': () => useEditor.setState(({ masksShown }) => ({ masksShown: !masksShown })),
  'render.start': (studio) => start(() => startRender(studio)),
  'render.startFirst': (studio) => start(() => startRender(studio, { atFront: true })),
  'render.variations': (studio) =>
    start(() => startVariations(studio, variationCount(useStudio.getState().settings.editor))),
  'render.cancel': (studio) => start(() => cancelRenders(studio, ownRenders().slice(0, 1))),
  'render.export': (studio) => {
    const render = renderToExport(useStudio.getState(), useEditor.getState().shownRenderId);
    if (render) start(() => exportRender(studio, render.renderId));
  },
  'render.exportAs': () => {
    const render = renderToExport(useStudio.getState(), useEditor.getState().shownRenderId);
    if (render) useEditor.setState({ exporting: [render] });
  },
  'render.copy': (studio) => {
    const render = renderToExport(useStudio.getState(), useEditor.getState().shownRenderId);
    const result = render?.result;
    if (result) start(() => copyRender(studio, result));
  },
  'render.scores': (studio) => {
    const render = renderToExport(useStudio.getState(), useEditor.getState().shownRenderId);
    if (render) openScores(studio, groupOf(useStudio.getState().renders, render));
  },
  'project.new': () => useEditor.setState({ sheet: 'projects' }),
  'project.open': (studio) => start(() => chooseProject(studio)),
  'project.saveAs': (studio) => start(() => saveProjectAs(studio)),
  'app.history': () => useEditor.setState(({ sheet }) => ({ sheet: sheet === 'history' ? null : 'history' })),
  'app.palette': () => useEditor.setState(({ isPaletteOpen }) => ({ isPaletteOpen: !isPaletteOpen })),
  'app.help': () => useEditor.setState(({ sheet }) => ({ sheet: sheet === 'help' ? null : 'help' })),
  'app.settings': () =>
    useEditor.setState(({ sheet }) => ({ sheet: sheet === 'settings' ? null : 'settings' })),
};

export function togglePanel(studio: Studio, name: PanelName): void {
  hidePanels(studio, [name], !useEditor.getState().hiddenPanels.includes(name));
}

function hidePanels(studio: Studio, panels: readonly PanelName[], isHidden: boolean): void {
  setPanelsHidden(panels, isHidden);
  start(() => keepPanels(studio.client, {}));
}

/** Moves the active concept forward or backward. */
function reorderActive(studio: Studio, by: number): void {
  const { activeConceptId } = useEditor.getState();
  const { concepts } = studio.session.document;
  const at = concepts.findIndex(({ id }) => id === activeConceptId);
  const to = at + by;
  // An undo may have removed the active one.
  if (activeConceptId === null || at < 0 || to < 0 || to >= concepts.length) return;
  studio.edit(i18next.t('changes.order'), (document) => moveConcept(document, activeConceptId, to));
}

/** Mirrors the active placed picture. */
export function flipActive(studio: Studio, axis: 'x' | 'y'): void {
  const { activeConceptId } = useEditor.getState();
  const concept = studio.session.document.concepts.find(({ id }) => id === activeConceptId);
  if (!concept?.placement || concept.mode !== 'place' || concept.locked) return;
  const flipped = flip(concept.placement, axis);
  studio.edit(i18next.t('changes.placed.flip'), (document) => changePlacement(document, concept.id, flipped));
}

function onActiveMask(studio: Studio, kind: 'invert' | 'clear'): void {
  const { activeId } = studio.workbench;
  if (activeId !== null) start(() => studio.workbench.operate(activeId, { kind }));
}

/** Opens a project with the system's dialog or, in a browser tab, the list of projects. */
async function chooseProject(studio: Studio): Promise<void> {
  if (!useStudio.getState().info?.hasNativeDialogs) {
    useEditor.setState({ sheet: 'projects' });
    return;
  }
  const { path } = await studio.client.call('dialog.openProject', {});
  if (path !== null) await studio.projects.openPath(path);
}

/** Saves as a copy and continues in it: at the user's path or, in a browser tab, next to the original. */
async function saveProjectAs(studio: Studio): Promise<void> {
  if (useStudio.getState().project?.isMoved) return saveMovedProject(studio);
  const { projectId } = studio;
  if (!useStudio.getState().info?.hasNativeDialogs) {
    await studio.projects.open(() => studio.client.call('project.duplicate', { projectId }));
    return;
  }
  const { path } = await studio.client.call('dialog.saveProject', {
    suggestedName: useStudio.getState().project!.state.name,
  });
  // The dialog has asked whether to replace an existing file.
  if (path === null) return;
  await studio.projects.open(() =>
    studio.client.call('project.saveAs', { projectId, path, overwrite: true }),
  );
}

/** Saves a project whose file is gone: at the user's path or, in a browser tab, next to its old path. */
export async function saveMovedProject(studio: Studio): Promise<void> {
  if (studio.session.view().isGone) throw new StudioError('PROJECT_MISSING', i18next.t('project.putBack'));
  if (!useStudio.getState().info?.hasNativeDialogs) return studio.projects.saveMoved(studio.session);
  const suggestedName = useStudio.getState().project!.state.name;
  const { path } = await studio.client.call('dialog.saveProject', { suggestedName });
  if (path !== null) await studio.projects.saveMoved(studio.session, path);
}

/**
 * Handles a request of the host's menu or the system; an action of another version's menu is refused with a message.
 */
export function handleHostRequest(studio: Studio, request: EventPayload<'host.request'>): void {
  if (request.what === 'openProject') {
    const { path } = request;
    start(() => studio.projects.openPath(path));
  } else if (isActionName(request.action)) runAction(studio, request.action);
  else reportError(new StudioError('INTERNAL', `The menu requested the unknown action "${request.action}".`));
}

/** Actions on the scene, which would change something hidden while a picture is cut out. */
const OF_THE_SCENE: readonly ActionName[] = [
  'tool.frame',
  'concept.cutOut',
  'concept.next',
  'concept.previous',
  'concept.forward',
  'concept.backward',
  'placed.flip',
];

/** Actions whose change is on the canvas. */
const CHANGES_ON_CANVAS: readonly ActionName[] = [
  'mask.invert',
  'mask.clear',
  'concept.forward',
  'concept.backward',
  'placed.flip',
];

export function runAction(studio: Studio, action: ActionName): void {
  if (useEditor.getState().cutOut !== null && OF_THE_SCENE.includes(action)) return;
  commitTyped();
  // A render that is viewed would hide the change.
  if (CHANGES_ON_CANVAS.includes(action)) showScene();
  actions[action](studio);
}

/** Includes a concept in the render, or excludes it. */
export function toggleConcept(studio: Studio, id: string, key: 'visible' | 'locked'): void {
  studio.edit(i18next.t(key === 'visible' ? 'changes.show' : 'changes.lock'), (document) => {
    const concept = document.concepts.find((one) => one.id === id)!;
    return changeConcept(document, id, { [key]: !concept[key] });
  });
}
