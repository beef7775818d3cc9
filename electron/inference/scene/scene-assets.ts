/** From a render request and its picture files to a scene that the method can compose, with everything checked. */
import { StudioError } from '../../contract/errors.ts';
import type { AssetId, RenderRequest } from '../../contract/render-request.ts';
import {
  describeColouredMask,
  describeEmptyMask,
  type MaskFindings,
} from '../../foundation/pictures/mask-conventions.ts';
import type { NamedImage, Scene, SceneConcept } from '../../pipeline/compose.ts';
import { latentMasks } from '../../pipeline/mixing/latent-masks.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { decodeImage, examineMaskFile, hashPixels, type PictureFile } from '../images/images.ts';
import { fillMasks } from '../inpainting/simple-fill.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { subjectPicture } from './subject-picture.ts';

/** Gives the file of a picture by its content. */
export type AssetReader = (id: AssetId) => Promise<PictureFile>;

/** What the pictures have to fit. */
export interface SceneLimits {
  /** Size of the pack's pictures; null when any is taken that the latents allow. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Image pixels per latent element. */
  readonly downscale: number;
}

/** Everything around preparing a scene that does not change it. */
export interface SceneControls {
  readonly signal?: CancelSignal;
  readonly onProgress?: (progress: { stage: 'load'; step: number; total: number }) => void;
}

/** What was done that the user should know of. */
export interface PreparedScene {
  readonly scene: Scene;
  readonly notices: readonly string[];
}

/**
 * Reads and checks a scene's pictures.
 *
 * @throws StudioError ASSET_MISSING and ASSET_INVALID (naming the file), SIZE_MISMATCH, MASK_EMPTY (naming the
 *   concept and what to do); PipelineError CANCELLED
 */
export async function prepareScene(
  { scene, parameters }: RenderRequest,
  readAsset: AssetReader,
  limits: SceneLimits,
  { signal, onProgress }: SceneControls = {},
): Promise<PreparedScene> {
  const notices: string[] = [];
  // The background with what is behind the objects, each concept, and each concept picture where it is made.
  const total = 2 + scene.concepts.length * (parameters.conceptImageMode === 'full' ? 1 : 2);
  let step = 0;
  const advance = async () => {
    onProgress?.({ stage: 'load', step: ++step, total });
    await hearCancel(signal);
  };
  const backgroundFile = await readAsset(scene.background);
  const background = await decodeImage(backgroundFile);
  const { width, height } = background.pixels;
  checkPackSize(backgroundFile.name, background.pixels, limits);
  await advance();

  const checkSize = (name: string, found: { readonly width: number; readonly height: number }) => {
    if (found.width === width && found.height === height) return;
    throw new StudioError(
      'SIZE_MISMATCH',
      `${name} is ${found.width} x ${found.height} pixels, but the background is ${width} x ${height}. ` +
        'All pictures and masks of a scene have the background’s size.',
    );
  };
  const concepts: SceneConcept[] = [];
  const subjects: (Tensor | null)[] = [];
  for (const concept of scene.concepts) {
    const imageFile = await readAsset(concept.image);
    const image = await decodeImage(imageFile);
    const read = concept.subject === null ? null : await readSubject(concept.subject, image, readAsset);
    if (read !== null && parameters.conceptImageMode !== 'full') {
      remarkOn(`The subject mask of the concept "${concept.name}" (${read.name})`, read.findings, notices);
    }
    const subject = read?.mask ?? null;
    // A thing that is cut out and scaled to its region may come in a picture of any size.
    if (parameters.conceptImageMode !== 'aligned' || subject === null)
      checkSize(imageFile.name, image.pixels);
    const maskFile = await readAsset(maskOf(concept));
    const { mask, findings } = await examineMaskFile(maskFile);
    checkSize(maskFile.name, { width: mask.dims[1]!, height: mask.dims[0]! });
    remarkOn(`The mask of the concept "${concept.name}" (${maskFile.name})`, findings, notices);
    concepts.push({ prompt: concept.prompt, image, mask, order: concept.order, alpha: concept.alpha });
    subjects.push(subject);
    await advance();
  }
  checkLatentMasks(scene.concepts, concepts, parameters, [height, width], limits.downscale);

  let inpainted: NamedImage;
  if (scene.inpainted === null) {
    notices.push(
      'The scene has no inpainted background: the masks were filled smoothly from their surroundings instead.',
    );
    inpainted = named(
      fillMasks(
        background.pixels,
        concepts.map(({ mask }) => mask),
      ),
    );
  } else {
    const inpaintedFile = await readAsset(scene.inpainted);
    inpainted = await decodeImage(inpaintedFile);
    checkSize(inpaintedFile.name, inpainted.pixels);
  }

  await advance();
  const mode = parameters.conceptImageMode;
  if (mode !== 'full') {
    for (const [index, { image, mask, ...concept }] of concepts.entries()) {
      await advance();
      const subject = subjects[index] ?? null;
      if (subject === null) {
        notices.push(
          `The picture of "${scene.concepts[index]!.name}" was used as it is: nobody has said what in it is the thing.`,
        );
        continue;
      }
      const options = { image: image.pixels, subject, region: mask, inpainted: inpainted.pixels, mode };
      concepts[index] = { ...concept, mask, image: named(await subjectPicture(options)) };
    }
  }
  return { scene: { ...scene, background, inpainted, concepts }, notices };
}

