/**
 * `node test/bench/first-draws.ts --real FOLDER [--pack PACK] [--from 0] [--count 192] [--pictures FOLDER]`: how good
 * the first draws of a pack's model for backgrounds are, on the pairs of evaluation/prompts.json with other seeds than
 * `npm run evaluate` takes. Made to compare weights and samplers while they are chosen; prints JSON.
 *
 * | name | meaning |
 * | --- | --- |
 * | both | share of draws in which detector and classifier see all subjects of the prompt |
 * | extra | share with a subject that was not asked for, or a second one of its kind |
 * | near | mean difference (of 255) between a subject's crop and the nearest real crop of its class: what is melted is far from all |
 * | frechet | distance between the classifier's features of the drawn subjects and of the real ones |
 * | nearSoft, frechetSoft | the same of cats, dogs, rabbits and teddies alone |
 *
 * --real holds real scenes of the same pairs (native-models/training/build_pair_scenes.py). --pictures keeps what is
 * drawn, and what it holds already is not drawn again: on a busy machine two processes of one core each (taskset), each
 * with half of the draws and --only-draw, are faster than one of two.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packFolder } from '../../electron/cli/pack-folder.ts';
import { loadScenesOf } from '../../electron/evaluation/preparation-scenes.ts';
import { loadPrompts } from '../../electron/evaluation/prompt-metric.ts';
import { hasExtra, isFound, seeSubjects } from '../../electron/evaluation/recognised-subjects.ts';
import { Engine } from '../../electron/inference/engine/engine.ts';
import { decodeImage, decodeMask, encodePng } from '../../electron/inference/images/images.ts';
import { AppearanceClassifier } from '../../electron/inference/scoring/appearance-classifier.ts';
import { mean } from '../../electron/inference/scoring/image-metrics.ts';
import type { RgbImage } from '../../electron/pipeline/processors/image.ts';
import { frechetDistance } from './frechet.ts';

/** `npm run evaluate` has 74000 and up. */
const FIRST_SEED = 94_000;
/** The classes that come out melted. */
const SOFT_CLASSES = ['cat', 'dog', 'rabbit', 'teddy'];

/** A subject in a picture. */
interface Subject {
  readonly name: string;
  readonly feature: Float32Array;
  /** RGB bytes of the classifier's input. */
  readonly crop: Uint8Array;
}

interface Draw {
  /** The prompt's classes. */
  readonly pair: string;
  readonly missing: readonly string[];
  readonly extra: boolean;
  /** The prompt's subjects where the detector finds them. */
  readonly subjects: readonly Subject[];
}

const { values: options } = parseArgs({
  options: {
    real: { type: 'string' },
    pack: { type: 'string', default: 'starter' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '192' },
    pictures: { type: 'string' },
    'only-draw': { type: 'boolean', default: false },
  },
});
const folder = await packFolder(options.pack);
const cacheFolder = await mkdtemp(join(tmpdir(), 'first-draws-'));
const engine = await Engine.open({ packFolder: folder, device: 'cpu', cacheFolder });
const classifier = await AppearanceClassifier.open(join(folder, 'evaluation'));
try {
  if (options.pictures) await mkdir(options.pictures, { recursive: true });
  const pictures = drawPictures();
  if (options['only-draw']) for await (const _ of pictures);
  else if (options.real) await report(pictures, await realSubjects(options.real));
  else throw new Error('--real FOLDER is missing: see native-models/training/build_pair_scenes.py');
} finally {
  await classifier.release();
  await engine.release();
  await rm(cacheFolder, { recursive: true, force: true });
}

async function* drawPictures(): AsyncGenerator<{ classes: readonly string[]; image: RgbImage }> {
  const prompts = await loadPrompts(folder);
  if (prompts === undefined) throw new Error(`${folder} has no evaluation/prompts.json.`);
  const distinct = [...new Map(prompts.map((prompt) => [prompt.prompt, prompt])).values()];
  const from = Number(options.from);
  for (let index = from; index < from + Number(options.count); index++) {
    const { prompt, classes } = distinct[index % distinct.length]!;
    yield {
      classes,
      image: await keptOrDrawn(`${index}-${classes.join('-')}.png`, prompt, FIRST_SEED + index),
    };
  }
}

