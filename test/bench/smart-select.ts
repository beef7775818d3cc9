/**
 * `node test/bench/smart-select.ts [PICTURE...]`: from which score on smart select should take the detector's outline
 * (known-subject-segmenter.ts, docs/decisions/0088). Clicks five points of each object of the starter pack's evaluation
 * scenes and compares with the true masks; then tells what the detector finds in further pictures, such as photographs.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { phraseSearchSchema } from '../../electron/contract/preparation.ts';
import { loadEvaluationScenes } from '../../electron/evaluation/evaluation-scenes.ts';
import { decodeImage, hashPixels } from '../../electron/inference/images/images.ts';
import { chooseDevice } from '../../electron/inference/runtime/devices.ts';
import { mean } from '../../electron/inference/scoring/image-metrics.ts';
import { GrabCutSegmenter } from '../../electron/inference/segmentation/grab-cut.ts';
import { KnownSubjectSegmenter } from '../../electron/inference/segmentation/known-subject-segmenter.ts';
import { StarterSegmenter } from '../../electron/inference/segmentation/starter-segmenter.ts';
import type { NamedImage } from '../../electron/pipeline/compose.ts';
import { maskOverlap } from '../../electron/pipeline/masks/mask-overlap.ts';
import { REGION_THRESHOLD } from '../../electron/pipeline/masks/region.ts';
import type { MaskPrompt, MaskProposal, PromptSegmenter } from '../../electron/pipeline/preparation-ports.ts';
import type { RgbImage } from '../../electron/pipeline/processors/image.ts';
import type { Tensor } from '../../electron/pipeline/tensor/tensor.ts';

/** At 1 the detector has no say. */
const SCORES = [0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 1];
/** The score from which on findings in further pictures are listed. */
const LISTED_SCORE = 0.3;
const GOOD_IOU = 0.8;

/** The point of a mask that a user clicks: its middle, or a share of its pixels counted from the top or the left. */
const CLICKS: Readonly<Record<string, (inside: readonly number[], width: number) => number>> = {
  middle: (inside, width) => {
    const [x, y] = [mean(inside.map((at) => at % width)), mean(inside.map((at) => Math.floor(at / width)))];
    const distance = (at: number) => Math.hypot((at % width) - x, Math.floor(at / width) - y);
    return inside.reduce((best, at) => (distance(at) < distance(best) ? at : best));
  },
  'a quarter from the top': (inside) => inside[Math.floor(inside.length / 4)]!,
  'three quarters from the top': (inside) => inside[Math.floor((3 * inside.length) / 4)]!,
  'a quarter from the left': (inside, width) => fromLeft(inside, width)[Math.floor(inside.length / 4)]!,
  'three quarters from the left': (inside, width) =>
    fromLeft(inside, width)[Math.floor((3 * inside.length) / 4)]!,
};

/** GrabCut, whose cut does not depend on the detector, runs once for a click. */
class KeptCuts implements PromptSegmenter {
  readonly name = 'GrabCut, kept';
  readonly #cut = new GrabCutSegmenter();
  readonly #kept = new Map<string, Promise<MaskProposal[]>>();

  segment(image: NamedImage, prompt: MaskPrompt): Promise<MaskProposal[]> {
    const key = `${image.contentHash} ${JSON.stringify(prompt)}`;
    const cut = this.#kept.get(key) ?? this.#cut.segment(image, prompt);
    this.#kept.set(key, cut);
    return cut;
  }

  release(): Promise<void> {
    this.#kept.clear();
    return this.#cut.release();
  }
}

const starter = await packFolder('starter');
const detector = await StarterSegmenter.open(join(starter, 'segmenter'), await chooseDevice('cpu'));
try {
  const { scenes } = await loadEvaluationScenes(starter);
  const overlaps = new Map<string, number[]>();
  for (const { background, concepts } of scenes) {
    const image = named(background);
    const cuts = new KeptCuts();
    for (const score of SCORES) {
      const segmenter = new KnownSubjectSegmenter(detector, cuts, score);
      for (const { mask } of concepts) {
        const inside = pixelsOf(mask);
        for (const [click, pointOf] of Object.entries(CLICKS)) {
          const at = pointOf(inside, background.width);
          const point = { x: (at % background.width) + 0.5, y: Math.floor(at / background.width) + 0.5 };
          const prompt = { points: [{ ...point, isInside: true }], box: null };
          const [best] = await segmenter.segment(image, prompt);
          const key = `${score} ${click}`;
          const overlap = best === undefined ? 0 : maskOverlap(best.mask, mask);
          overlaps.set(key, [...(overlaps.get(key) ?? []), overlap]);
        }
      }
    }
    await cuts.release();
  }
  console.log('| from score | click | mean IoU | median | under 0.8 |\n| --- | --- | --- | --- | --- |');
  for (const score of SCORES) {
    for (const click of Object.keys(CLICKS)) {
      const values = overlaps.get(`${score} ${click}`)!;
      const median = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
      const bad = values.filter((value) => value < GOOD_IOU).length;
      console.log(`| ${score} | ${click} | ${mean(values).toFixed(3)} | ${median.toFixed(3)} | ${bad} |`);
    }
  }
  for (const path of process.argv.slice(2)) {
    const name = basename(path);
    const image = named((await decodeImage({ name, bytes: await readFile(path) })).pixels);
    const found: string[] = [];
    for (const phrase of detector.subjects) {
      const query = phraseSearchSchema.parse({ phrase, boxThreshold: LISTED_SCORE });
      for (const { score, mask } of (await detector.find(image, query)).proposals) {
        const share = pixelsOf(mask).length / mask.data.length;
        found.push(`${phrase} ${score.toFixed(2)} on ${(100 * share).toFixed(0)} %`);
      }
    }
    console.log(`${name}: ${found.join(', ') || 'nothing'}`);
  }
} finally {
  await detector.release();
}

function named(pixels: RgbImage): NamedImage {
  return { pixels, contentHash: hashPixels(pixels) };
}

/** Row by row from the top. */
function pixelsOf({ data }: Tensor): number[] {
  return [...data.keys()].filter((at) => data[at]! >= REGION_THRESHOLD);
}

function fromLeft(inside: readonly number[], width: number): readonly number[] {
  return inside.toSorted((a, b) => (a % width) - (b % width) || a - b);
}