/** Keeps the scene that was prepared last: a re-tune has the same pictures, and reading them costs as much as some rows. */
export class LastPreparedScene {
  #last: { readonly key: string; readonly prepared: PreparedScene } | undefined;

  /** As {@link prepareScene}, with the same limits every time; the files of the scene before are not read again. */
  async prepare(
    request: RenderRequest,
    readAsset: AssetReader,
    limits: SceneLimits,
    controls: SceneControls = {},
  ): Promise<PreparedScene> {
    const { scene, parameters } = request;
    const { conceptImageMode, featherPx, regionGrowPx } = parameters;
    // Of what is tuned, alpha alone is part of a scene.
    const concepts = scene.concepts.map((concept) => ({ ...concept, alpha: null }));
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

/** @throws StudioError PARAMETER_INVALID for a concept without a mask */
function maskOf({ name, mask }: RenderRequest['scene']['concepts'][number]): AssetId {
  if (mask !== null) return mask;
  throw new StudioError('PARAMETER_INVALID', `The concept "${name}" has no mask.`);
}

function named(pixels: RgbImage): NamedImage {
  return { pixels, contentHash: hashPixels(pixels) };
}

/** @throws StudioError ASSET_MISSING, ASSET_INVALID, SIZE_MISMATCH with the concept image */
async function readSubject(id: AssetId, { pixels }: NamedImage, readAsset: AssetReader) {
  const file = await readAsset(id);
  const { mask, findings } = await examineMaskFile(file);
  const [height, width] = mask.dims;
  if (width === pixels.width && height === pixels.height) return { name: file.name, mask, findings };
  throw new StudioError(
    'SIZE_MISMATCH',
    `${file.name} is ${width} x ${height} pixels, but the concept image whose thing it shows is ${pixels.width} x ` +
      `${pixels.height}.`,
  );
}

/**
 * Says what of a mask may not be expected.
 *
 * @throws StudioError MASK_EMPTY, with what it holds instead
 */
function remarkOn(name: string, findings: MaskFindings, notices: string[]): void {
  if (findings.isEmpty) {
    throw new StudioError('MASK_EMPTY', `${name} covers nothing. ${describeEmptyMask(findings)}`);
  }
  const remark = describeColouredMask(findings);
  if (remark !== undefined) notices.push(`${name} ${remark}`);
}

function checkPackSize(
  name: string,
  { width, height }: { readonly width: number; readonly height: number },
  { size, downscale }: SceneLimits,
): void {
  if (size !== null && (width !== size.width || height !== size.height)) {
    throw new StudioError(
      'SIZE_MISMATCH',
      `${name} is ${width} x ${height} pixels, but the model pack makes pictures of ${size.width} x ` +
        `${size.height}. Crop or scale the scene’s pictures to that size.`,
    );
  }
  if (width % downscale !== 0 || height % downscale !== 0) {
    throw new StudioError(
      'SIZE_MISMATCH',
      `${name} is ${width} x ${height} pixels; both sides must be multiples of ${downscale}.`,
    );
  }
}

/** What is left of the masks at latent resolution, overlaps resolved, must be something. */
function checkLatentMasks(
  named: RenderRequest['scene']['concepts'],
  concepts: readonly SceneConcept[],
  { featherPx, expandLatent, regionGrowPx, bandLatent }: RenderRequest['parameters'],
  [height, width]: readonly [height: number, width: number],
  downscale: number,
): void {
  const dims = [height / downscale, width / downscale] as const;
  const options = { downscale, featherPx, expandLatent, regionGrowPx, bandLatent };
  const isEmpty = (values: ArrayLike<number>) => Array.prototype.every.call(values, (value) => value === 0);
  const { regionMasks } = latentMasks(concepts, dims, options);
  for (const [index, region] of regionMasks.entries()) {
    if (!isEmpty(region.data)) continue;
    const { name } = named[index]!;
    const [alone] = latentMasks([concepts[index]!], dims, options).regionMasks;
    throw new StudioError(
      'MASK_EMPTY',
      isEmpty(alone!.data)
        ? `The mask of the concept "${name}" is too small or too thin: the model works on squares of ${downscale} ` +
            `x ${downscale} pixels, and the mask covers half of none. Make the mask larger, or give it a feather.`
        : `The mask of the concept "${name}" is wholly covered by concepts in front of it. Move it, or give it a ` +
            'larger order.',
    );
  }
}
