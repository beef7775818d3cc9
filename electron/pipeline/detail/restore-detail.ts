/**
 * Restores the detail that the autoencoder loses, at full size (docs/method.md, Detail and strength).
 *
 *   result = up(D(out) + sum_k (1 - s_k) (R_k - D(out))) + detail * sum_k up(w_k) (C_k - up(R_k))
 *
 * | method.md | here | meaning |
 * | --- | --- | --- |
 * | D(out) | composed | what the method made, decoded, at the model's size |
 * | C_k | source.picture | a picture that went in, at full size: the staged background, or an aligned concept |
 * | R_k | source.reconstruction | D(E(down(C_k))): what the autoencoder keeps of it, at the model's size |
 * | s_k | source.strength | 1: all that the model wants; 0: the picture as it went in |
 * | w_k | source.weight | where its detail belongs |
 * | up | bicubic.ts | from the model's size to the full one |
 *
 * With one source this is up(R + s (D(out) - R)) + detail * w (C - up(R)): C - up(R) is known exactly before anything is
 * rendered. Strength 0 with detail 1 and w = 1 returns C, whatever the model does; strength 1 with detail 0 is D(out)
 * enlarged, at equal sizes to the byte.
 */
import type { Rectangle } from '../masks/rectangle.ts';
import type { RgbImage } from '../processors/image.ts';
import { assertDims, type Tensor, TensorDimsError } from '../tensor/tensor.ts';
import { axisTaps, PlaneEnlarger } from './bicubic.ts';

/** An input picture, and how it is used. */
export interface DetailSource {
  /** C at full size: the frame, or the part of it starting at `left`, `top`; beyond it the weight counts as 0. */
  readonly picture: RgbImage;
  /** Top left corner of the picture in the frame, in full-size pixels. */
  readonly left: number;
  readonly top: number;
  /** R = D(E(down(C))) of the whole frame, dims [3, h, w], values about -1..1. */
  readonly reconstruction: Tensor;
  /** s at the model's size, dims [h, w], 0..1; 1 outside this source's area. The 1 - s of all sources sum to <= 1. */
  readonly strength: Tensor;
  /** w at the model's size, dims [h, w], 0..1. */
  readonly weight: Tensor;
}

/** The inputs of the sum. */
export interface RestoreDetailInputs {
  /** D(out), dims [3, h, w], values about -1..1. */
  readonly composed: Tensor;
  /** Size of the whole frame at full size, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly sources: readonly DetailSource[];
  /** Share of the lost detail to restore, 0..1. */
  readonly detail: number;
}

/** Some rows of the result. */
export interface DetailBand {
  /** First row, in full-size pixels of the frame. */
  readonly top: number;
  /** As wide as the requested area. */
  readonly pixels: RgbImage;
}

/** Rows per band: the caller can stop, report or yield between bands. */
const BAND_ROWS = 64;

/**
 * The result, band by band from the top, so that neither memory nor the time between two bands grows with the frame.
 *
 * @param area the part of the frame to compute, in full-size pixels; all of it by default
 * @throws TensorDimsError when dims do not fit; RangeError for an area that is not inside the frame
 */
export function* restoreDetailBands(
  inputs: RestoreDetailInputs,
  area: Rectangle = { left: 0, top: 0, width: inputs.width, height: inputs.height },
): Generator<DetailBand, void, undefined> {
  checkDims(inputs);
  checkArea(area, inputs);
  const [, h, w] = inputs.composed.dims as unknown as [number, number, number];
  const across = axisTaps(w, inputs.width, area.left, area.width);
  const down = axisTaps(h, inputs.height, area.top, area.height);
  const enlarge = (plane: Float32Array) => new PlaneEnlarger(plane, w, across, down);
  const sources = inputs.detail === 0 ? [] : inputs.sources;
  // up() is linear and sums to 1: where w is constant, its share of R is subtracted before enlarging, not after.
  const even = sources.filter((source) => isEven(source, area));
  const base = planesOf(subtractEven(withStrength(inputs), even, inputs.detail)).map(enlarge);
  const detailed = [
    ...even.map((source) => pictureRows(source, area)),
    ...sources.filter((source) => !even.includes(source)).map((source) => sourceRows(source, area, enlarge)),
  ];

  const row = new Float32Array(area.width);
  for (let top = 0; top < area.height; top += BAND_ROWS) {
    const rows = Math.min(BAND_ROWS, area.height - top);
    // Rounds to nearest and clips to 0..255, as tensorToImage does.
    const data = new Uint8ClampedArray(rows * area.width * 3);
    const levels = new Float64Array(area.width * 3);
    for (let y = 0; y < rows; y++) {
      for (const [channel, plane] of base.entries()) {
        plane.rowInto(top + y, row);
        rowOfLevels(row, channel, levels);
      }
      for (const addDetail of detailed) addDetail(top + y, inputs.detail, levels);
      data.set(levels, y * area.width * 3);
    }
    yield {
      top: area.top + top,
      pixels: { width: area.width, height: rows, data: new Uint8Array(data.buffer) },
    };
  }
}

/** A function of its own, which V8 compiles; a generator's loops it interprets. */
function rowOfLevels(row: Float32Array, channel: number, levels: Float64Array): void {
  for (let x = 0, at = channel; x < row.length; x++, at += 3) levels[at] = (row[x]! + 1) * 127.5;
}

/**
 * The whole result at once.
 *
 * @returns a picture of the size of `area`
 * @throws as {@link restoreDetailBands}
 */
