/** State of the editor that is not part of the project. */
import { create } from 'zustand';
import type { RenderSummary } from '../../electron/contract/render-record.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { CanvasTool } from '../canvas/canvas-tools.ts';
import type { ComparisonMode } from '../editor/comparison-mode.ts';
import type { FoundHits } from '../editor/mask-hits.ts';
import type { MaskView } from '../editor/mask-view.ts';
import type { RenderWarning } from '../editor/render-warnings.ts';
import type { Size } from '../editor/view-transform.ts';

export type ToolInHand = CanvasTool;
/** A sheet next to the canvas. */
export type SheetName =
  | 'settings'
  | 'help'
  | 'guide'
  | 'models'
  | 'about'
  | 'sweep'
  | 'projects'
  | 'history'
  | 'scores';

/** What the inspector shows. */
export type InspectorTab = 'background' | 'concept' | 'render';

/** The panels around the canvas, which can be hidden and resized. */
export const PANELS = ['scene', 'inspector', 'history'] as const;
export type PanelName = (typeof PANELS)[number];

/** An offer on the canvas: it disappears when it is accepted, refused or replaced by another. */
export type PlaceOffer =
  /** A mask was moved away: there may be no object under it, as long as it is the concept's. */
  | {
      readonly kind: 'moved';
      readonly conceptId: string;
      readonly mask: AssetId;
      /** The mask before it was moved. */
      readonly left: AssetId;
    }
  /** A picture was placed on an object. */
  | {
      readonly kind: 'dropped';
      readonly conceptId: string;
      readonly fileName: string;
      /** The object: as a mask detected in a background, or as the concept whose mask covers it. */
      readonly object:
        | { readonly mask: AssetId; readonly background: AssetId | null }
        | { readonly conceptId: string };
    };

/** A concept's picture on the canvas in place of the scene, for painting its used part. */
export interface CutOutInHand {
  readonly conceptId: string;
  readonly image: AssetId;
  /** Size of the picture in pixels. */
  readonly size: Size;
  /** The subject mask as it was, for Cancel. */
  readonly before: AssetId | null;
  /** Start of the cut-out in the history: undo goes back no further meanwhile. */
  readonly startPosition: number;
  /** The previous tool, to restore afterwards. */
  readonly toolBefore: ToolInHand;
}

export interface EditorState {
  readonly tool: ToolInHand;
  readonly brushSizePx: number;
  readonly hardness: number;
  readonly pressureSize: boolean;
  readonly pressureOpacity: boolean;
  readonly tiltSize: boolean;
  readonly activeConceptId: string | null;
  readonly inspected: InspectorTab;
  readonly hiddenPanels: readonly PanelName[];
  /** Widths, and the history's height, in CSS pixels; those of panels that were resized. */
  readonly panelSizesPx: Readonly<Partial<Record<PanelName, number>>>;
  readonly masksShown: boolean;
  readonly maskView: MaskView;
  readonly backgroundShown: boolean;
  /** The newest result, under the masks. */
  readonly resultShown: boolean;
  readonly inpaintedShown: boolean;
  readonly expandedShown: boolean;
  readonly maskOpacity: number;
  /** Opacity of masks that differ from the common one. */
  readonly maskOpacities: Readonly<Record<string, number>>;
  /** The viewed render; null while the scene is edited. */
  readonly shownRenderId: string | null;
  /** A finished render to view later, because the user was painting. */
  readonly readyRenderId: string | null;
  /** A candidate background being viewed. */
  readonly stagedBackground: string | null;
  /** The picture to compare with; null is the background. */
  readonly comparedRenderId: string | null;
  readonly comparisonMode: ComparisonMode;
  readonly comparisonShare: number;
  readonly originalHeld: boolean;
  readonly spaceHeld: boolean;
  readonly sheet: SheetName | null;
  /** Renders in the export dialog; null while it is closed. */
  readonly exporting: readonly RenderSummary[] | null;
  /** The sweep in its sheet; null: the newest one. */
  readonly sweepId: string | null;
  /** The render that another one is to be compared with, while the user chooses that; null: none. */
  readonly comparingId: string | null;
  /** Renders in the sheet of scores. */
  readonly scored: readonly string[];
  readonly isPaletteOpen: boolean;
  readonly livePreview: boolean;
  /** An alternative to the user's last action; null for none. */
  readonly offer: PlaceOffer | null;
  /** Hits of a search by text to choose from; null for none. */
  readonly hits: FoundHits | null;
  /** What would not appear as intended in a render of the open scene. */
  readonly renderWarnings: readonly RenderWarning[];
  /** The concept whose front mask the tools paint, while that concept is active. */
  readonly frontOf: string | null;
  /** null while the scene is edited. */
  readonly cutOut: CutOutInHand | null;
  /** Whether moves snap to edges and centres. */
  readonly snaps: boolean;
}

export const useEditor = create<EditorState>(() => ({
  tool: 'brush',
  brushSizePx: 24,
  hardness: 0.8,
  pressureSize: true,
  pressureOpacity: false,
  tiltSize: false,
  activeConceptId: null,
  inspected: 'background',
  hiddenPanels: [],
  panelSizesPx: {},
  masksShown: true,
  maskView: 'overlay',
  backgroundShown: true,
  resultShown: false,
  inpaintedShown: false,
  expandedShown: false,
  maskOpacity: 0.55,
  maskOpacities: {},
  shownRenderId: null,
  readyRenderId: null,
  stagedBackground: null,
  comparedRenderId: null,
  comparisonMode: 'after',
  comparisonShare: 0.5,
  originalHeld: false,
  spaceHeld: false,
  sheet: null,
  exporting: null,
  sweepId: null,
  comparingId: null,
  scored: [],
  isPaletteOpen: false,
  livePreview: false,
  snaps: true,
  offer: null,
  hits: null,
  renderWarnings: [],
  frontOf: null,
  cutOut: null,
}));

export const COMPARISON_MODES: readonly ComparisonMode[] = ['after', 'slider', 'sideBySide', 'difference'];

const LEAST_BRUSH_PX = 1;
const MOST_BRUSH_PX = 1000;

/** Sets the brush's size within its limits. */
export function setBrushSize(sizePx: number): void {
  useEditor.setState({
    brushSizePx: Math.round(Math.min(Math.max(sizePx, LEAST_BRUSH_PX), MOST_BRUSH_PX) * 10) / 10,
  });
}

/** Selects a concept, and shows it in the inspector. */
export function selectConcept(conceptId: string): void {
  useEditor.setState({ activeConceptId: conceptId, inspected: 'concept' });
}

/** Hides panels, or shows them. */
export function setPanelsHidden(panels: readonly PanelName[], isHidden: boolean): void {
  useEditor.setState(({ hiddenPanels }) => ({
    hiddenPanels: PANELS.filter((name) => (panels.includes(name) ? isHidden : hiddenPanels.includes(name))),
  }));
}

/** Closes the viewed render and returns to the scene. */
export function showScene(): void {
  useEditor.setState({
    shownRenderId: null,
    comparedRenderId: null,
    comparingId: null,
    comparisonMode: 'after',
    stagedBackground: null,
  });
}
