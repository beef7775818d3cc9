/**
 * Turns a render request and its picture files into a checked scene for the method: the frame at the model's size,
 * with placed cut-outs drawn into the background.
 */

import { StudioError } from '../../contract/errors.ts';
import {
  type FramePack,
  type FrameRectangle,
  type FrameSize,
  isEnlarged,
  type ResolvedFrame,
  resolveFrame,
} from '../../contract/frame.ts';
import { type Notice, notice } from '../../contract/notices.ts';
import type { RenderParameters } from '../../contract/parameters.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import { drawCasting, type Viewport } from '../../foundation/pictures/placed-picture.ts';
import type { NamedImage, Scene, SceneConcept } from '../../pipeline/compose.ts';
import { maskWhere, REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import { latentMasks } from '../../pipeline/mixing/latent-masks.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { resampleWindow } from '../../pipeline/tensor/resample-window.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { decodeFrame, hashPixels, type PictureFile, pictureSize } from '../images/images.ts';
import { fillMasks } from '../inpainting/simple-fill.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { layOnto, shapeOf } from './cut-out.ts';
import { drawBehind, frontPlane, withoutFront } from './front-mask.ts';
import { type AssetReader, boxOf, type ReadConcept, readConcept } from './scene-concepts.ts';
import { SceneMemo } from './scene-memo.ts';
import { containedPicture, subjectPicture } from './subject-picture.ts';

/** Requirements on the pictures. */
export interface SceneLimits {
  readonly pack: FramePack;
  /** Image pixels per latent element. */
  readonly downscale: number;
}

/** Options of preparing a scene that do not change it. */
export interface SceneControls {
  readonly signal?: CancelSignal;
  readonly onProgress?: (progress: { stage: 'load'; step: number; total: number }) => void;
}

/** A scene at the model's size, and what is needed to paste its result into the background. */
export interface PreparedScene {
  /** The frame at the model's size; its background is the staged one. */
  readonly scene: Scene;
  readonly frame: ResolvedFrame;
  /** Size of the background. */
  readonly background: FrameSize;
  /** Its file, unless it is so large that reading it again is better. */
  readonly backgroundFile: PictureFile | undefined;
  readonly concepts: readonly ReadConcept[];
  /** By concept, at the model's size: its mask including what something is in front of. */
  readonly wholeMasks: readonly Tensor[];
  readonly conceptImageMode: RenderParameters['conceptImageMode'];
  /** Notices for the user. */
  readonly notices: readonly Notice[];
  /** What its renders compute from all of these. */
  readonly memo: SceneMemo;
}

/** Largest background file kept in memory for the next render. */
const MAX_KEPT_FILE_BYTES = 32 * 2 ** 20;

/** Mean difference, in levels of 0..255, up to which a picture counts as equal with and without its objects. */
const SAME_LEVELS = 3;

/**
 * Reads and checks a scene's pictures.
 *
 * @throws StudioError ASSET_MISSING and ASSET_INVALID (naming the file), SIZE_MISMATCH, MASK_EMPTY (naming the
 *   concept and what to do), PARAMETER_INVALID (a frame outside the background); PipelineError CANCELLED
 */
export async function prepareScene(
  { scene, parameters }: RenderRequest,
  readAsset: AssetReader,
  { pack, downscale }: SceneLimits,
  { signal, onProgress }: SceneControls = {},
): Promise<PreparedScene> {
  const notices: Notice[] = [];
  const mode = parameters.conceptImageMode;
  // One step per concept for reading and for drawing, one for the background, one for the inpainted background.
  const total = 2 + 2 * scene.concepts.length;
  let step = 0;
  const advance = async () => {
    onProgress?.({ stage: 'load', step: ++step, total });
    await hearCancel(signal);
  };

  // 1. The files of the concepts, and the frame that shows them.
  const backgroundFile = await readAsset(scene.background);
  const size = await pictureSize(backgroundFile);
  const read: ReadConcept[] = [];
  for (const concept of scene.concepts) {
    read.push(await readConcept(concept, size, mode !== 'full', readAsset, notices));
    await advance();
  }
  const boxes = read.map((concept) => boxOf(concept, size));
  const frame = resolveFrame(scene.frame, size, boxes, pack);
  notices.push(...frameNotices(frame), ...cutConcepts(read, boxes, frame, size));

  // 2. The masks at the model's size.
  const viewport: Viewport = { window: frame, width: frame.modelWidth, height: frame.modelHeight };
  const layers = await Promise.all(
    read.map((concept) =>
      concept.mode === 'place' ? drawCasting(concept.cutOut, concept.placement, viewport) : undefined,
    ),
  );
  const fronts = read.map(({ front }) => front && maskInFrame(front, size, viewport));
  const wholeMasks = read.map((concept, index): Tensor => {
    if (concept.mode === 'replace') return maskInFrame(concept.mask, size, viewport);
    const shape = shapeOf(layers[index]!, viewport);
    return maskWhere(shape.dims, (at) => shape.data[at]! >= REGION_THRESHOLD);
  });
  const masks = wholeMasks.map((mask, index) => {
    const front = fronts[index];
    return front ? withoutFront(mask, front) : mask;
  });
  checkLatentMasks(read, masks, wholeMasks, parameters, viewport, downscale);

  // 3. The background with the placed pictures, and the inpainted background.
  const background = await decodeFrame(backgroundFile, frame, viewport);
  await advance();
  const staged: RgbImage = { ...background, data: new Uint8Array(background.data) };
  for (const index of backToFront(read)) {
    const concept = read[index]!;
    if (concept.mode !== 'place') continue;
    const lay = () => layOnto(staged, layers[index]!, concept.placement, viewport);
    const front = fronts[index];
    if (front) drawBehind(staged, frontPlane(front), lay);
    else lay();
  }
  const replaced = masks.filter((_, index) => read[index]!.mode === 'replace');
  const inpainted = await inpaintedBackground(
    scene.inpainted,
    { background, replaced, size, frame, viewport, notices },
    readAsset,
  );
  notices.push(...vanishingConcepts(read, masks, background, inpainted));
  await advance();

  // 4. Each concept image as the method sees it.
  const concepts: SceneConcept[] = [];
  for (const [index, concept] of read.entries()) {
    const { prompt, order, alpha, name } = concept.concept;
    const mask = masks[index]!;
    let image: RgbImage;
    if (concept.mode === 'place') {
      image = { ...inpainted, data: new Uint8Array(inpainted.data) };
      layOnto(image, layers[index]!, { opacity: concept.placement.opacity, shadow: null }, viewport);
    } else if (mode === 'full' || concept.subject === null) {
      if (mode !== 'full') {
        notices.push(notice('CONCEPT_WHOLE', { name }));
      }
      image = await containedPicture(concept.image, inpainted);
    } else {
      image = await subjectPicture({
        image: concept.image,
        subject: concept.subject,
        // Aligned to its whole region: what is in front hides a part of it, and does not squeeze it.
        region: wholeMasks[index]!,
        inpainted,
        mode,
      });
    }
    concepts.push({ prompt, image: named(image), mask, order, alpha });
    await advance();
  }
  return {
    scene: {
      prompt: scene.prompt,
      inpaintPrompt: scene.inpaintPrompt,
      negativePrompt: scene.negativePrompt ?? '',
      background: named(staged),
      inpainted: named(inpainted),
      concepts,
    },
    frame,
    background: size,
    backgroundFile: backgroundFile.bytes.length <= MAX_KEPT_FILE_BYTES ? backgroundFile : undefined,
    concepts: read,
    wholeMasks,
    conceptImageMode: mode,
    notices,
    memo: new SceneMemo(),
  };
}

/** A mask of the background resampled to a viewport, dims [viewport.height, viewport.width]. */
export function maskInFrame(
  mask: Tensor,
  background: FrameSize,
  { window, width, height }: Viewport,
): Tensor {
  const [maskHeight, maskWidth] = mask.dims as [number, number];
  const [scaleX, scaleY] = [maskWidth / background.width, maskHeight / background.height];
  const inMask = {
    left: window.left * scaleX,
    top: window.top * scaleY,
    width: window.width * scaleX,
    height: window.height * scaleY,
  };
  return resampleWindow(mask, inMask, { width, height });
}

/** Indices of the concepts from the back layer to the front; of equal order, the one named first is in front. */
export function backToFront(concepts: readonly ReadConcept[]): number[] {
  return concepts
    .map((_, index) => index)
    .sort((a, b) => concepts[a]!.concept.order - concepts[b]!.concept.order || b - a);
}

/** Caches the last prepared scene: a re-tune has the same pictures, and reading them costs as much as some rows. */
export class LastPreparedScene {
  #last: { readonly key: string; readonly prepared: PreparedScene } | undefined;

  /** {@link prepareScene} with fixed limits; the files of the previous scene are not read again. */
  async prepare(
    request: RenderRequest,
    readAsset: AssetReader,
    limits: SceneLimits,
    controls: SceneControls = {},
  ): Promise<PreparedScene> {
    const { scene, parameters } = request;
    const { conceptImageMode, featherPx, regionGrowPx } = parameters;
    // Of the tuned values, only alpha is part of a scene; strength applies to its result.
    const concepts = scene.concepts.map((concept) => ({ ...concept, alpha: null, strength: null }));
    const key = JSON.stringify([{ ...scene, concepts }, conceptImageMode, featherPx, regionGrowPx]);
    if (this.#last?.key !== key) {
      this.#last = { key, prepared: await prepareScene(request, readAsset, limits, controls) };
    }
    const { prepared } = this.#last;
    const tuned = prepared.scene.concepts.map((concept, index) => ({
      ...concept,
      alpha: scene.concepts[index]!.alpha,
    }));
    return { ...prepared, scene: { ...prepared.scene, concepts: tuned } };
  }

  clear(): void {
    this.#last = undefined;
  }
}

function named(pixels: RgbImage): NamedImage {
  return { pixels, contentHash: hashPixels(pixels) };
}

function frameNotices(frame: ResolvedFrame): Notice[] {
  const { width, height, modelWidth, modelHeight } = frame;
  const sizes = { width, height, modelWidth, modelHeight };
  if (isEnlarged(frame)) return [notice('FRAME_ENLARGED', sizes)];
  const times = Math.sqrt((width * height) / (modelWidth * modelHeight));
  return times < 2 ? [] : [notice('FRAME_REDUCED', { ...sizes, times: times.toFixed(1) })];
}

/** Concepts that extend beyond a drawn frame: the part outside cannot change. */
function cutConcepts(
  read: readonly ReadConcept[],
  boxes: readonly FrameRectangle[],
  frame: ResolvedFrame,
  background: FrameSize,
): Notice[] {
  return read.flatMap(({ concept }, index) => {
    const box = boxes[index]!;
    const isCut =
      Math.max(box.left, 0) < frame.left - 1 ||
      Math.max(box.top, 0) < frame.top - 1 ||
      Math.min(box.left + box.width, background.width) > frame.left + frame.width + 1 ||
      Math.min(box.top + box.height, background.height) > frame.top + frame.height + 1;
    return isCut ? [notice('CONCEPT_CUT', { name: concept.name })] : [];
  });
}

interface InpaintingContext {
  /** The frame of the background at the model's size. */
  readonly background: RgbImage;
  /** Masks of the objects, of the same size. */
  readonly replaced: readonly Tensor[];
  /** Size of the whole background. */
  readonly size: FrameSize;
  readonly frame: ResolvedFrame;
  readonly viewport: Viewport;
  readonly notices: Notice[];
}

/** The frame of the background without its objects, at the model's size. */
async function inpaintedBackground(
  id: RenderRequest['scene']['inpainted'],
  { background, replaced, size, frame, viewport, notices }: InpaintingContext,
  readAsset: AssetReader,
): Promise<RgbImage> {
  if (id !== null) {
    const file = await readAsset(id);
    const found = await pictureSize(file);
    if (found.width !== size.width || found.height !== size.height) {
      throw new StudioError(
        'SIZE_MISMATCH',
        `${file.name} is ${found.width} x ${found.height} pixels, but the background is ${size.width} x ` +
          `${size.height}. The inpainted background needs the background’s size.`,
      );
    }
    return decodeFrame(file, frame, viewport);
  }
  // Nothing has to be removed if all concepts are placed.
  if (replaced.length === 0) return background;
  notices.push(notice('NOT_INPAINTED', {}));
  return fillMasks(background, replaced);
}

/** Concepts without an object of the background at their mask: the method would not change anything there. */
function vanishingConcepts(
  concepts: readonly ReadConcept[],
  masks: readonly Tensor[],
  background: RgbImage,
  inpainted: RgbImage,
): Notice[] {
  return concepts.flatMap(({ mode, concept }, index) => {
    if (mode === 'place') return [];
    const { data } = masks[index]!;
    let difference = 0;
    let weight = 0;
    for (let pixel = 0; pixel < data.length; pixel++) {
      if (data[pixel]! < REGION_THRESHOLD) continue;
      weight += 3;
      for (let at = 3 * pixel; at < 3 * pixel + 3; at++) {
        difference += Math.abs(background.data[at]! - inpainted.data[at]!);
      }
    }
    if (weight === 0 || difference / weight > SAME_LEVELS) return [];
    return [notice('CONCEPT_WITHOUT_OBJECT', { name: concept.name })];
  });
}

/** Every mask must cover something at latent resolution, after resolving overlaps. */
function checkLatentMasks(
  read: readonly ReadConcept[],
  masks: readonly Tensor[],
  wholeMasks: readonly Tensor[],
  { featherPx, expandLatent, regionGrowPx, bandLatent }: RenderRequest['parameters'],
  { window, width, height }: Viewport,
  downscale: number,
): void {
  const dims = [height / downscale, width / downscale] as const;
  const options = { downscale, featherPx, expandLatent, regionGrowPx, bandLatent };
  const isEmpty = (values: ArrayLike<number>) => Array.prototype.every.call(values, (value) => value === 0);
  const concepts = read.map(({ concept }, index) => ({ mask: masks[index]!, order: concept.order }));
  const { regionMasks } = latentMasks(concepts, dims, options);
  for (const [index, region] of regionMasks.entries()) {
    if (!isEmpty(region.data)) continue;
    const { mode, concept } = read[index]!;
    const what = mode === 'place' ? 'The placed picture' : 'The mask';
    const [alone] = latentMasks([concepts[index]!], dims, options).regionMasks;
    throw new StudioError('MASK_EMPTY', `${what} of the concept "${concept.name}" ${whyEmpty()}`);

    /** Of a placed picture, without its shadow. */
    function isInside(placed: ReadConcept): boolean {
      if (placed.mode === 'replace') return false;
      const box = boxOf({ ...placed, placement: { ...placed.placement, shadow: null } }, window);
      return (
        box.left < window.left + window.width &&
        box.top < window.top + window.height &&
        box.left + box.width > window.left &&
        box.top + box.height > window.top
      );
    }

    function whyEmpty(): string {
      if (isEmpty(wholeMasks[index]!.data)) {
        if (isInside(read[index]!)) {
          return (
            'is nowhere half opaque in the frame: little of it is inside, it is too small, its soft edge is too wide, or the ' +
            'picture itself is too transparent. Move it into the frame, make it larger, make its soft edge narrower, or ' +
            'choose a more opaque picture.'
          );
        }
        return 'is outside the frame. Move it into the frame, or choose a frame that shows it.';
      }
      const [free] = latentMasks(
        [{ ...concepts[index]!, mask: wholeMasks[index]! }],
        dims,
        options,
      ).regionMasks;
      if (isEmpty(alone!.data) && !isEmpty(free!.data)) {
        return 'is wholly behind the mask of what is in front of it. Erase a part of that mask.';
      }
      return isEmpty(alone!.data)
        ? `is too small or too thin: the model works on squares of ${downscale} x ${downscale} pixels of its ` +
            'input, and it does not cover half of any. Make it larger, draw a smaller frame around it, or give it a feather.'
        : 'is completely covered by concepts in front of it. Move it, or bring it forward.';
    }
  }
}
