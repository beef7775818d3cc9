/** Events and requests of the mask workbench. */
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { MaskOperation } from '../editor/mask-operations.ts';
import type { MaskPlane, Point } from '../editor/mask-plane.ts';
import type { GestureLabel, SmartSelection } from '../editor/tools/tool.ts';

/** What a committed gesture did, for the history. */
export type MaskChange =
  | { readonly kind: 'gesture'; readonly label: GestureLabel }
  | { readonly kind: 'operation'; readonly label: MaskOperation['kind'] }
  | { readonly kind: 'copy' };

/** The line that a tool draws over the picture; no points when there is none. */
export interface Outline {
  readonly points: readonly Point[];
  readonly closed: boolean;
}

export interface WorkbenchEvents {
  /**
   * The user changed a mask of the project that is shown: it is to be saved there, in its place in the order of changes,
   * also where it is still being made.
   *
   * @returns its id once it is saved; null for a blank one
   */
  saveMask(
    targetId: string,
    plane: MaskPlane | Promise<MaskPlane>,
    change: MaskChange,
  ): Promise<AssetId | null>;
  /** The mask that the document has for a target (editor/mask-target.ts) now, however far React is behind. */
  currentMask(targetId: string): AssetId | null;
  /**
   * Smart select was clicked or boxed; an empty selection takes back what was asked before.
   *
   * @returns when there is an answer, or when there will be none; never rejects
   */
  select(targetId: string, selection: SmartSelection): Promise<void>;
  /** Something failed that the user should know of. */
  fail(error: unknown): void;
}
