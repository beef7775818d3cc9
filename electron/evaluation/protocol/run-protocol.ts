/** Runs a protocol: every method generates the picture of every set and seed, and each is scored. */

import { createHash } from 'node:crypto';
import type { LoadedScene } from '../../app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../app/scenes/scene-request.ts';
import { type ErrorCode, StudioError } from '../../contract/errors.ts';
import { noticeSentence } from '../../contract/notices.ts';
import { type PictureScores, SCORES_VERSION } from '../../contract/picture-scores.ts';
import type { RenderRequest } from '../../contract/render-request.ts';
import type { Engine } from '../../inference/engine/engine.ts';
import { decodeAll, decodeMask, hashPixels } from '../../inference/images/images.ts';
import { resizePlane } from '../../inference/images/plane-resize.ts';
import { asStudioError } from '../../inference/runtime/studio-errors.ts';
import type { Instruments } from '../../inference/scoring/instruments.ts';
import { scorePicture } from '../../inference/scoring/picture-scores.ts';
import type { RgbImage } from '../../pipeline/processors/image.ts';
import type { Tensor } from '../../pipeline/tensor/tensor.ts';
import { stopIfCancelled } from '../metric.ts';
import { baselinePicture } from './baselines.ts';
import { type FolderMethod, folderKey, readFolderFile } from './folder-method.ts';
import { keepPicture, type MeasuredScene, openMeasuredScene, type SceneRecord } from './measured-scene.ts';
import { isPlanned, type Method, methodsOf } from './methods.ts';
import type { PictureRenderer } from './picture-renderer.ts';
import type { Protocol, ProtocolSet } from './protocol-file.ts';
import { hashOf, type ResultCache } from './result-cache.ts';

export interface ProtocolContext {
  readonly protocol: Protocol;
  readonly folders: readonly FolderMethod[];
  /** Reproduces backgrounds, for the scores. */
  readonly engine: Engine;
  readonly renderer: PictureRenderer;
  readonly instruments: Instruments;
  readonly cache: ResultCache;
  /** The scene of a set and seed, its background, masks and removal made if need be. */
  readonly sceneOf: (set: ProtocolSet, seed: number) => Promise<LoadedScene>;
  readonly signal: AbortSignal;
  /** `done` of `total` pictures are finished. */
  readonly onProgress: (done: number, total: number) => void;
}

/** One scored picture. */
export interface PictureRecord {
  readonly set: string;
  readonly seed: number;
  readonly method: string;
  readonly prompt: string;
  /** Path of the picture, relative to the protocol's folder. */
  readonly file: string;
  /** null for pictures that were not rendered here. */
  readonly request: RenderRequest | null;
  readonly seconds: number | null;
  readonly unetRows: number | null;
  readonly scores: PictureScores;
}

/** A picture that could not be generated or scored; the others continue. */
export interface PictureFailure {
  readonly set: string;
  readonly seed: number;
  /** null when the scene itself could not be made. */
  readonly method: string | null;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface ProtocolOutcome {
  readonly methods: readonly Method[];
  readonly pictures: readonly PictureRecord[];
  readonly scenes: readonly SceneRecord[];
  readonly failures: readonly PictureFailure[];
}

/** Errors that would also stop every further picture. */
const FATAL: readonly ErrorCode[] = ['CANCELLED', 'DISK_FULL', 'OUTPUT_UNWRITABLE', 'FOLDER_UNWRITABLE'];

/** @throws StudioError CANCELLED (what is done is kept), DISK_FULL, OUTPUT_UNWRITABLE */
export async function runProtocol(context: ProtocolContext): Promise<ProtocolOutcome> {
  const { protocol, folders, onProgress, renderer } = context;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const methods = methodsOf(protocol, folders);
  const pictures: PictureRecord[] = [];
  const scenes: SceneRecord[] = [];
  const failures: PictureFailure[] = [];
  const planned = protocol.sets.flatMap((set) =>
    protocol.seeds.map((seed) => ({
      set,
      seed,
      methods: methods.filter((method) => isPlanned(protocol, method, set.id, seed)),
    })),
  );
  const total = planned.reduce((count, one) => count + one.methods.length, 0);
  let done = 0;
  /** Pictures in work, in the order of the report. */
  const inWork: {
    readonly made: Promise<MadePicture>;
    readonly scene: MeasuredScene;
    readonly method: Method;
  }[] = [];
  const fail = (set: string, seed: number, method: string | null, error: unknown) => {
    const { code, message } = asStudioError(error);
    if (FATAL.includes(code)) throw error;
    failures.push({ set, seed, method, code, message });
  };
  const finishUntil = async (left: number) => {
    while (inWork.length > left) {
      const { made, scene, method } = inWork.shift()!;
      try {
        stopIfCancelled(signal);
        pictures.push(await measurePicture(context, scene, method, await made));
      } catch (error) {
        fail(scene.record.set, scene.record.seed, method.id, error);
      }
      onProgress(++done, total);
    }
  };
  try {
    for (const { set, seed, methods: own } of planned) {
      let scene: MeasuredScene;
      try {
        stopIfCancelled(signal);
        const loaded = await context.sceneOf(set, seed);
        scene = await openMeasuredScene(loaded, { set: set.id, seed }, context.engine, context.cache);
      } catch (error) {
        await finishUntil(0);
        fail(set.id, seed, null, error);
        done += own.length;
        onProgress(done, total);
        continue;
      }
      scenes.push(scene.record);
      for (const method of own) {
        const made = makePicture({ ...context, signal }, scene, method);
        // Its failure is reported when its turn comes.
        made.catch(() => undefined);
        inWork.push({ made, scene, method });
        await finishUntil(renderer.atOnce - 1);
      }
    }
    await finishUntil(0);
  } finally {
    stop.abort();
    await Promise.allSettled(inWork.map(({ made }) => made));
  }
  return { methods, pictures, scenes, failures };
}

/** A picture as its method made it. */
interface MadePicture {
  readonly image: RgbImage;
  readonly file: string;
  readonly request: RenderRequest | null;
  readonly seconds: number | null;
  readonly unetRows: number | null;
  /** Masks of the concepts in it; null where a region is unknown. */
  readonly regions: readonly (Tensor | null)[];
  /** How the method changes the protocol's background, if it does. */
  readonly background: 'reproduced' | 'same' | null;
}

async function measurePicture(
  { cache, instruments }: ProtocolContext,
  scene: MeasuredScene,
  method: Method,
  made: MadePicture,
): Promise<PictureRecord> {
  const { prompt } = scene.loaded.file;
  const { set, seed } = scene.record;
  const key = hashOf([
    SCORES_VERSION,
    instruments.clip?.identity.fingerprint ?? null,
    instruments.dinov2?.identity.fingerprint ?? null,
    instruments.appearance?.fingerprint ?? null,
    hashPixels(made.image),
    prompt,
    made.background,
    hashPixels(scene.background),
    scene.loaded.file.concepts.map(({ image, subject }) => [
      scene.loaded.assetIds.get(image)!,
      subject === undefined ? null : scene.loaded.assetIds.get(subject)!,
    ]),
    made.regions.map((region) => (region === null ? null : hashOfPlane(region))),
  ]);
  let scores = await cache.loadScores(key);
  if (scores === undefined) {
    const { background, concepts } = scene;
    scores = await scorePicture(
      {
        result: made.image,
        prompt,
        concepts: concepts.map(({ image, subject }, index) => ({
          image,
          subject,
          region: made.regions[index]!,
        })),
        background:
          made.background === null
            ? null
            : {
                image: background,
                reproduced: made.background === 'same' ? background : await scene.reproduced(),
              },
      },
      instruments,
    );
    await cache.saveScores(key, scores);
  }
  const { file, request, seconds, unetRows } = made;
  return { set, seed, method: method.id, prompt, file, request, seconds, unetRows, scores };
}

function hashOfPlane({ data, dims }: Tensor): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash('sha256').update(JSON.stringify(dims)).update(bytes).digest('hex');
}

