/**
 * Recognises masks in other programs' conventions. This program's masks are white on black, read by lightness; others
 * store the shape as transparency, write 0 and 1, or paint it red.
 */
import { type Notice, notice } from '../../contract/notices.ts';
import type { PictureNote } from '../../contract/picture-formats.ts';
import type { Pixels } from './picture-codec.ts';

/** Findings about a picture to be used as a mask. */
export interface MaskFindings {
  /** Nothing reaches half of white, so the mask covers nothing. */
  readonly isEmpty: boolean;
  /** The largest lightness, 0..255. */
  readonly brightest: number;
  /** Some pixels show and some are transparent. */
  readonly hasTransparency: boolean;
  /** It has colours, as a photo does. */
  readonly isColoured: boolean;
}

/** Lightness and opacity from which a pixel counts: half of 255. */
const HALF = 128;
/** Difference between the channels from which a pixel is coloured; less is JPEG noise. */
const COLOURED = 40;
/** Share of coloured pixels from which a picture is in colour. */
const COLOURED_SHARE = 0.005;

/**
 * @param brightest the largest lightness of the mask, 0..255, transparent counting as black
 * @param colours the picture in sRGB with alpha, four channels, or a sample of its pixels; undefined for a grey one
 *   without transparency
 */
export function examineMask(brightest: number, colours?: Pixels): MaskFindings {
  let [transparent, coloured] = [0, 0];
  const data = colours?.data ?? new Uint8Array();
  const count = data.length / 4;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
    if (alpha < HALF) transparent++;
    else if (Math.max(red, green, blue) - Math.min(red, green, blue) >= COLOURED) coloured++;
  }
  return {
    isEmpty: brightest < HALF,
    brightest,
    hasTransparency: transparent > 0 && transparent < count,
    isColoured: coloured > COLOURED_SHARE * count,
  };
}

/** What may surprise the user about a mask. */
export function maskNotes({ isEmpty, brightest, hasTransparency, isColoured }: MaskFindings): PictureNote[] {
  if (!isEmpty) return isColoured ? ['mask-in-colour'] : [];
  if (hasTransparency) return ['mask-in-transparency'];
  // All black is a normal empty mask.
  return brightest > 0 ? ['mask-too-dark'] : [];
}

/** Why a mask covers nothing, and what to do. */
export function whyEmpty({ brightest, hasTransparency, isColoured }: MaskFindings): Notice {
  if (hasTransparency) return notice('EMPTY_BY_ALPHA', {});
  if (isColoured) return notice('EMPTY_BY_COLOUR', { brightest });
  return brightest === 0 ? notice('EMPTY_BLACK', {}) : notice('EMPTY_DARK', { brightest, half: HALF });
}
