/** The pictures whose detail and strength a full-size result is made from (pipeline/detail). */
import { type ObjectFade, objectOpacity } from '../../pipeline/compose.ts';
import { agreement, replaceWeight } from '../../pipeline/detail/detail-weight.ts';
import type { DetailSource } from '../../pipeline/detail/restore-detail.ts';
import type { Rectangle } from '../../pipeline/masks/rectangle.ts';
import { frontToBack } from '../../pipeline/mixing/latent-masks.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import { type Tensor, tensor } from '../../pipeline/tensor/tensor.ts';
import type { PreparedScene } from './scene-assets.ts';
import { subjectAtFullSize } from './subject-picture.ts';

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
  const { scene, concepts, frame } = prepared;
  const dims = [frame.modelHeight, frame.modelWidth] as const;
  const shares = conceptShares(prepared, fade);
  const without = (indices: readonly number[], amount: (index: number) => number): Tensor =>
    tensor(
      Float32Array.from({ length: dims[0] * dims[1] }, (_, at) =>
        indices.reduce((left, index) => left - shares[index]!.data[at]! * amount(index), 1),
      ),
      dims,
    );
  const byMode = (mode: 'place' | 'replace') =>
    [...concepts.keys()].filter((index) => concepts[index]!.mode === mode);
  const sources: DetailSource[] = [
    {
      picture: staged,
      left: area.left,
      top: area.top,
      reconstruction: reconstructions.staged,
      strength: without(byMode('place'), (index) => 1 - strengths[index]!),
      weight: without(byMode('replace'), () => 1),
    },
  ];
  for (const index of byMode('replace')) {
    const concept = concepts[index]!;
    const reconstruction = reconstructions.concepts[index];
    if (concept.mode !== 'replace' || reconstruction === undefined) continue;
    const { mask } = scene.concepts[index]!;
    const subject = await subjectAtFullSize(
      concept,
      {
        mask: prepared.wholeMasks[index]!,
        inpainted: scene.inpainted.pixels,
        mode: prepared.conceptImageMode,
      },
      frame,
    );
    const region = tensor(
      mask.data.map((value, at) => value * shares[index]!.data[at]!),
      dims,
    );
    sources.push({
      picture: subject.picture,
      left: subject.left,
      top: subject.top,
      reconstruction,
      strength: without([index], () => 1 - strengths[index]!),
      weight:
        detail === 0
          ? tensor(new Float32Array(dims[0] * dims[1]), dims)
          : replaceWeight(region, subject.opacity, agreement(decoded, reconstruction)),
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
  for (const index of frontToBack(scene.concepts)) {
    const reach = { fadePx: fadePx + STRENGTH_MARGIN_PX, bandPx };
    const { data } = objectOpacity([scene.concepts[index]!.mask], dims, reach);
    for (let at = 0; at < length; at++) {
      shares[index]![at] = data[at]! * remaining[at]!;
      remaining[at] = remaining[at]! - shares[index]![at]!;
    }
  }
  return shares.map((share) =>
    tensor(
      share.map((value, at) => (remaining[at]! < 1 ? value / (1 - remaining[at]!) : 0)),
      dims,
    ),
  );
}
