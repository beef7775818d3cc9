/** Where the cut-out of a concept's picture lies in the background, in the mode `place`. Pure. */
import * as z from 'zod';
import type { FrameRectangle, FrameSize } from './frame.ts';

/** What a concept does: replace an object of the background, or stay where it is placed. */
export const conceptModeSchema = z
  .enum(['replace', 'place'])
  .describe(
    '"replace" gives an object of the background the concept’s appearance, as in the paper; "place" lays the ' +
      'concept’s cut-out into the background.',
  );
export type ConceptMode = z.infer<typeof conceptModeSchema>;

export const shadowSchema = z.strictObject({
  offsetXPx: z.number().min(-4096).max(4096).describe('To the right, in background pixels.'),
  offsetYPx: z.number().min(-4096).max(4096).describe('Down, in background pixels.'),
  blurPx: z.number().min(0).max(512).describe('Standard deviation of the blur, in background pixels.'),
  opacity: z.number().min(0).max(1),
});
export type Shadow = z.infer<typeof shadowSchema>;

export const placementSchema = z
  .strictObject({
    x: z
      .number()
      .min(-65_536)
      .max(65_536)
      .describe('Centre of the picture, in background pixels from the left.'),
    y: z
      .number()
      .min(-65_536)
      .max(65_536)
      .describe('Centre of the picture, in background pixels from the top.'),
    scale: z.number().gt(0).max(1000).describe('Background pixels per picture pixel.'),
    rotationDeg: z.number().min(-180).max(180).describe('Clockwise, about the centre.'),
    flipX: z.boolean().describe('Mirrored left to right, before rotation.'),
    flipY: z.boolean().describe('Mirrored top to bottom, before rotation.'),
    opacity: z.number().min(0).max(1),
    softEdgePx: z
      .number()
      .min(0)
      .max(64)
      .describe('Width over which the cut-out’s edge fades, inward, in background pixels.'),
    shadow: shadowSchema.nullable().describe('A soft dark copy of its outline behind it; null for none.'),
  })
  .describe('Where the cut-out lies: the image, cut out by its subject mask or by its own opacity.');
export type Placement = z.infer<typeof placementSchema>;

/** How much of the model's changes to a concept is used. */
export const strengthSchema = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe(
    'How much of the model’s changes is used: 0 keeps the placed picture, 1 uses all of them; null is chosen by ' +
      'how well the pack’s autoencoder reproduces the picture.',
  );

/** The matrix of a placement, from picture pixels to background pixels: x' = a x + c y + e, y' = b x + d y + f. */
export interface PlacementMatrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/**
 * @param image size of the concept image
 */
export function placementMatrix(
  { x, y, scale, rotationDeg, flipX, flipY }: Placement,
  image: FrameSize,
): PlacementMatrix {
  const angle = (rotationDeg * Math.PI) / 180;
  const cos = scale * Math.cos(angle);
  const sin = scale * Math.sin(angle);
  const [sx, sy] = [flipX ? -1 : 1, flipY ? -1 : 1];
  const [a, b, c, d] = [cos * sx, sin * sx, -sin * sy, cos * sy];
  return {
    a,
    b,
    c,
    d,
    e: x - (a * image.width + c * image.height) / 2,
    f: y - (b * image.width + d * image.height) / 2,
  };
}

/**
 * The smallest upright rectangle around a placed cut-out with its shadow, in background pixels, not cut at the
 * background's border.
 *
 * @param image size of the concept image
 * @param subject the part of the image that the cut-out fills, in its pixels; all of it by default
 */
export function placementBox(
  placement: Placement,
  image: FrameSize,
  subject: FrameRectangle = { left: 0, top: 0, ...image },
): FrameRectangle {
  const { a, b, c, d, e, f } = placementMatrix(placement, image);
  const corners = [0, 1].flatMap((right) =>
    [0, 1].map((down) => {
      const [x, y] = [subject.left + right * subject.width, subject.top + down * subject.height];
      return [a * x + c * y + e, b * x + d * y + f] as const;
    }),
  );
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  let [left, right] = [Math.min(...xs), Math.max(...xs)];
  let [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const { shadow } = placement;
  if (shadow !== null && shadow.opacity > 0) {
    const reach = 3 * shadow.blurPx;
    [left, right] = [
      Math.min(left, left + shadow.offsetXPx - reach),
      Math.max(right, right + shadow.offsetXPx + reach),
    ];
    [top, bottom] = [
      Math.min(top, top + shadow.offsetYPx - reach),
      Math.max(bottom, bottom + shadow.offsetYPx + reach),
    ];
  }
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * The first placement of a concept image: upright, centred on a point, at most a share of the background's shorter
 * side.
 *
 * @param share of the background's shorter side, at most, for the image's longer side
 * @param mostScale background pixels per image pixel, at most; by default it is never enlarged
 */
export function firstPlacement(
  image: FrameSize,
  background: FrameSize,
  at: { readonly x: number; readonly y: number } = { x: background.width / 2, y: background.height / 2 },
  share = 0.5,
  mostScale = 1,
): Placement {
  const room = share * Math.min(background.width, background.height);
  return {
    x: at.x,
    y: at.y,
    scale: Math.min(room / Math.max(image.width, image.height), mostScale),
    rotationDeg: 0,
    flipX: false,
    flipY: false,
    opacity: 1,
    softEdgePx: 0,
    shadow: null,
  };
}
