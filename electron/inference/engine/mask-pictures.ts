/**
 * Pictures prepared for finding masks: at the size of their masks, so that a large one need not be processed at full
 * size.
 */
import { StudioError } from '../../contract/errors.ts';
import { type FrameSize, maskSize } from '../../contract/frame.ts';
import type { MaskSelection } from '../../contract/preparation.ts';
import type { NamedImage } from '../../pipeline/compose.ts';
import type { MaskProposal, SubjectSegmenter } from '../../pipeline/preparation-ports.ts';
import { decodeFrame, hashPixels, type PictureFile, pictureSize } from '../images/images.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import type { MasksOutcome, PreparationControls } from './preparation-types.ts';

export interface MaskPicture {
  /** Displayed size of the picture. */
  readonly size: FrameSize;
  /** The picture at the size of its masks. */
  readonly picture: NamedImage;
}

/** @throws StudioError ASSET_INVALID naming the file */
export async function pictureForMasks(file: PictureFile): Promise<MaskPicture> {
  const size = await pictureSize(file);
  const pixels = await decodeFrame(file, { left: 0, top: 0, ...size }, maskSize(size));
  return { size, picture: { pixels, contentHash: hashPixels(pixels) } };
}

/** Clicks and boxes in pixels of the picture at the size of its masks. @throws StudioError PARAMETER_INVALID */
export function selectionForMasks(selection: MaskSelection, { size, picture }: MaskPicture): MaskSelection {
  checkWithin(selection, size);
  const [x, y] = [picture.pixels.width / size.width, picture.pixels.height / size.height];
  const { points, box } = selection;
  return {
    points: points.map((point) => ({ ...point, x: point.x * x, y: point.y * y })),
    box: box && { left: box.left * x, top: box.top * y, right: box.right * x, bottom: box.bottom * y },
  };
}

/** Proposals with their boxes in the picture's own pixels. */
export function proposalsInPicture(
  proposals: readonly MaskProposal[],
  { size, picture }: MaskPicture,
): MaskProposal[] {
  const [x, y] = [size.width / picture.pixels.width, size.height / picture.pixels.height];
  if (x === 1 && y === 1) return [...proposals];
  return proposals.map(({ box, ...proposal }) => ({
    ...proposal,
    box: box && { left: box.left * x, top: box.top * y, right: box.right * x, bottom: box.bottom * y },
  }));
}

/** @throws StudioError PARAMETER_INVALID naming what is outside */
function checkWithin({ points, box }: MaskSelection, { width, height }: FrameSize): void {
  for (const { x, y } of points) {
    if (x >= width || y >= height) {
      throw new StudioError(
        'PARAMETER_INVALID',
        `The point ${x}, ${y} lies outside the picture of ${width} x ${height} pixels.`,
      );
    }
  }
  if (box !== null && (box.left >= width || box.top >= height || box.right <= 0 || box.bottom <= 0)) {
    throw new StudioError(
      'PARAMETER_INVALID',
      `The box lies outside the picture of ${width} x ${height} pixels.`,
    );
  }
}

/** The subject of a picture as a model sees it, reported as a search. */
export async function proposeSubject(
  segmenter: SubjectSegmenter,
  seen: MaskPicture,
  { signal, onProgress }: PreparationControls,
): Promise<MasksOutcome> {
  await hearCancel(signal);
  onProgress?.({ stage: 'find', step: 0, total: 1 });
  const found = await segmenter.find(seen.picture, signal);
  onProgress?.({ stage: 'find', step: 1, total: 1 });
  return { proposals: proposalsInPicture(found ? [found] : [], seen), model: segmenter.name, notices: [] };
}
