/**
 * Masks from clicks and boxes on any picture, without a model: GrabCut (Rother, Kolmogorov, Blake, "GrabCut", 2004),
 * from OpenCV. It models colours inside and outside by mixtures of Gaussians and finds the cheapest cut between them
 * along edges. Clicks are certain; it starts from the box or, without one, from the colours typical around the
 * clicks.
 */

import { throwIfCancelled } from '../../pipeline/batching.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import { connectedComponents } from '../../pipeline/masks/connected-components.ts';
import { growMask, shrinkMask } from '../../pipeline/masks/grow-shrink.ts';
import { fillHoles } from '../../pipeline/masks/holes-and-specks.ts';
import { boundingRectangle } from '../../pipeline/masks/rectangle.ts';
import { maskWhere, REGION_THRESHOLD, regionOf } from '../../pipeline/masks/region.ts';
import { intersectMasks } from '../../pipeline/masks/set-operations.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { MaskPrompt, MaskProposal, PromptSegmenter } from '../../pipeline/preparation-ports.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { resizeImage } from '../images/images.ts';
import { resizePlane } from '../images/plane-resize.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { withOpenCv } from '../runtime/opencv.ts';

/** Longest side at which the cut is computed, which takes a second or two. Masks of larger pictures are enlarged. */
const WORKING_SIDE_PX = 512;
const ITERATIONS = 5;
/** A click is certain within this share of the picture's shorter side, and at least 2 pixels. */
const CERTAIN_SHARE = 0.012;
/** Without a box the subject is expected within this share around the points inside (docs/decisions/0088). */
const LIKELY_SHARE = 0.14;
/** With only a box, parts smaller than this share of the largest are specks. */
const SPECK_SHARE = 0.05;

export class GrabCutSegmenter implements PromptSegmenter {
  readonly name = 'GrabCut';

  async segment(image: NamedImage, prompt: MaskPrompt, signal?: CancelSignal): Promise<MaskProposal[]> {
    throwIfCancelled(signal);
    const { width, height } = image.pixels;
    const scale = Math.min(1, WORKING_SIDE_PX / Math.max(width, height));
    const size = {
      width: Math.max(Math.round(width * scale), 1),
      height: Math.max(Math.round(height * scale), 1),
    };
    const small = await resizeImage(image.pixels, size);
    const seeds = seedPlane(small.data, scaled(prompt, size.width / width, size.height / height), size);
    const { inside, before } = await cut(small.data, seeds, size, signal);
    const dims = [size.height, size.width];
    const kept = keepAsked(
      maskWhere(dims, (at) => inside[at] === 1),
      scaled(prompt, size.width / width, size.height / height),
    );
    if (boundingRectangle(kept) === undefined) return [];
    const mask = scale === 1 ? kept : await enlarge(kept, { width, height });
    const { left, top, width: boxWidth, height: boxHeight } = boundingRectangle(mask)!;
    return [
      {
        mask,
        // Stability over the last iterations: intersection over union.
        score: agreement(inside, before),
        box: { left, top, right: left + boxWidth, bottom: top + boxHeight },
      },
    ];
  }

  async release(): Promise<void> {
    // OpenCV's memory is released after every cut.
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function scaled({ points, box }: MaskPrompt, x: number, y: number): MaskPrompt {
  return {
    points: points.map((point) => ({ ...point, x: point.x * x, y: point.y * y })),
    box: box && { left: box.left * x, top: box.top * y, right: box.right * x, bottom: box.bottom * y },
  };
}

/** GrabCut's labels: certainly outside and inside, likely outside and inside. */
const label = { outside: 0, inside: 1, likelyOutside: 2, likelyInside: 3 } as const;

function seedPlane(rgb: Uint8Array, { points, box }: MaskPrompt, { width, height }: Size): Uint8Array {
  const seeds = new Uint8Array(width * height).fill(box === null ? label.likelyOutside : label.outside);
  const paint = (value: number, isIn: (x: number, y: number) => boolean) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) if (isIn(x + 0.5, y + 0.5)) seeds[y * width + x] = value;
    }
  };
  const paintDisc = (value: number, at: { readonly x: number; readonly y: number }, radius: number) =>
    paint(value, (x, y) => Math.hypot(x - at.x, y - at.y) <= radius);
  const side = Math.min(width, height);
  if (box === null) {
    const near = new Uint8Array(width * height);
    for (const point of points) {
      if (!point.isInside) continue;
      for (let at = 0; at < near.length; at++) {
        const [x, y] = [(at % width) + 0.5, Math.floor(at / width) + 0.5];
        if (Math.hypot(x - point.x, y - point.y) <= LIKELY_SHARE * side) near[at] = 1;
      }
    }
    // The surroundings are near the click too, but continue elsewhere: seeded as inside, they would stay inside.
    const isTypical = typicalColours(rgb, near);
    for (let at = 0; at < near.length; at++) {
      if (near[at] === 1 && isTypical(at)) seeds[at] = label.likelyInside;
    }
  } else {
    paint(label.likelyInside, (x, y) => x > box.left && x < box.right && y > box.top && y < box.bottom);
  }
  for (const point of points) {
    paintDisc(point.isInside ? label.inside : label.outside, point, Math.max(CERTAIN_SHARE * side, 2));
  }
  // Both models need pixels to start from: a box around everything leaves the picture's border outside.
  if (!seeds.includes(label.outside) && !seeds.includes(label.likelyOutside)) {
    paint(label.outside, (x, y) => x < 1 || y < 1 || x > width - 1 || y > height - 1);
  }
  return seeds;
}

