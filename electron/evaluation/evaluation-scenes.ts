/** A pack's evaluation scenes: scenes that its training never saw, with their ground truth. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type LoadedScene, loadScene } from '../app/scenes/scene-folder.ts';
import { StudioError } from '../contract/errors.ts';
import { readJsonFile } from '../foundation/files/read-json.ts';
import { validate } from '../foundation/validate.ts';
import { decodeImage, decodeMask } from '../inference/images/images.ts';
import type { RgbImage } from '../pipeline/processors/image.ts';
import type { Tensor } from '../pipeline/tensor/tensor.ts';

/** The part of meta.json, next to scene.json, that is read; written by native-models/training/build_scenes.py. */
const sceneTruthSchema = z.object({
  place: z.string(),
  heldOut: z.object({ drawing: z.boolean(), pattern: z.boolean() }),
  objects: z.array(z.object({ class: z.string() })).min(1),
});

/** One concept, its pictures decoded. */
export interface EvaluationConcept {
  /** Its class, in the classifier's vocabulary. */
  readonly className: string;
  readonly image: RgbImage;
  /** The subject mask of the concept image, dims [height, width], 0..1. */
  readonly subject: Tensor;
  /** Its region in the background, dims [height, width], 0..1. */
  readonly mask: Tensor;
}

export interface EvaluationScene {
  readonly id: string;
  /** Whether a concept image shows a drawing or a pattern that training never saw. */
  readonly isHeldOut: boolean;
  /** The background's place, in the classifier's vocabulary. */
  readonly place: string;
  readonly background: RgbImage;
  /** In the order of the scene file. */
  readonly concepts: readonly EvaluationConcept[];
  readonly loaded: LoadedScene;
}

/**
 * Loads the scenes of a pack.
 *
 * @param count how many; all by default. Fewer are sampled evenly, to keep the halves balanced.
 * @throws StudioError PACK_INCOMPLETE when the pack has none or one lacks a file; SCENE_INVALID, ASSET_INVALID
 */
export async function loadEvaluationScenes(
  packFolder: string,
  count?: number,
): Promise<{ readonly scenes: readonly EvaluationScene[]; readonly available: number }> {
  const folder = join(packFolder, 'evaluation', 'scenes');
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const ids = found
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (ids.length === 0) {
    throw new StudioError('PACK_INCOMPLETE', `The pack has no evaluation scenes: ${folder} holds none.`);
  }
  const scenes = [];
  for (const id of evenly(ids, count ?? ids.length)) scenes.push(await loadEvaluationScene(folder, id));
  return { scenes, available: ids.length };
}

/** `count` of the values, evenly from first to last; all when there are fewer. */
export function evenly<Value>(values: readonly Value[], count: number): readonly Value[] {
  if (count >= values.length) return values;
  return Array.from({ length: count }, (_, index) => values[Math.floor((index * values.length) / count)]!);
}

async function loadEvaluationScene(folder: string, id: string): Promise<EvaluationScene> {
  const scenePath = join(folder, id, 'scene.json');
  const loaded = await loadScene(scenePath);
  const truth = await readTruth(join(folder, id, 'meta.json'));
  const { file, assetIds, assets } = loaded;
  if (truth.objects.length !== file.concepts.length) {
    throw new StudioError(
      'SCENE_INVALID',
      `${scenePath} has ${file.concepts.length} concepts, but its meta.json has ${truth.objects.length}.`,
    );
  }
  const asset = (path: string) => assets.get(assetIds.get(path)!)!;
  const pixels = async (path: string) => (await decodeImage(asset(path))).pixels;
  const concepts = [];
  for (const [index, { image, mask }] of file.concepts.entries()) {
    if (mask === undefined) {
      throw new StudioError('SCENE_INVALID', `${scenePath}: concept ${index + 1} has no mask to measure in.`);
    }
    const name = `subject-${index + 1}.png`;
    const subject = { name, bytes: await readPart(join(folder, id, name)) };
    concepts.push({
      className: truth.objects[index]!.class,
      image: await pixels(image),
      subject: await decodeMask(subject),
      mask: await decodeMask(asset(mask)),
    });
  }
  return {
    id,
    isHeldOut: truth.heldOut.drawing || truth.heldOut.pattern,
    place: truth.place,
    background: await pixels(file.background),
    concepts,
    loaded,
  };
}

async function readTruth(path: string): Promise<z.infer<typeof sceneTruthSchema>> {
  const content = await readJsonFile(path, path, { missing: 'PACK_INCOMPLETE', invalid: 'SCENE_INVALID' });
  return validate(sceneTruthSchema, content, 'SCENE_INVALID', `${path} is not valid metadata of a scene`);
}

async function readPart(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudioError('PACK_INCOMPLETE', `${path} is missing or cannot be read.`, { cause });
  }
}
