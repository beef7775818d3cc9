/**
 * Recognises masks in other programs' conventions. This program's masks are white on black, read by lightness; others
 * store the shape as transparency, write 0 and 1, or paint it red.
 */
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

/** Why a mask covers nothing, and what to do, in a sentence or two. */
export function describeEmptyMask({ brightest, hasTransparency, isColoured }: MaskFindings): string {
  if (hasTransparency) {
    return (
      'The shape is in the transparency, and the opaque part is dark. Save the shape as white on black, without ' +
      'transparency.'
    );
  }
  if (isColoured) {
    return `The shape is in colour: its brightest lightness is ${brightest} of 255. Save it as white on black.`;
  }
  if (brightest === 0) return 'All of it is black. It needs white where the concept is to go.';
  return (
    `The brightest value is ${brightest} of 255; only ${HALF} and more is inside. Save the mask with 0 for outside and ` +
    '255 for inside.'
  );
}

/** A notice about a mask that looks like a picture; undefined for an ordinary one. */
export function describeColouredMask({ hasTransparency, isColoured }: MaskFindings): string | undefined {
  if (!isColoured) return undefined;
  const transparency = hasTransparency ? ', and its transparent parts count as outside' : '';
  return (
    `is a picture in colour; its lightness is the mask${transparency}. If that is not what you mean, save the shape ` +
    'as white on black.'
  );
}