/** Bits per channel of the counted colours: similar shades count as one. */
const COLOUR_BITS = 3;
/** How many times more frequent the subject's colours are near a click than elsewhere (docs/decisions/0088). */
const TYPICAL_FACTOR = 1.5;

/**
 * Finds colours clearly more frequent in an area than outside, by histograms of both.
 *
 * @param rgb three bytes per pixel
 * @param area 1 inside, 0 outside, a byte per pixel
 * @returns whether the pixel's colour is one of them
 */
function typicalColours(rgb: Uint8Array, area: Uint8Array): (pixel: number) => boolean {
  const shift = 8 - COLOUR_BITS;
  const binOf = (pixel: number) =>
    ((rgb[3 * pixel]! >> shift) << (2 * COLOUR_BITS)) |
    ((rgb[3 * pixel + 1]! >> shift) << COLOUR_BITS) |
    (rgb[3 * pixel + 2]! >> shift);
  const inside = new Uint32Array(1 << (3 * COLOUR_BITS));
  const outside = new Uint32Array(inside.length);
  let areaPx = 0;
  for (let pixel = 0; pixel < area.length; pixel++) {
    if (area[pixel] === 1) {
      inside[binOf(pixel)]!++;
      areaPx++;
    } else outside[binOf(pixel)]!++;
  }
  return (pixel) => {
    const bin = binOf(pixel);
    // Shares are compared: i / area > factor o / rest.
    return inside[bin]! * (area.length - areaPx) > TYPICAL_FACTOR * outside[bin]! * areaPx;
  };
}

/** @returns the pixels inside after the last iteration, and three iterations earlier: 1 or 0 per pixel */
function cut(
  rgb: Uint8Array,
  seeds: Uint8Array,
  { width, height }: Size,
  signal: CancelSignal | undefined,
): Promise<{ inside: Uint8Array; before: Uint8Array }> {
  return withOpenCv(async (cv, keep) => {
    // The mixtures start from k-means with random centres: seed them, for reproducible results.
    cv.setRNGSeed(0);
    const picture = keep(new cv.Mat(height, width, cv.CV_8UC3));
    picture.data.set(rgb);
    const mask = keep(new cv.Mat(height, width, cv.CV_8UC1));
    mask.data.set(seeds);
    const outsideModel = keep(new cv.Mat());
    const insideModel = keep(new cv.Mat());
    const isInside = () =>
      Uint8Array.from(mask.data as Uint8Array, (value) =>
        Number(value === label.inside || value === label.likelyInside),
      );
    let before = isInside();
    if (!before.includes(1)) return { inside: before, before };
    const whole = new cv.Rect(0, 0, width, height);
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      await hearCancel(signal);
      const mode = iteration === 0 ? cv.GC_INIT_WITH_MASK : cv.GC_EVAL;
      cv.grabCut(picture, mask, whole, outsideModel, insideModel, 1, mode);
      if (iteration === ITERATIONS - 3) before = isInside();
    }
    return { inside: isInside(), before };
  });
}

/** The clicked parts, or with only a box all but specks; with their holes filled. */
function keepAsked(found: Tensor, { points }: MaskPrompt): Tensor {
  const mask = withoutBridges(found, points);
  const { labels, areas } = connectedComponents(regionOf(mask), 8);
  const clicked = new Set<number>();
  for (const { x, y, isInside } of points) {
    if (!isInside) continue;
    clicked.add(labels[pixelAt({ x, y }, found)]!);
  }
  clicked.delete(0);
  const largest = Math.max(0, ...areas);
  const stays = areas.map((area, index) =>
    clicked.size > 0 ? clicked.has(index + 1) : area >= SPECK_SHARE * largest,
  );
  const kept = maskWhere(mask.dims, (at) => labels[at] !== 0 && stays[labels[at]! - 1]!);
  const certainlyOutside = points.filter(({ isInside }) => !isInside);
  const filled = fillHoles(kept);
  // A hole with a click outside stays open.
  return certainlyOutside.some((point) => filled.data[pixelAt(point, filled)] === 1) ? kept : filled;
}

/** Index of the pixel that a point is in; of the last one for a point on the right or lower border. */
function pixelAt({ x, y }: { readonly x: number; readonly y: number }, mask: Tensor): number {
  const [height, width] = mask.dims as [number, number];
  return Math.min(Math.floor(y), height - 1) * width + Math.min(Math.floor(x), width - 1);
}

/** Cuts the lines, a pixel or two thin, along which a cut reaches from the clicked things to others. */
function withoutBridges(mask: Tensor, points: MaskPrompt['points']): Tensor {
  const thick = intersectMasks(mask, growMask(shrinkMask(mask, 1), 1));
  const isThin = points.some((point) => {
    const at = pixelAt(point, mask);
    return point.isInside && thick.data[at] !== mask.data[at];
  });
  // What was clicked may be a line itself.
  return isThin ? mask : thick;
}

/** The outline of the enlarged mask at one half. */
async function enlarge(mask: Tensor, size: Size): Promise<Tensor> {
  const enlarged = await resizePlane(mask, size);
  return maskWhere(enlarged.dims, (at) => enlarged.data[at]! >= REGION_THRESHOLD);
}

function agreement(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    both += a[at]! & b[at]!;
    either += a[at]! | b[at]!;
  }
  return either === 0 ? 0 : both / either;
}
