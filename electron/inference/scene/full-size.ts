/**
 * Pastes the method's result for a frame into the full-size background (docs/method.md, Detail and strength). Outside
 * the objects' fade every pixel stays the background's, bit for bit.
 */

import type { ResolvedFrame } from '../../contract/frame.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { drawCasting, drawPlaced, type Viewport } from '../../foundation/pictures/placed-picture.ts';
import type { ComposeParameters, DecodedComposition, ObjectFade } from '../../pipeline/compose.ts';
import { restoreDetailBands } from '../../pipeline/detail/restore-detail.ts';
import type { Rectangle } from '../../pipeline/masks/rectangle.ts';
import { maskWhere, REGION_THRESHOLD } from '../../pipeline/masks/region.ts';
import type { CancelSignal } from '../../pipeline/ports.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { decodeAll } from '../images/images.ts';
import { hearCancel } from '../runtime/cancelling.ts';
import { layOnto, shapeOf } from './cut-out.ts';
import { detailSources, type Reconstructions } from './detail-sources.ts';
import { drawBehind, frontRows } from './front-mask.ts';
import { type FrameOpacity, objectsInFrame, opacitySize, wholeFrame } from './opacity-plane.ts';
import { backToFront, maskInFrame, type PreparedScene } from './scene-assets.ts';
import { type AssetReader, boxOf, type ReadConcept } from './scene-concepts.ts';

/** Margin around placed pictures, so that an edge at their border is not mistaken for the frame's. */
const MARGIN_PX = 2;

/** What is known of a full-size picture before the method has run. */
export interface FullSizeInputs {
  readonly prepared: PreparedScene;
  readonly parameters: ComposeParameters;
  /** In pixels at the model's size. */
  readonly fade: ObjectFade;
  readonly background: AssetId;
  readonly readAsset: AssetReader;
  readonly signal?: CancelSignal;
}

/** The method's result for the frame. */
export interface FrameResult {
  readonly composition: DecodedComposition;
  /** Share of the lost detail to restore, 0..1. */
  readonly detail: number;
  /** 0..1 for each concept. */
  readonly strengths: readonly number[];
  /** undefined if every strength is 1 and no detail is restored. */
  readonly reconstructions: Reconstructions | undefined;
}

/**
 * Starts with the full-size background, which is decoded while the models run, and the placed pictures on it.
 *
 * @returns pastes the method's result; it resolves to a picture of the background's size, and rejects with StudioError
 * ASSET_MISSING, ASSET_INVALID or PipelineError CANCELLED
 */
export function beginFullSize(inputs: FullSizeInputs): (result: FrameResult) => Promise<RgbImage> {
  const stage = drawStage(inputs);
  // A render that fails before it needs the stage reports its own error.
  stage.catch(() => undefined);
  return async (result) => pasteResult(await stage, inputs, result);
}

interface Stage {
  /** The background, which becomes the result. */
  readonly pixels: RgbImage;
  readonly opacity: FrameOpacity;
  /**
   * Only the area of the objects, their fade and the placed pictures changes, in pixels of the frame; `staged` is the
   * staged background within it. undefined if nothing changes.
   */
  readonly changed: { readonly area: Rectangle; readonly staged: RgbImage } | undefined;
}

async function drawStage(inputs: FullSizeInputs): Promise<Stage> {
  const { prepared, parameters, fade, readAsset, signal } = inputs;
  const { frame, memo } = prepared;
  const pixels = await decodeAll(prepared.backgroundFile ?? (await readAsset(inputs.background)));
  await hearCancel(signal);
  const size = opacitySize(frame, fade);
  const opacity = await memo.get(
    ['opacity', parameters.keepOriginalBackground, fade.fadePx, fade.bandPx],
    () => size.width * size.height * Float32Array.BYTES_PER_ELEMENT * (1 + prepared.concepts.length),
    () => opacityOf(inputs),
  );
  await hearCancel(signal);
  const area = touchedArea(prepared, opacity);
  if (area === undefined) return { pixels, opacity, changed: undefined };
  const staged = await memo.get(
    ['staged', area.left, area.top, area.width, area.height],
    ({ data }: RgbImage) => data.byteLength,
    () => stagedArea(prepared, pixels, area),
  );
  return { pixels, opacity, changed: { area, staged } };
}

async function pasteResult(
  { pixels, opacity, changed }: Stage,
  { prepared, fade, signal }: FullSizeInputs,
  { composition, detail, strengths, reconstructions }: FrameResult,
): Promise<RgbImage> {
  await hearCancel(signal);
  if (changed === undefined) return pixels;
  const { area, staged } = changed;
  const { decoded } = composition;
  const sources =
    reconstructions === undefined
      ? []
      : await detailSources({ prepared, decoded, fade, detail, strengths, reconstructions }, staged, area);
  await hearCancel(signal);

  // Band by band, so that it can be cancelled and memory does not grow with the frame.
  const { frame } = prepared;
  const { width, height } = frame;
  const shown = new Float32Array(area.width);
  const bands = restoreDetailBands({ composed: decoded, width, height, sources, detail }, area);
  for (const { top, pixels: band } of bands) {
    for (let y = 0; y < band.height; y++) {
      opacity.rowInto(top + y, area, shown);
      const into = 3 * ((frame.top + top + y) * pixels.width + frame.left + area.left);
      const from = 3 * y * band.width;
      const below = 3 * (top - area.top + y) * area.width;
      for (let x = 0; x < area.width; x++) {
        const weight = shown[x]!;
        if (weight === 1) {
          for (let channel = 3 * x; channel < 3 * x + 3; channel++)
            pixels.data[into + channel] = band.data[from + channel]!;
          continue;
        }
        for (let channel = 3 * x; channel < 3 * x + 3; channel++) {
          const base = staged.data[below + channel]!;
          pixels.data[into + channel] =
            weight === 0 ? base : Math.round(weight * band.data[from + channel]! + (1 - weight) * base);
        }
      }
    }
    await hearCancel(signal);
  }
  return pixels;
}

