/**
 * Mask-guided noise mixing (paper 3.4) and background dilution (paper 3.5) on latents [channels, h, w] with
 * weights [h, w], the same weight for every channel.
 */
import { assertDims, assertSameDims, type Tensor, tensor } from '../tensor/tensor.ts';

/** A tensor [channels, h, w] and its weight [h, w]. */
export interface WeightedLatents {
  readonly latents: Tensor;
  readonly weight: Tensor;
}

/**
 * Sum of latents times their weights, element-wise: eps_back * M_B + sum_i eps_ref_i * M_i (paper 3.4).
 *
 * Elements of weight 0 are skipped rather than multiplied, so that a region of weight 1 is copied exactly.
 *
 * @returns dims [channels, h, w]
 */
export function weightedSum(parts: readonly WeightedLatents[]): Tensor {
  const first = parts[0]!.latents;
  const [channels, height, width] = first.dims as unknown as [number, number, number];
  const plane = height * width;
  const sum = new Float32Array(first.data.length);
  for (const { latents, weight } of parts) {
    assertSameDims(latents, first, 'Mixing latents');
    assertDims(weight, [height, width], 'Mixing weights');
    for (let channel = 0, index = 0; channel < channels; channel++) {
      for (let at = 0; at < plane; at++, index++) {
        const share = weight.data[at]!;
        if (share !== 0) sum[index] = sum[index]! + share * latents.data[index]!;
      }
    }
  }
  return tensor(sum, first.dims);
}

/** 1 - weight, element-wise. */
export function complement(weight: Tensor): Tensor {
  return tensor(
    weight.data.map((share) => 1 - share),
    weight.dims,
  );
}

/**
 * Background dilution (paper 3.5): ref_i := beta * dilution * (1 - M_E_i) + ref_i * M_E_i.
 *
 * @param referenceLatents ref_i after the step, dims [channels, h, w]
 * @param dilutionLatents inpaint (dilution++) or back (plain dilution) at the same, new timestep
 * @param expanded M_E_i, dims [h, w]
 * @param beta dilution scale, 0..1
 * @throws TensorDimsError naming both dims
 */
export function diluteBackground(
  referenceLatents: Tensor,
  dilutionLatents: Tensor,
  expanded: Tensor,
  beta: number,
): Tensor {
  assertSameDims(dilutionLatents, referenceLatents, 'Latents for background dilution');
  const outside = tensor(
    expanded.data.map((share) => beta * (1 - share)),
    expanded.dims,
  );
  return weightedSum([
    { latents: dilutionLatents, weight: outside },
    { latents: referenceLatents, weight: expanded },
  ]);
}

/** Latents times a weight [h, w]. */
export function weightLatents(latents: Tensor, weight: Tensor): Tensor {
  return weightedSum([{ latents, weight }]);
}