async function report(pictures: ReturnType<typeof drawPictures>, real: readonly Subject[]): Promise<void> {
  const draws: Draw[] = [];
  for await (const { classes, image } of pictures) draws.push(await look(image, classes));
  const drawn = draws.flatMap(({ subjects }) => subjects);
  const soft = (subjects: readonly Subject[]) => subjects.filter(({ name }) => SOFT_CLASSES.includes(name));
  const isRight = ({ missing }: Draw) => missing.length === 0;
  const pairs = [...new Set(draws.map(({ pair }) => pair))];
  const byPair = pairs.map((name) => [
    name,
    share(
      draws.filter(({ pair }) => pair === name),
      isRight,
    ),
  ]);
  const lacking = classifier.classes.map((name) => [
    name,
    draws.filter(({ missing }) => missing.includes(name)).length,
  ]);
  console.log(
    JSON.stringify({
      draws: draws.length,
      both: share(draws, isRight),
      extra: share(draws, ({ extra }) => extra),
      near: nearness(drawn, real),
      nearSoft: nearness(soft(drawn), real),
      frechet: frechetDistance(featuresOf(drawn), featuresOf(real)),
      frechetSoft: frechetDistance(featuresOf(soft(drawn)), featuresOf(soft(real))),
      bothByPair: Object.fromEntries(byPair),
      missingByClass: Object.fromEntries(lacking),
      /** Draw by draw, to compare two packs in pairs. */
      right: draws.map((draw) => Number(isRight(draw))).join(''),
    }),
  );
}

async function look(image: RgbImage, classes: readonly string[]): Promise<Draw> {
  const seen = await seeSubjects(image, classifier.classes, {
    engine,
    classifier,
    signal: new AbortController().signal,
  });
  const subjects: Subject[] = [];
  for (const name of classes) {
    const place = seen.get(name)?.[0];
    if (place === undefined) continue;
    subjects.push({ name, feature: place.feature, crop: (await classifier.cropOf(image, place.mask)).data });
  }
  return {
    pair: classes.join(' '),
    missing: classes.filter((name) => !isFound(seen, name)),
    extra: hasExtra(seen, classes),
    subjects,
  };
}

/** The first draw of a prompt; from --pictures, if it is there. */
async function keptOrDrawn(name: string, prompt: string, seed: number): Promise<RgbImage> {
  const path = options.pictures && join(options.pictures, name);
  if (path && existsSync(path)) return (await decodeImage({ name, bytes: await readFile(path) })).pixels;
  const request = { prompt, negativePrompt: '', seed, retries: 0 };
  const { image } = (await engine.preparation.generateBackgrounds(request)).candidates[0]!;
  if (path) await writeFile(path, await encodePng(image));
  return image;
}

/** The subjects of the real scenes, by their true masks. */
async function realSubjects(scenesFolder: string): Promise<Subject[]> {
  const found: Subject[] = [];
  for (const { picture, subjects } of await loadScenesOf(scenesFolder)) {
    const { pixels } = await decodeImage(picture);
    for (const { name, mask: file } of subjects) {
      const mask = await decodeMask(file);
      const { feature } = await classifier.classifyObject(pixels, mask);
      found.push({ name, feature, crop: (await classifier.cropOf(pixels, mask)).data });
    }
  }
  return found;
}

/** Mean over the drawn subjects of the mean absolute difference to the nearest real crop of the same class. */
function nearness(drawn: readonly Subject[], real: readonly Subject[]): number {
  const differences = drawn.map(({ name, crop }) =>
    Math.min(...real.filter((other) => other.name === name).map((other) => meanDifference(crop, other.crop))),
  );
  return mean(differences);
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs(a[at]! - b[at]!);
  return sum / a.length;
}

function featuresOf(subjects: readonly Subject[]): Float32Array[] {
  return subjects.map(({ feature }) => feature);
}

function share<Item>(items: readonly Item[], counts: (item: Item) => boolean): number {
  return mean(items.map((item) => Number(counts(item))));
}
