/** The pictures whose detail and strength a full-size result is made from (pipeline/detail). */
import { type ObjectFade, objectOpacity, opacityReachPx } from '../../pipeline/compose.ts';
import { AGREEMENT, agreement, replaceWeight } from '../../pipeline/detail/detail-weight.ts';
import type { DetailSource } from '../../pipeline/detail/restore-detail.ts';
import { boundingRectangle, expandRectangle, type Rectangle } from '../../pipeline/masks/rectangle.ts';
import { frontToBack } from '../../pipeline/mixing/latent-masks.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { cutPlane } from '../../pipeline/tensor/image-kernels.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { PreparedScene } from './scene-assets.ts';
import { type FullSizeSubject, subjectAtFullSize } from './subject-picture.ts';

/** How far beyond the objects' fade their strength reaches, in pixels at the model's size: the support of up(). */
const STRENGTH_MARGIN_PX = 4;

/** The decoder's reconstructions of the input pictures, dims [3, h, w] each. */
export interface Reconstructions {
  readonly staged: Tensor;
  /** By concept; undefined if not needed. */
  readonly concepts: readonly (Tensor | undefined)[];
}

export interface DetailInputs {
  readonly prepared: PreparedScene;
  /** D(out), dims [3, h, w]. */
  readonly decoded: Tensor;
  readonly fade: ObjectFade;
  readonly detail: number;
  readonly strengths: readonly number[];
  readonly reconstructions: Reconstructions;
}

/**
 * @param staged the staged background at full size, within an area of the frame
 * @returns the staged background's source, and one for each concept that replaces and has a reconstruction
 */
export async function detailSources(
  { prepared, decoded, fade, detail, strengths, reconstructions }: DetailInputs,
  staged: RgbImage,
  area: Rectangle,
): Promise<DetailSource[]> {
  const { scene, concepts, frame, memo } = prepared;
  const dims = [frame.modelHeight, frame.modelWidth] as const;
  const shares = await memo.get(
    ['shares', fade.fadePx, fade.bandPx],
    (tensors: readonly Tensor[]) => tensors.reduce((sum, { data }) => sum + data.byteLength, 0),
    () => conceptShares(prepared, fade),
  );
  /** 1 - sum of shares x amounts. */
  const without = (indices: readonly number[], amount: (index: number) => number): Tensor => {
    const left = new Float64Array(dims[0] * dims[1]).fill(1);
    for (const index of indices) {
      const { data } = shares[index]!;
      const share = amount(index);
      // Most concepts are used at their full strength.
      if (share === 0) continue;
      for (let at = 0; at < left.length; at++) left[at] = left[at]! - data[at]! * share;
    }
    return tensor(new Float32Array(left), dims);
  };
  /** w of a concept that replaces; only where it may be above 0 do the pictures have to agree. */
  const weightOf = (share: Tensor, mask: Tensor, opacity: Tensor, reconstruction: Tensor): Tensor => {
    const region = tensor(
      mask.data.map((value, at) => value * share.data[at]!),
      dims,
    );
    const area = boundingRectangle(region);
    if (detail === 0 || area === undefined) return tensor(new Float32Array(dims[0] * dims[1]), dims);
    return replaceWeight(region, opacity, agreement(decoded, reconstruction, AGREEMENT, area));
  };
  const byMode = (mode: 'place' | 'replace') =>
    [...concepts.keys()].filter((index) => concepts[index]!.mode === mode);
  const sources: DetailSource[] = [
    {
      picture: staged,
      left: area.left,
      top: area.top,
      reconstruction: reconstructions.staged,
      strength: without(byMode('place'), (index) => 1 - strengths[index]!),
      weight: await memo.get(
        ['outside', fade.fadePx, fade.bandPx],
        ({ data }: Tensor) => data.byteLength,
        () => without(byMode('replace'), () => 1),
      ),
    },
  ];
  for (const index of byMode('replace')) {
    const concept = concepts[index]!;
    const reconstruction = reconstructions.concepts[index];
    if (concept.mode !== 'replace' || reconstruction === undefined) continue;
    const { mask } = scene.concepts[index]!;
    const subject = await memo.get(
      ['subject', index],
      ({ picture, opacity }: FullSizeSubject) => picture.data.byteLength + opacity.data.byteLength,
      () =>
        subjectAtFullSize(
          concept,
          {
            mask: prepared.wholeMasks[index]!,
            inpainted: scene.inpainted.pixels,
            mode: prepared.conceptImageMode,
          },
          frame,
        ),
    );
    sources.push({
      picture: subject.picture,
      left: subject.left,
      top: subject.top,
      reconstruction,
      strength: without([index], () => 1 - strengths[index]!),
      weight: weightOf(shares[index]!, mask, subject.opacity, reconstruction),
    });
  }
  return sources;
}

/**
 * Which concept each changed pixel belongs to, at the model's size: shares of the concepts, front first, that sum to
 * 1 wherever an object or its fade shows, and a little beyond, and to 0 elsewhere.
 */
function conceptShares({ scene, frame }: PreparedScene, { fadePx, bandPx }: ObjectFade): Tensor[] {
  const dims = [frame.modelHeight, frame.modelWidth] as const;
  const length = dims[0] * dims[1];
  const remaining = new Float32Array(length).fill(1);
  const shares = scene.concepts.map(() => new Float32Array(length));
  const reach = { fadePx: fadePx + STRENGTH_MARGIN_PX, bandPx };
  for (const index of frontToBack(scene.concepts)) {
    const { mask } = scene.concepts[index]!;
    const bounds = boundingRectangle(mask);
    if (bounds === undefined) continue;
    const area = expandRectangle(bounds, opacityReachPx(reach), dims);
    const { data } = objectOpacity([cutPlane(mask, area)], [area.height, area.width], reach);
    const share = shares[index]!;
    for (let y = 0, from = 0; y < area.height; y++) {
      const row = (area.top + y) * dims[1] + area.left;
      for (let at = row; at < row + area.width; at++, from++) {
        share[at] = data[from]! * remaining[at]!;
        remaining[at] = remaining[at]! - share[at]!;
      }
    }
  }
  for (const share of shares) {
    for (let at = 0; at < length; at++) {
      share[at] = remaining[at]! < 1 ? share[at]! / (1 - remaining[at]!) : 0;
    }
  }
  return shares.map((share) => tensor(share, dims));
}
