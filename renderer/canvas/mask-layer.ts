/** One mask on the canvas. */
import type { AssetId } from '../../electron/contract/render-request.ts';
import { maskPlane } from '../editor/mask-plane.ts';
import { MaskSession } from '../editor/mask-session.ts';
import type { PaintableMask } from '../editor/mask-target.ts';
import { overlayColour, rgbOf, type UnderlyingPicture } from '../editor/overlay-colour.ts';
import type { Size } from '../editor/view-transform.ts';
import { MaskImage } from './mask-image.ts';

export interface MaskLayer {
  /** What is shown, as far as it is saved; undefined for what could not be. */
  maskId: AssetId | null | undefined;
  /** The concept's. */
  colour: string;
  session: MaskSession;
  image: MaskImage;
  /** Saves under way: until they end, the document's mask is an older one than what is shown. */
  saving: number;
  /** Which save was the last one. */
  lastSave: number;
  /** A load that is under way, so that a later one wins. */
  loading: AssetId | null;
}

/** A layer without anything on it. */
export function emptyLayer({ colour }: Pick<PaintableMask, 'colour'>, { width, height }: Size): MaskLayer {
  return {
    maskId: null,
    colour,
    session: new MaskSession(maskPlane(width, height)),
    image: new MaskImage(width, height, rgbOf(colour)),
    saving: 0,
    lastSave: 0,
    loading: null,
  };
}

/** Gives the layer the colour that stands out from what lies under its mask. */
export function colourLayer(
  { colour, session, image }: MaskLayer,
  picture: UnderlyingPicture | undefined,
): void {
  image.setColour(overlayColour(rgbOf(colour), session.shown, picture), session.shown);
}
