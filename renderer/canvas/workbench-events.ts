/** Events and requests of the mask workbench. */
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { MaskOperation } from '../editor/mask-operations.ts';
import type { MaskPlane, Point } from '../editor/mask-plane.ts';
import type { GestureLabel, SmartSelection } from '../editor/tools/tool.ts';

/** A committed gesture's label, for the history. */
export type MaskChange =
  | { readonly kind: 'gesture'; readonly label: GestureLabel }
  | { readonly kind: 'operation'; readonly label: MaskOperation['kind'] }
  | { readonly kind: 'copy' };

/** A tool's outline over the picture; no points for none. */
export interface Outline {
  readonly points: readonly Point[];
  readonly closed: boolean;
}

export interface WorkbenchEvents {
  /**
   * The user changed a mask of the shown project: save it there, at its position in the order of changes, even if it
   * is still being computed.
   *
   * @returns its id once it is saved; null for a blank one
   */
  saveMask(
    targetId: string,
    plane: MaskPlane | Promise<MaskPlane>,
    change: MaskChange,
  ): Promise<AssetId | null>;
  /** The mask that the document currently has for a target (editor/mask-target.ts), even if React is behind. */
  currentMask(targetId: string): AssetId | null;
  /**
   * Requests a smart selection; an empty one cancels the previous request.
   *
   * @returns when there is a result, or none is coming; never rejects
   */
  select(targetId: string, selection: SmartSelection): Promise<void>;
  /** Reports a failure to the user. */
  fail(error: unknown): void;
}
