/** A protocol's scene with its pictures decoded, and where each concept is in it. */
import type { AssetFile, LoadedScene } from '../../app/scenes/scene-folder.ts';
import { StudioError } from '../../contract/errors.ts';
import { shapeOfPlaced } from '../../foundation/pictures/placed-shape.ts';
import type { Engine } from '../../inference/engine/engine.ts';
import { decodeAll, decodeCutOut, decodeMask, hashPixels } from '../../inference/images/images.ts';
import { resizePlane } from '../../inference/images/plane-resize.ts';
import { cutOutOf } from '../../inference/scene/cut-out.ts';
import { greyToMask, imageToTensor, type RgbImage, tensorToImage } from '../../pipeline/processors/image.ts';
import { tensor } from '../../pipeline/tensor/tensor.ts';
import type { BaselineScene } from './baselines.ts';
import type { ResultCache } from './result-cache.ts';

/** References of one set and seed, for the report. */
export interface SceneRecord {
  readonly set: string;
  readonly seed: number;
  readonly prompt: string;
  /** Paths relative to the protocol's folder. */
  readonly background: string;
  readonly concepts: readonly { readonly name: string; readonly file: string }[];
}

/** A scene with its pictures decoded. */
export interface MeasuredScene extends BaselineScene {
  readonly record: SceneRecord;
  readonly loaded: LoadedScene;
  /** The background through the autoencoder; computed when first needed. */
  readonly reproduced: () => Promise<RgbImage>;
}

/** @throws StudioError ASSET_INVALID, MASK_EMPTY */
export async function openMeasuredScene(
  loaded: LoadedScene,
  { set, seed }: { readonly set: string; readonly seed: number },
  engine: Engine,
  cache: ResultCache,
): Promise<MeasuredScene> {
  const { file, assetIds, assets } = loaded;
  const asset = (path: string) => assets.get(assetIds.get(path)!)!;
  const background = await decodeAll(asset(file.background));
  const concepts = [];
  const named = [];
  for (const concept of file.concepts) {
    const opened = await openConcept(concept, asset, background);
    concepts.push(opened);
    named.push({ name: concept.name, file: await keepPicture(cache, opened.image) });
  }
  let reproduced: Promise<RgbImage> | undefined;
  return {
    loaded,
    background,
    inpainted: file.inpainted === undefined ? null : await decodeAll(asset(file.inpainted)),
    concepts,
    reproduced: () => {
      reproduced ??= reproduce(engine, background);
      return reproduced;
    },
    record: {
      set,
      seed,
      prompt: file.prompt,
      background: await keepPicture(cache, background),
      concepts: named,
    },
  };
}

/** The region of a concept that replaces an object is its mask, of a placed one its cut-out where it is placed. */
async function openConcept(
  { name, image: path, subject, mask, placement, order }: LoadedScene['file']['concepts'][number],
  asset: (path: string) => AssetFile,
  background: RgbImage,
): Promise<MeasuredScene['concepts'][number]> {
  const image = await decodeAll(asset(path));
  const own = subject === undefined ? null : await resizePlane(await decodeMask(asset(subject)), image);
  if (mask !== undefined) {
    const region = await resizePlane(await decodeMask(asset(mask)), background);
    return { image, subject: own, region, order };
  }
  if (placement === undefined) throw new StudioError('SCENE_INVALID', `The concept "${name}" has no place.`);
  const cutOut = cutOutOf(await decodeCutOut(asset(path)), own, name);
  const { shape } = await shapeOfPlaced(cutOut, { ...placement, shadow: null }, background);
  const alpha = Float32Array.from(
    { length: image.width * image.height },
    (_, at) => cutOut.data[4 * at + 3]! / 255,
  );
  return {
    image,
    subject: tensor(alpha, [image.height, image.width]),
    region: greyToMask(shape.data, shape.width, shape.height),
    order,
  };
}

/** What the autoencoder makes of a background; the background itself when it has not the model's size. */
async function reproduce(engine: Engine, background: RgbImage): Promise<RgbImage> {
  const { size } = engine.framePack;
  const isOfAnotherSize = background.width !== size?.width || background.height !== size.height;
  if (size !== null && isOfAnotherSize) return background;
  const { autoencoder } = engine.models;
  return tensorToImage(await autoencoder.decode(await autoencoder.encode(imageToTensor(background))));
}

/** Stores a picture under the hash of its pixels. */
export async function keepPicture(cache: ResultCache, image: RgbImage): Promise<string> {
  const key = hashPixels(image);
  if ((await cache.loadPicture(key)) === undefined) await cache.savePicture(key, image);
  return cache.pictureFile(key);
}
