/**
 * Decides how a picture from elsewhere is read as a mask. This program's masks are white on black; other programs store
 * the shape as transparency (Photoshop, Krita) or as a hole in a photograph (ComfyUI), write 0 and 1, or paint it in a
 * colour. What is none of these is refused with what was found in it.
 */
import type { Pixels } from './picture-codec.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

export type MaskReading =
  /** Its lightness. */
  | { readonly kind: 'lightness' }
  /** Its opacity; `isHole`: the transparent part is inside. */
  | { readonly kind: 'opacity'; readonly isHole: boolean }
  /** Two grey values, both dark: the lighter one is inside. */
  | { readonly kind: 'levels'; readonly outside: number; readonly inside: number }
  /** Two colours: the one that is not at the border is inside. */
  | { readonly kind: 'colour'; readonly outside: Rgb; readonly inside: Rgb }
  /** What was found, and what to do, in a sentence or two. */
  | { readonly kind: 'refused'; readonly found: string };

/** Lightness and opacity from which a pixel counts: half of 255. */
const HALF = 128;
/** Difference between the channels from which a pixel is coloured; less is JPEG noise. */
const COLOURED = 40;
/** Share of coloured pixels from which a picture is in colour. */
const COLOURED_SHARE = 0.005;
/** Distance of two colours that are the same one with noise. */
const SAME_COLOUR = 48;
/** Share from which a colour is one of the picture's, and not the edge between two. */
const LEAST_SHARE = 0.01;
/** Distance of a flat area's pixels to its colour: less than in the gradients of a photograph. */
const FLAT_COLOUR = 12;
/** Share of such pixels in a flat picture; the rest is edges, and the noise of a JPEG around them. */
const FLAT_SHARE = 0.6;
/** Most colours of a map of regions; more is a photograph. */
const MOST_FLAT = 24;
/** How many of the colours a refusal names. */
const NAMED = 4;

const WAY_OUT = 'Save the shape as white on black.';

/** @param sample of the picture's own pixels, sRGB with alpha */
export function readingOf(sample: Pixels): MaskReading {
  const { data } = sample;
  const count = data.length / 4;
  let [transparent, coloured, brightest, darkOpaque] = [0, 0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]! < HALF) {
      transparent++;
      continue;
    }
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) >= COLOURED) coloured++;
    const lightness = lightnessOf([red, green, blue]);
    brightest = Math.max(brightest, lightness);
    if (lightness < HALF) darkOpaque++;
  }
  const isColoured = coloured > COLOURED_SHARE * count;
  if (transparent > 0 && transparent < count) {
    // White on black with transparent parts is a mask by its lightness.
    const isBlackAndWhite = !isColoured && brightest >= HALF && darkOpaque > 0;
    return isBlackAndWhite ? { kind: 'lightness' } : { kind: 'opacity', isHole: !touchesBorder(sample) };
  }
  return isColoured ? colourReading(sample) : greyReading(sample, brightest);
}

/** Whether some of the border is transparent: then the transparent part is the surroundings, not a hole. */
function touchesBorder({ width, height, data }: Pixels): boolean {
  return borderPixels(width, height).some((at) => data[4 * at + 3]! < HALF);
}

function borderPixels(width: number, height: number): number[] {
  const columns = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]);
  const rows = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]);
  return [...columns, ...rows].flat();
}

function greyReading({ data }: Pixels, brightest: number): MaskReading {
  // An empty mask is a mask.
  if (brightest >= HALF || brightest === 0) return { kind: 'lightness' };
  const values = new Set<number>();
  for (let at = 0; at < data.length; at += 4) {
    values.add(lightnessOf([data[at]!, data[at + 1]!, data[at + 2]!]));
  }
  const [outside, inside] = [...values].sort((a, b) => a - b) as [number, number];
  if (values.size === 2) return { kind: 'levels', outside, inside };
  const found =
    values.size === 1
      ? `All of it has the value ${brightest} of 255`
      : `It has ${values.size} values from ${outside} to ${brightest} of 255`;
  return { kind: 'refused', found: `${found}; a mask has 255 inside and 0 outside. ${WAY_OUT}` };
}

interface Cluster {
  readonly colour: Rgb;
  readonly share: number;
  /** Of the pixels that have just this colour. */
  readonly flatShare: number;
}

function colourReading(sample: Pixels): MaskReading {
  const clusters = clustersOf(sample);
  const flat = clusters.reduce((sum, { flatShare }) => sum + flatShare, 0);
  // A photograph: its lightness is used, with a note.
  if (flat < FLAT_SHARE || clusters.length > MOST_FLAT) return { kind: 'lightness' };
  const [first, second] = clusters;
  if (clusters.length === 2) {
    const isFirstOutside = borderShareOf(sample, first!.colour) >= borderShareOf(sample, second!.colour);
    const [outside, inside] = isFirstOutside ? [first!, second!] : [second!, first!];
    return { kind: 'colour', outside: outside.colour, inside: inside.colour };
  }
  const named = clusters
    .slice(0, NAMED)
    .map(({ colour, share }) => `${hexOf(colour)} ${Math.round(100 * share)} %`);
  const more = clusters.length > NAMED ? ', …' : '';
  const found =
    clusters.length === 1
      ? `All of it is ${hexOf(first!.colour)}`
      : `It has ${clusters.length} flat colours (${named.join(', ')}${more}), like a map of regions`;
  return { kind: 'refused', found: `${found}; a mask has two. ${WAY_OUT}` };
}

/** The picture's colours, the most frequent first; pixels near one of them belong to it. */
function clustersOf({ data }: Pixels): Cluster[] {
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += 4) {
    const key = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const clusters: { colour: Rgb; count: number; flatCount: number }[] = [];
  for (const [key, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    const colour: Rgb = [key >> 16, (key >> 8) & 255, key & 255];
    const own = clusters.find((cluster) => distanceOf(cluster.colour, colour) < SAME_COLOUR);
    if (own) {
      own.count += count;
      if (distanceOf(own.colour, colour) < FLAT_COLOUR) own.flatCount += count;
      // As many as a photograph has tell nothing more.
    } else if (clusters.length <= 4 * MOST_FLAT) clusters.push({ colour, count, flatCount: count });
  }
  return clusters
    .map(({ colour, count, flatCount }) => ({
      colour,
      share: count / (data.length / 4),
      flatShare: flatCount / (data.length / 4),
    }))
    .filter(({ flatShare }) => flatShare >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share);
}

function borderShareOf({ width, height, data }: Pixels, colour: Rgb): number {
  const border = borderPixels(width, height);
  const own = border.filter(
    (at) => distanceOf([data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!], colour) < SAME_COLOUR,
  );
  return own.length / border.length;
}

function distanceOf(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Rec. 709 luma, 0..255. */
function lightnessOf([red, green, blue]: Rgb): number {
  return Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
}

function hexOf(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * How far a colour is on the way from one to another: 0 at `outside` and before, 255 at `inside` and beyond. So edges
 * between the two stay soft.
 *
 * @param data three channels
 */
export function projectColours(data: Uint8Array, outside: Rgb, inside: Rgb): Uint8Array {
  const way = inside.map((value, channel) => value - outside[channel]!);
  const length = way.reduce((sum, value) => sum + value * value, 0);
  const projected = new Uint8Array(data.length / 3);
  for (let at = 0; at < projected.length; at++) {
    let along = 0;
    for (let channel = 0; channel < 3; channel++) {
      along += (data[3 * at + channel]! - outside[channel]!) * way[channel]!;
    }
    projected[at] = Math.round(255 * Math.min(Math.max(along / length, 0), 1));
  }
  return projected;
}
