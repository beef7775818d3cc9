/** One mask on the canvas. */
import type { AssetId } from '../../electron/contract/render-request.ts';
import { type MaskPlane, maskPlane } from '../editor/mask-plane.ts';
import { MaskSession } from '../editor/mask-session.ts';
import type { PaintableMask } from '../editor/mask-target.ts';
import { overlayColour, rgbOf, type UnderlyingPicture } from '../editor/overlay-colour.ts';
import type { Size } from '../editor/view-transform.ts';
import { MaskImage } from './mask-image.ts';

export interface MaskLayer {
  /** The saved id of the shown mask; undefined if saving failed. */
  maskId: AssetId | null | undefined;
  /** The concept's. */
  colour: string;
  session: MaskSession;
  image: MaskImage;
  /** Number of pending saves: until they end, the document's mask is older than the shown one. */
  saving: number;
  /** Number of the last save. */
  lastSave: number;
  /** The current load, so that a later one wins. */
  loading: AssetId | null;
  /** The newest mask while it is loaded or computed: what comes next starts from it. */
  making: Promise<MaskPlane> | undefined;
}

/** An empty layer. */
export function emptyLayer({ colour }: Pick<PaintableMask, 'colour'>, { width, height }: Size): MaskLayer {
  return {
    maskId: null,
    colour,
    session: new MaskSession(maskPlane(width, height)),
    image: new MaskImage(width, height, rgbOf(colour)),
    saving: 0,
    lastSave: 0,
    loading: null,
    making: undefined,
  };
}

/** Gives the layer a colour that stands out from the picture under its mask. */
export function colourLayer(
  { colour, session, image }: MaskLayer,
  picture: UnderlyingPicture | undefined,
): void {
  image.setColour(overlayColour(rgbOf(colour), session.shown, picture), session.shown);
}