async function makePicture(
  context: ProtocolContext,
  scene: MeasuredScene,
  method: Method,
): Promise<MadePicture> {
  const regions = scene.concepts.map(({ region }) => region);
  const { cache } = context;
  if (method.kind === 'baseline') {
    const image = await baselinePicture(method.baseline, scene);
    const file = await keepPicture(cache, image);
    return { image, file, request: null, seconds: null, unetRows: null, regions, background: 'same' };
  }
  if (method.kind === 'folder') return readFolderPicture(cache, scene, method.folder);
  const { image, facts, key } = await render(context, scene, method);
  return {
    image,
    file: cache.pictureFile(key),
    request: facts.request,
    seconds: facts.seconds,
    unetRows: facts.unetRows,
    regions,
    background: 'reproduced',
  };
}

async function render(
  { engine, renderer, cache, signal }: ProtocolContext,
  { loaded, record }: MeasuredScene,
  { parameters, alpha }: Extract<Method, { kind: 'row' | 'recommended' | 'grid' }>,
) {
  const request = makeRequest(loaded, engine.pack, {
    parameters: { ...parameters, seed: record.seed },
    ...(alpha !== undefined && { alpha }),
  });
  const { device } = renderer.device;
  const key = cache.renderKey(request, device);
  const known = await cache.loadRender(key);
  if (known !== undefined) return { ...known, key };
  const { image, totalMs, unetRows, notices } = await renderer.render(request, assetReader(loaded), signal);
  const facts = {
    request,
    device,
    seconds: totalMs / 1000,
    unetRows,
    notices: notices.map((notice) => noticeSentence(notice)),
  };
  await cache.saveRender(key, image, facts);
  return { image, facts, key };
}

async function readFolderPicture(
  cache: ResultCache,
  scene: MeasuredScene,
  folder: FolderMethod,
): Promise<MadePicture> {
  const picture = folder.pictures.get(folderKey(scene.record.set, scene.record.seed))!;
  const image = await decodeAll(await readFolderFile(folder, picture.file));
  const { width, height } = scene.background;
  if (folder.usesBackground && (image.width !== width || image.height !== height)) {
    throw new StudioError(
      'SIZE_MISMATCH',
      `${picture.file} of "${folder.name}" has ${image.width} x ${image.height} pixels, the background ${width} x ${height}.`,
    );
  }
  const { masks } = picture;
  if (masks !== null && masks.length !== scene.concepts.length) {
    throw new StudioError(
      'PROTOCOL_INVALID',
      `${picture.file} of "${folder.name}" has ${masks.length} masks for ${scene.concepts.length} concepts.`,
    );
  }
  const regions: (Tensor | null)[] = [];
  for (const [index, { region }] of scene.concepts.entries()) {
    const mask = masks?.[index];
    if (mask === undefined) regions.push(folder.usesBackground ? region : null);
    else regions.push(await resizePlane(await decodeMask(await readFolderFile(folder, mask)), image));
  }
  return {
    image,
    file: await keepPicture(cache, image),
    request: null,
    seconds: picture.seconds,
    unetRows: null,
    regions,
    background: folder.usesBackground ? 'same' : null,
  };
}