async function opacityOf({ prepared, parameters, fade }: FullSizeInputs): Promise<FrameOpacity> {
  const { frame, background, concepts } = prepared;
  if (!parameters.keepOriginalBackground) return wholeFrame(frame);
  const size = opacitySize(frame, fade);
  const viewport = { window: frame, ...size };
  const masks: Tensor[] = [];
  for (const concept of concepts) masks.push(await maskAt(concept, viewport));
  const free = masks.filter((_, index) => concepts[index]!.front === null);
  const all = [
    objectsInFrame(free, frame, size, fade),
    // What is in front of one concept may be behind another: each has an opacity of its own.
    ...concepts.flatMap(({ front }, index) => {
      if (front === null) return [];
      const own = objectsInFrame([masks[index]!], frame, size, fade);
      return [behind(own, frontRows(front, background, { ...viewport, window: frame }))];
    }),
  ];
  return all.length === 1 ? all[0]! : nearestOf(all);

  async function maskAt(concept: ReadConcept, at: Viewport): Promise<Tensor> {
    if (concept.mode === 'replace') return maskInFrame(concept.mask, background, at);
    const shape = shapeOf(await drawPlaced(concept.cutOut, concept.placement, at), at);
    return maskWhere(shape.dims, (index) => shape.data[index]! >= REGION_THRESHOLD);
  }
}

/** An opacity minus what is in front, subtracted at full size so that the part in front is unchanged. */
function behind(opacity: FrameOpacity, front: FrameOpacity): FrameOpacity {
  let hidden = new Float32Array(0);
  return {
    bounds: opacity.bounds,
    rowInto: (y, area, target) => {
      opacity.rowInto(y, area, target);
      if (hidden.length !== target.length) hidden = new Float32Array(target.length);
      front.rowInto(y, area, hidden);
      for (let x = 0; x < area.width; x++) target[x] = target[x]! * (1 - hidden[x]!);
    },
  };
}

/** The largest of several opacities. */
function nearestOf(opacities: readonly FrameOpacity[]): FrameOpacity {
  let row = new Float32Array(0);
  return {
    bounds: unionOf(opacities.flatMap(({ bounds }) => bounds ?? [])),
    rowInto: (y, area, target) => {
      if (row.length !== target.length) row = new Float32Array(target.length);
      target.fill(0);
      for (const { rowInto } of opacities) {
        rowInto(y, area, row);
        for (let x = 0; x < area.width; x++) target[x] = Math.max(target[x]!, row[x]!);
      }
    },
  };
}

function unionOf(boxes: readonly Rectangle[]): Rectangle | undefined {
  if (boxes.length === 0) return undefined;
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  return { left, top, width: right - left, height: bottom - top };
}

/** In pixels of the frame; undefined if empty. */
function touchedArea(
  { frame, background, concepts }: PreparedScene,
  { bounds }: FrameOpacity,
): Rectangle | undefined {
  const placed = concepts
    .filter(({ mode }) => mode === 'place')
    .map((concept) => {
      const box = boxOf(concept, background);
      return {
        left: Math.floor(box.left) - frame.left - MARGIN_PX,
        top: Math.floor(box.top) - frame.top - MARGIN_PX,
        right: Math.ceil(box.left + box.width) - frame.left + MARGIN_PX,
        bottom: Math.ceil(box.top + box.height) - frame.top + MARGIN_PX,
      };
    });
  const all = [
    ...placed,
    ...(bounds
      ? [
          {
            left: bounds.left,
            top: bounds.top,
            right: bounds.left + bounds.width,
            bottom: bounds.top + bounds.height,
          },
        ]
      : []),
  ];
  const left = Math.max(Math.min(...all.map((box) => box.left)), 0);
  const top = Math.max(Math.min(...all.map((box) => box.top)), 0);
  const right = Math.min(Math.max(...all.map((box) => box.right)), frame.width);
  const bottom = Math.min(Math.max(...all.map((box) => box.bottom)), frame.height);
  if (!(left < right && top < bottom)) return undefined;
  return { left, top, width: right - left, height: bottom - top };
}

/** The staged background within an area of the frame, at full size. */
async function stagedArea(
  { frame, concepts, background: size }: PreparedScene,
  background: RgbImage,
  area: Rectangle,
): Promise<RgbImage> {
  const staged = copyOf(background, frame, area);
  const viewport: Viewport = {
    window: { ...area, left: frame.left + area.left, top: frame.top + area.top },
    width: area.width,
    height: area.height,
  };
  for (const index of backToFront(concepts)) {
    const concept = concepts[index]!;
    if (concept.mode !== 'place') continue;
    const layer = await drawCasting(concept.cutOut, concept.placement, viewport);
    const lay = () => layOnto(staged, layer, concept.placement, viewport);
    if (concept.front === null) lay();
    else drawBehind(staged, frontRows(concept.front, size, viewport), lay);
  }
  return staged;
}

function copyOf(
  background: RgbImage,
  frame: ResolvedFrame,
  { left, top, width, height }: Rectangle,
): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((frame.top + top + y) * background.width + frame.left + left);
    data.set(background.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, data };
}
