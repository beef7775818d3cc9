/** Scenes that can be rendered, but whose concepts will not appear as intended. Pure. */
import type { ResolvedFrame } from '../../electron/contract/frame.ts';
import { placementBox } from '../../electron/contract/placement.ts';
import type { DocumentConcept, SceneDocument } from '../../electron/contract/scene-document.ts';
import { coverageOf, type MaskPlane } from './mask-plane.ts';
import { maskInSample, type PictureSample, sharedColours } from './picture-facts.ts';
import type { Size } from './view-transform.ts';

/**
 * - photograph: an object of a photograph, or by a photograph, is replaced with a pack that draws drawings;
 * - noObject: the mask lies on the ground or the sky;
 * - covered: others are in front of all of it;
 * - outside: its mask is outside of the frame, or it is placed outside of the picture;
 * - unframed: it is placed in the picture, but outside of the frame;
 * - tiny: the model sees fewer than {@link LEAST_CELLS} of its latent cells;
 * - transparent: it is placed with an opacity of 0.
 */
export type WarningKind =
  | 'photograph'
  | 'noObject'
  | 'covered'
  | 'outside'
  | 'unframed'
  | 'tiny'
  | 'transparent';

export interface RenderWarning {
  readonly kind: WarningKind;
  readonly conceptId: string;
}

/** What the page knows of a scene's pictures; what is not known yet gives no warning. */
export interface SceneFacts {
  readonly packDrawsDrawings: boolean;
  /** Those of its pictures that are photographs. */
  readonly photographs: ReadonlySet<string>;
  readonly background: PictureSample | undefined;
  /** Size of the background in pixels. */
  readonly size: Size | undefined;
  readonly frame: ResolvedFrame | undefined;
  /** Image pixels per latent element. */
  readonly downscale: number | undefined;
  /** Masks by concept. */
  readonly masks: ReadonlyMap<string, MaskPlane>;
  /** Sizes of placed pictures by concept. */
  readonly imageSizes: ReadonlyMap<string, Size>;
}

/** Masks of at least this share of common colours with their surroundings have no object under them. */
const NO_OBJECT_FROM = 0.55;
/** A concept of which less than this share is seen will not be recognized. */
const SEEN_SHARE = 0.05;
/** Latent elements that an object needs to appear at all. */
const LEAST_CELLS = 4;

/** At most one warning for each concept, back to front. */
export function renderWarnings(document: SceneDocument, facts: SceneFacts): readonly RenderWarning[] {
  if (document.background === null) return [];
  const visible = document.concepts.filter((concept) => concept.visible && concept.image !== null);
  return visible.flatMap((concept, index) => {
    const kind =
      concept.mode === 'place'
        ? warningOfPlaced(concept, facts)
        : warningOfMask(document.background!, concept, visible.slice(index + 1), facts);
    return kind === null ? [] : [{ kind, conceptId: concept.id }];
  });
}

function warningOfPlaced(
  { id, placement }: DocumentConcept,
  { imageSizes, size, frame }: SceneFacts,
): WarningKind | null {
  if (placement === null) return null;
  if (placement.opacity === 0) return 'transparent';
  const image = imageSizes.get(id);
  if (image === undefined || size === undefined) return null;
  const box = placementBox({ ...placement, shadow: null }, image);
  if (isApart(box, { left: 0, top: 0, ...size })) return 'outside';
  return frame !== undefined && isApart(box, frame) ? 'unframed' : null;
}

type Box = ReturnType<typeof placementBox>;

function isApart(box: Box, of: Box): boolean {
  return (
    box.left >= of.left + of.width ||
    box.top >= of.top + of.height ||
    box.left + box.width <= of.left ||
    box.top + box.height <= of.top
  );
}

function warningOfMask(
  background: string,
  { id, image, mask }: DocumentConcept,
  inFront: readonly DocumentConcept[],
  facts: SceneFacts,
): WarningKind | null {
  const isPhotograph = facts.photographs.has(background) || (image !== null && facts.photographs.has(image));
  const cannotReplace = facts.packDrawsDrawings && isPhotograph;
  // Before anybody paints a mask for nothing.
  if (mask === null) return cannotReplace ? 'photograph' : null;
  const plane = facts.masks.get(id);
  if (plane === undefined || facts.background === undefined) return null;
  const inside = maskInSample(plane, facts.background);
  if (isTiny(plane, facts)) return 'tiny';
  if (shareWhere(inside, facts.background, isInFrame(facts)) < SEEN_SHARE) return 'outside';
  const covers = inFront.flatMap((other) => {
    const otherPlane = other.mode === 'replace' ? facts.masks.get(other.id) : undefined;
    return otherPlane ? [maskInSample(otherPlane, facts.background!)] : [];
  });
  const isSeen = (at: number) => covers.every((cover) => cover[at] !== 1);
  if (shareWhere(inside, facts.background, (_x, _y, at) => isSeen(at)) < SEEN_SHARE) return 'covered';
  if (cannotReplace) return 'photograph';
  const shared = sharedColours(facts.background, inside);
  return shared !== null && shared >= NO_OBJECT_FROM ? 'noObject' : null;
}

function isTiny(plane: MaskPlane, { frame, size, downscale }: SceneFacts): boolean {
  if (frame === undefined || size === undefined || downscale === undefined) return false;
  const areaPx = coverageOf(plane) * size.width * size.height;
  const perPixel = (frame.modelWidth * frame.modelHeight) / (frame.width * frame.height);
  return areaPx > 0 && (areaPx * perPixel) / downscale ** 2 < LEAST_CELLS;
}

/** @returns for a point in shares of the background's sides */
function isInFrame({ frame, size }: SceneFacts): (x: number, y: number) => boolean {
  if (frame === undefined || size === undefined) return () => true;
  return (x, y) => {
    const [left, top] = [x * size.width - frame.left, y * size.height - frame.top];
    return left >= 0 && left < frame.width && top >= 0 && top < frame.height;
  };
}

/** Share of the inside for which something holds; 1 for an empty inside. */
function shareWhere(
  inside: Uint8Array,
  { width, height }: PictureSample,
  holds: (x: number, y: number, at: number) => boolean,
): number {
  let [count, held] = [0, 0];
  for (const [at, value] of inside.entries()) {
    if (value !== 1) continue;
    count++;
    if (holds(((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height, at)) held++;
  }
  return count === 0 ? 1 : held / count;
}
