/**
 * Recognises masks in other programs' conventions. A mask here is white on black, read by its lightness; others keep
 * the shape in the transparency, write 0 and 1, or paint it red.
 */
import type { PictureNote } from '../../contract/picture-formats.ts';
import type { Pixels } from './picture-codec.ts';

/** What is remarkable about a picture that is to be a mask. */
export interface MaskFindings {
  /** Nothing reaches half of white, so that the mask covers nothing. */
  readonly isEmpty: boolean;
  /** The largest lightness, 0..255. */
  readonly brightest: number;
  /** Some pixels show and some are transparent. */
  readonly hasTransparency: boolean;
  /** It has colours, as a photo does. */
  readonly isColoured: boolean;
}

/** Lightness, and opacity, from which on a pixel counts: half of 255. */
const HALF = 128;
/** Difference between the channels from which on a pixel is coloured; less than that is noise of JPEG. */
const COLOURED = 40;
/** Share of coloured pixels that makes a picture one in colour. */
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

/** What someone who adds a mask may not expect. */
export function maskNotes({ isEmpty, brightest, hasTransparency, isColoured }: MaskFindings): PictureNote[] {
  if (!isEmpty) return isColoured ? ['mask-in-colour'] : [];
  if (hasTransparency) return ['mask-in-transparency'];
  // All black is how an empty mask looks, which is nothing remarkable.
  return brightest > 0 ? ['mask-too-dark'] : [];
}

/** Why a mask covers nothing, and what to do, in a sentence or two. */
export function describeEmptyMask({ brightest, hasTransparency, isColoured }: MaskFindings): string {
  if (hasTransparency) {
    return (
      'The shape is in the transparency, and what shows is dark. Save the shape as white on black, without ' +
      'transparency.'
    );
  }
  if (isColoured) {
    return `The shape is in colour: its brightest lightness is ${brightest} of 255. Save it as white on black.`;
  }
  if (brightest === 0) return 'All of it is black. It needs white where the concept is to go.';
  return (
    `The brightest value is ${brightest} of 255, and at least ${HALF} is inside. Save the mask with 0 for outside and ` +
    '255 for inside.'
  );
}

/** What to know of a mask that is used although it looks like a picture; undefined for an ordinary one. */
export function describeColouredMask({ hasTransparency, isColoured }: MaskFindings): string | undefined {
  if (!isColoured) return undefined;
  const transparency = hasTransparency ? ', and its transparent parts count as outside' : '';
  return (
    `is a picture in colour; its lightness is the mask${transparency}. If that is not what you mean, save the shape ` +
    'as white on black.'
  );
}