export function restoreDetail(inputs: RestoreDetailInputs, area?: Rectangle): RgbImage {
  const { left, top, width, height } = area ?? { left: 0, top: 0, ...inputs };
  const data = new Uint8Array(width * height * 3);
  for (const band of restoreDetailBands(inputs, { left, top, width, height })) {
    data.set(band.pixels.data, (band.top - top) * width * 3);
  }
  return { width, height, data };
}

/** D(out) + sum_k (1 - s_k) (R_k - D(out)), dims [3, h, w]. */
function withStrength({ composed, sources }: RestoreDetailInputs): Tensor {
  const plane = composed.dims[1]! * composed.dims[2]!;
  const data = new Float32Array(composed.data);
  for (const { strength, reconstruction } of sources) {
    for (let pixel = 0; pixel < plane; pixel++) {
      const kept = 1 - strength.data[pixel]!;
      if (kept === 0) continue;
      for (let at = pixel; at < data.length; at += plane) {
        data[at] = data[at]! + kept * (reconstruction.data[at]! - composed.data[at]!);
      }
    }
  }
  return { data, dims: composed.dims };
}

/** Whether a source's weight is the same everywhere, and its picture covers the area. */
function isEven({ picture, left, top, weight: { data } }: DetailSource, area: Rectangle): boolean {
  const covers =
    left <= area.left &&
    top <= area.top &&
    left + picture.width >= area.left + area.width &&
    top + picture.height >= area.top + area.height;
  return covers && data.every((value) => value === data[0]);
}

/** composed - detail * sum_k w_k R_k over sources with an even weight, dims [3, h, w]. */
function subtractEven(composed: Tensor, even: readonly DetailSource[], detail: number): Tensor {
  const data = new Float32Array(composed.data);
  for (const { reconstruction, weight } of even) {
    const share = detail * weight.data[0]!;
    for (let at = 0; at < data.length; at++) data[at] = data[at]! - share * reconstruction.data[at]!;
  }
  return { data, dims: composed.dims };
}

/** Adds detail * w C of a source with an even weight to a row of levels: the part that {@link subtractEven} leaves. */
function pictureRows(
  { picture, left, top, weight }: DetailSource,
  area: Rectangle,
): (position: number, detail: number, levels: Float64Array) => void {
  return (position, detail, levels) => {
    const share = detail * weight.data[0]!;
    if (share === 0) return;
    const start = ((area.top + position - top) * picture.width + area.left - left) * 3;
    const { data } = picture;
    // Levels are (value + 1) * 127.5 for both C and R.
    for (let at = 0; at < levels.length; at++) levels[at] = levels[at]! + share * (data[start + at]! - 127.5);
  };
}

/** Adds detail * up(w) (C - up(R)) of one source to a row of levels 0..255, three per pixel. */
function sourceRows(
  { picture, left, top, reconstruction, weight }: DetailSource,
  area: Rectangle,
  enlarge: (plane: Float32Array) => PlaneEnlarger,
): (position: number, detail: number, levels: Float64Array) => void {
  const weights = enlarge(weight.data);
  const planes = planesOf(reconstruction).map(enlarge);
  const share = new Float32Array(area.width);
  const row = new Float32Array(area.width);
  const from = Math.max(left - area.left, 0);
  const to = Math.min(left + picture.width - area.left, area.width);
  return (position, detail, levels) => {
    const y = area.top + position - top;
    if (y < 0 || y >= picture.height || to <= from) return;
    weights.rowInto(position, share);
    // Where this source has no weight, its three planes need not be enlarged.
    let [first, end] = [from, to];
    while (first < end && !(share[first]! > 0)) first++;
    while (first < end && !(share[end - 1]! > 0)) end--;
    if (first === end) return;
    // The kernel overshoots at steep edges.
    for (let x = first; x < end; x++) share[x] = Math.min(Math.max(share[x]!, 0), 1);
    const rowStart = (y * picture.width + area.left - left) * 3;
    for (const [channel, plane] of planes.entries()) {
      plane.rowInto(position, row);
      for (let x = first; x < end; x++) {
        const weighted = detail * share[x]!;
        if (weighted === 0) continue;
        const at = x * 3 + channel;
        levels[at] = levels[at]! + weighted * (picture.data[rowStart + at]! - (row[x]! + 1) * 127.5);
      }
    }
  };
}

function planesOf({ data, dims }: Tensor): Float32Array[] {
  const plane = dims[1]! * dims[2]!;
  return [0, 1, 2].map((channel) => data.subarray(channel * plane, (channel + 1) * plane));
}

function checkDims({ composed, sources }: RestoreDetailInputs): void {
  const [channels, h, w] = composed.dims as unknown as [number, number, number];
  if (composed.dims.length !== 3 || channels !== 3) {
    throw new TensorDimsError(`A composed picture: dims [${composed.dims}] where [3,h,w] is needed.`);
  }
  for (const { reconstruction, strength, weight } of sources) {
    assertDims(reconstruction, composed.dims, 'A reconstruction');
    assertDims(strength, [h, w], 'Strength');
    assertDims(weight, [h, w], 'Weight of the detail');
  }
}

function checkArea({ left, top, width, height }: Rectangle, frame: RestoreDetailInputs): void {
  const isInside =
    left >= 0 &&
    top >= 0 &&
    left + width <= frame.width &&
    top + height <= frame.height &&
    width > 0 &&
    height > 0;
  if (!isInside) {
    throw new RangeError(
      `The area ${width} x ${height} at ${left}, ${top} is not inside a frame of ${frame.width} x ${frame.height}.`,
    );
  }
}
