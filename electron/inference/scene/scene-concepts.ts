/** The concepts of a request with their files read and checked, before a frame is chosen for them. */

import { StudioError } from '../../contract/errors.ts';
import { type FrameRectangle, type FrameSize, isMaskOf } from '../../contract/frame.ts';
import { type Notice, notice, noticeSentence } from '../../contract/notices.ts';
import { type Placement, placementBox } from '../../contract/placement.ts';
import type { AssetId, RenderRequest } from '../../contract/render-request.ts';
import { type MaskFindings, whyEmpty } from '../../foundation/pictures/mask-conventions.ts';
import type { CutOut } from '../../foundation/pictures/placed-picture.ts';
import { boundingRectangle } from '../../pipeline/masks/rectangle.ts';
import { maskWhere, REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { decodeCutOut, decodeImage, examineMaskFile, type PictureFile } from '../images/images.ts';
import { resizePlane } from '../images/plane-resize.ts';
import { boundsOfCutOut, cutOutOf } from './cut-out.ts';

/** Reads the file of a picture by its content hash. */
export type AssetReader = (id: AssetId) => Promise<PictureFile>;

export type RequestConcept = RenderRequest['scene']['concepts'][number];

/** A concept that replaces an object of the background. */
export interface ReplacingConcept {
  readonly mode: 'replace';
  readonly concept: RequestConcept;
  readonly image: RgbImage;
  /** The subject's mask, dims of the image; null if it was not marked. */
  readonly subject: Tensor | null;
  /** The object, dims [height, width] in the background's aspect. */
  readonly mask: Tensor;
  readonly front: Tensor | null;
}

/** A concept whose cut-out lies in the background. */
export interface PlacedConcept {
  readonly mode: 'place';
  readonly concept: RequestConcept;
  readonly cutOut: CutOut;
  readonly placement: Placement;
  /** The part of the background in front of it, dims [height, width] in the background's aspect; null for none. */
  readonly front: Tensor | null;
}

export type ReadConcept = ReplacingConcept | PlacedConcept;

/**
 * @param background its size
 * @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH, MASK_EMPTY, PARAMETER_INVALID naming the concept
 */
export async function readConcept(
  concept: RequestConcept,
  background: FrameSize,
  usesSubject: boolean,
  readAsset: AssetReader,
  notices: Notice[],
): Promise<ReadConcept> {
  const imageFile = await readAsset(concept.image);
  const front = await readFront(concept, background, readAsset, notices);
  if (concept.mode === 'place') {
    const image = await decodeCutOut(imageFile);
    const read = concept.subject === null ? null : await readSubject(concept.subject, image, readAsset);
    if (read !== null) remarkOn(subjectMask(concept, read.name), read.findings, notices);
    const { placement } = concept;
    if (placement === null) {
      throw new StudioError('PARAMETER_INVALID', `The concept "${concept.name}" has no placement.`);
    }
    const cutOut = cutOutOf(image, read?.mask ?? null, concept.name);
    return { mode: 'place', concept, cutOut, placement, front };
  }
  const { pixels } = await decodeImage(imageFile);
  const read = concept.subject === null ? null : await readSubject(concept.subject, pixels, readAsset);
  if (read !== null && usesSubject) remarkOn(subjectMask(concept, read.name), read.findings, notices);
  if (concept.mask === null) {
    throw new StudioError('PARAMETER_INVALID', `The concept "${concept.name}" has no mask.`);
  }
  const { name, mask, findings } = await readMask(concept.mask, background, readAsset);
  remarkOn(notice('MASK_OF_CONCEPT', { name: concept.name, file: name }), findings, notices);
  return { mode: 'replace', concept, image: pixels, subject: read?.mask ?? null, mask, front };
}

/** @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH with the background */
async function readMask(id: AssetId, background: FrameSize, readAsset: AssetReader) {
  const file = await readAsset(id);
  const { mask, findings } = await examineMaskFile(file);
  const [height, width] = mask.dims as [number, number];
  if (isMaskOf({ width, height }, background)) return { name: file.name, mask, findings };
  throw new StudioError(
    'SIZE_MISMATCH',
    `${file.name} is ${width} x ${height} pixels, but the background is ${background.width} x ` +
      `${background.height}. A mask needs the background’s size, or a smaller size of the same aspect.`,
  );
}

/** The part of the background in front of a concept; a mask that covers nothing hides nothing, with a notice. */
async function readFront(
  { front, name }: RequestConcept,
  background: FrameSize,
  readAsset: AssetReader,
  notices: Notice[],
): Promise<Tensor | null> {
  if (front === null) return null;
  const { name: file, mask, findings } = await readMask(front, background, readAsset);
  const what = notice('MASK_IN_FRONT', { name, file });
  if (findings.isEmpty) {
    notices.push(notice('MASK_EMPTY', { mask: what, reason: whyEmpty(findings) }));
    return null;
  }
  remarkOn(what, findings, notices);
  return mask;
}

function subjectMask({ name }: RequestConcept, file: string): Notice {
  return notice('MASK_OF_SUBJECT', { name, file });
}

/**
 * The area of a concept that a frame has to contain, in background pixels.
 *
 * @throws StudioError MASK_EMPTY for a mask that is below the threshold everywhere
 */
export function boxOf(read: ReadConcept, background: FrameSize): FrameRectangle {
  if (read.mode === 'place') {
    return placementBox(read.placement, read.cutOut, boundsOfCutOut(read.cutOut));
  }
  const { mask, concept } = read;
  const inside = maskWhere(mask.dims, (at) => mask.data[at]! >= REGION_THRESHOLD);
  const bounds = boundingRectangle(inside) ?? boundingRectangle(mask);
  if (bounds === undefined) {
    throw new StudioError('MASK_EMPTY', `The mask of the concept "${concept.name}" covers nothing.`);
  }
  const [height, width] = mask.dims as [number, number];
  const [scaleX, scaleY] = [background.width / width, background.height / height];
  return {
    left: bounds.left * scaleX,
    top: bounds.top * scaleY,
    width: bounds.width * scaleX,
    height: bounds.height * scaleY,
  };
}

/** @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH with the concept image */
async function readSubject(id: AssetId, image: FrameSize, readAsset: AssetReader) {
  const file = await readAsset(id);
  const { mask, findings } = await examineMaskFile(file);
  const [height, width] = mask.dims as [number, number];
  if (width === image.width && height === image.height) return { name: file.name, mask, findings };
  // What was painted on, or detected in, a large picture is smaller than it (maskSize in the contract).
  if (isMaskOf({ width, height }, image)) {
    return { name: file.name, mask: await resizePlane(mask, image), findings };
  }
  throw new StudioError(
    'SIZE_MISMATCH',
    `${file.name} is ${width} x ${height} pixels, but its concept image is ${image.width} x ` +
      `${image.height}. A subject mask needs the image’s size, or a smaller size of the same aspect.`,
  );
}

/**
 * Adds a notice about a surprising mask.
 *
 * @throws StudioError MASK_EMPTY, describing its content
 */
function remarkOn(mask: Notice, findings: MaskFindings, notices: Notice[]): void {
  if (findings.isEmpty) {
    const empty = notice('MASK_EMPTY', { mask, reason: whyEmpty(findings) });
    throw new StudioError('MASK_EMPTY', noticeSentence(empty));
  }
  if (!findings.isColoured) return;
  notices.push(notice(findings.hasTransparency ? 'MASK_IN_COLOUR_WITH_ALPHA' : 'MASK_IN_COLOUR', { mask }));
}
