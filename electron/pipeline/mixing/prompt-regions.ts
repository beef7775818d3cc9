/**
 * Regional prompts of text to image: the picture is divided into parts, and each part follows the noise prediction of
 * its own prompt (MultiDiffusion, Bar-Tal et al., arXiv 2302.08113, with one window per prompt, masked as in its
 * section 4.2).
 *
 * | here | meaning |
 * | --- | --- |
 * | M_i | weight of prompt i, dims [h, w]; the weights sum to 1 at every element |
 * | c | contrast: how much each part turns away from the other prompts (as negative prompts do; composable diffusion, Liu et al., arXiv 2206.01714) |
 * | eps | sum_i M_i (eps_i + c (eps_i - mean of the other eps_j)) |
 */
import { gaussianNoise } from '../tensor/noise.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/** More parts would be narrower than a subject. */
export const MOST_PARTS = 4;
/** Width over which one part passes into the next, as a share of the picture's. */
const TRANSITION_SHARE = 1 / 8;
/** Standard deviation of a boundary's place, as a share of a part's width, and the most. */
const SHIFT = 0.1;
const MOST_SHIFT = 0.2;
/** The same of the boundaries' angle from the vertical, in radians. */
const TILT = 0.25;
const MOST_TILT = 0.5;

/**
 * Soft parts of about equal width, from left to right. The seed decides where exactly their boundaries are, and how
 * oblique.
 *
 * @param count 1..MOST_PARTS
 * @param dims [h, w] of the latents
 * @returns weights of dims [h, w], values 0..1, that sum to 1
 * @throws RangeError for a seed out of range
 */
export function partsSideBySide(
  count: number,
  seed: number,
  [height, width]: readonly [number, number],
): Tensor[] {
  const { data: random } = gaussianNoise(seed, 'promptRegions', 0, [count]);
  const tilt = limited(TILT * random[0]!, MOST_TILT);
  const boundaries = Array.from(
    { length: count - 1 },
    (_, index) => ((index + 1 + limited(SHIFT * random[index + 1]!, MOST_SHIFT)) / count) * width,
  );
  // The logistic function passes from 0.12 to 0.88 within four of its scales.
  const scale = (TRANSITION_SHARE * width) / 4;
  const parts = Array.from({ length: count }, () => new Float32Array(height * width));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let left = 0;
      for (const [index, part] of parts.entries()) {
        const boundary = boundaries[index];
        const distance = x + 0.5 + (y + 0.5 - height / 2) * Math.tan(tilt) - (boundary ?? 0);
        const upTo = boundary === undefined ? 1 : 1 / (1 + Math.exp((distance * Math.cos(tilt)) / scale));
        part[at] = upTo - left;
        left = upTo;
      }
    }
  }
  return parts.map((part) => tensor(part, [height, width]));
}

/**
 * Gives each prompt the part in which the whole prompt's noise prediction is nearest to its own: what the model is
 * about to paint there anyway. Of all orders the one with the smallest sum_i sum M_i (eps - eps_i)^2.
 *
 * @param parts dims [h, w] each
 * @param predictions eps_i of each prompt, dims [channels, h, w]; as many as parts
 * @param whole eps of the whole prompt
 * @returns the parts in the order of the prompts
 */
export function assignParts(
  parts: readonly Tensor[],
  predictions: readonly Tensor[],
  whole: Tensor,
): readonly Tensor[] {
  const costs = predictions.map((prediction) =>
    parts.map((part) => weightedSquaredDistance(prediction, whole, part)),
  );
  const costOf = (order: readonly number[]) =>
    order.reduce((sum, part, index) => sum + costs[index]![part]!, 0);
  let best = parts.map((_, index) => index);
  for (const order of permutations(best)) if (costOf(order) < costOf(best)) best = order;
  return best.map((part) => parts[part]!);
}

/**
 * The weight that each prediction has in eps: M_i + c (M_i - mean of the other M_j). They still sum to 1; outside of its
 * part a prediction counts negatively.
 *
 * @param parts M_i, dims [h, w] each, at least two
 * @param contrast c >= 0
 * @returns dims [h, w] each
 */
export function contrastedWeights(parts: readonly Tensor[], contrast: number): readonly Tensor[] {
  return parts.map((part) =>
    tensor(
      // The others' weights sum to 1 - M_i.
      part.data.map((share) => share + contrast * (share - (1 - share) / (parts.length - 1))),
      part.dims,
    ),
  );
}

function weightedSquaredDistance(a: Tensor, b: Tensor, weight: Tensor): number {
  const plane = weight.data.length;
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) {
    sum += weight.data[at % plane]! * (a.data[at]! - b.data[at]!) ** 2;
  }
  return sum;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

function limited(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most);
}
