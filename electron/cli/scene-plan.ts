/**
 * Completes a scene file: generates the background from a prompt, finds masks by phrases, removes objects. The result
 * is written as a scene that can be inspected, edited by hand and composed again.
 */

import { dirname, join, relative, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AssetFile, parseScene, readAsset, readSceneJson } from '../app/scenes/scene-folder.ts';
import { StudioError } from '../contract/errors.ts';
import { noticeSentence } from '../contract/notices.ts';
import type { AssetId } from '../contract/render-request.ts';
import {
  backgroundPlanSchema,
  maskPlanSchema,
  removalPlanSchema,
  type SceneModel,
  type ScenePlan,
  sceneFileSchema,
  scenePlanSchema,
} from '../contract/scene-file.ts';
import { decodePixels, encodePng } from '../foundation/pictures/picture-operations.ts';
import { growMask } from '../pipeline/masks/grow-shrink.ts';
import { greyToMask, maskToGrey } from '../pipeline/processors/image.ts';
import { assetIdOf } from '../projects/asset-id.ts';
import type { CommandEngine } from './command-engine.ts';
import type { MadeFiles } from './made-files.ts';

const BACKGROUND = 'background.png';
const INPAINTED = 'inpainted.png';
const SCENE = 'scene.json';

function maskName(index: number): string {
  return `mask-${index + 1}.png`;
}

export interface PlanControls {
  readonly signal: AbortSignal;
  /** Progress: `done` of `total`. */
  readonly count: (what: string, done: number, total: number) => void;
  /** Prints a line for the user. */
  readonly print: (line: string) => void;
}

/**
 * Reads a scene file with pictures to generate.
 *
 * @returns undefined for a complete scene file
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, CONCEPT_COUNT
 */
export async function readScenePlan(path: string): Promise<ScenePlan | undefined> {
  return parseScenePlan(path, await readSceneJson(path));
}

/**
 * @param path for messages
 * @returns undefined for the contents of a complete scene file
 * @throws StudioError SCENE_INVALID, CONCEPT_COUNT
 */
export function parseScenePlan(path: string, content: unknown): ScenePlan | undefined {
  if (!asksForPictures(content)) return undefined;
  // Check fields one by one first: for a field that is a path or a plan, the error of the whole says only that it is
  // neither.
  const { background, inpainted, concepts } = content as Record<string, unknown>;
  if (isPlan(background)) parseScene(`${path}, "background",`, background, backgroundPlanSchema);
  if (isPlan(inpainted)) parseScene(`${path}, "inpainted",`, inpainted, removalPlanSchema);
  for (const [index, concept] of (Array.isArray(concepts) ? concepts : []).entries()) {
    if (isPlan(concept?.mask)) {
      parseScene(`${path}, "mask" of concept ${index + 1},`, concept.mask, maskPlanSchema);
    }
  }
  const plan = parseScene(path, content, scenePlanSchema);
  if (isPlan(plan.inpainted) && !needsRemoval(plan)) {
    throw new StudioError(
      'SCENE_INVALID',
      `${path} asks for an inpainted background, but no concept replaces anything: omit "inpainted".`,
    );
  }
  return plan;
}

function isPlan(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function asksForPictures(content: unknown): boolean {
  if (!isPlan(content)) return false;
  const { background, inpainted, concepts } = content as Record<string, unknown>;
  const masks = Array.isArray(concepts) ? concepts.map((concept) => concept?.mask) : [];
  return [background, inpainted, ...masks].some(isPlan);
}

/** Names of the files written by {@link prepareScene}. */
export function plannedFiles({ background, inpainted, concepts }: ScenePlan): readonly string[] {
  return [
    ...(isPlan(background) ? [BACKGROUND] : []),
    ...concepts.flatMap(({ mask }, index) => (isPlan(mask) ? [maskName(index)] : [])),
    ...(needsRemoval({ inpainted, concepts }) ? [INPAINTED] : []),
    SCENE,
  ];
}

/** Whether objects have to be removed from the background: not if all concepts are placed. */
function needsRemoval({ inpainted, concepts }: Pick<ScenePlan, 'inpainted' | 'concepts'>): boolean {
  return typeof inpainted !== 'string' && concepts.some(({ mask }) => mask !== undefined);
}

/** Paths of the files that a plan reads. */
export function filesOfPlan(
  { background, inpainted, concepts }: ScenePlan,
  planPath: string,
): readonly string[] {
  const named = [
    background,
    inpainted,
    ...concepts.flatMap(({ image, subject, mask, front }) => [image, subject, mask, front]),
  ];
  const paths = named.filter((path) => typeof path === 'string');
  return [planPath, ...paths.map((path) => resolve(dirname(planPath), path))];
}

/**
 * Generates the missing parts of a plan.
 *
 * @param planPath base of the plan's relative paths
 * @param files output of the complete scene: scene.json and the generated pictures
 * @returns path of the scene file
 * @throws StudioError MASK_EMPTY (nothing was found for a phrase), OUTPUT_UNWRITABLE, and what preparing throws
 */
export async function prepareScene(
  plan: ScenePlan,
  planPath: string,
  engine: Pick<CommandEngine, 'run'>,
  files: MadeFiles,
  controls: PlanControls,
): Promise<string> {
  const { folder } = files;
  const fromFolder = pathsFrom(folder, planPath);
  const read = async (path: string): Promise<AssetFile> => ({
    name: path,
    bytes: await readAsset(resolve(dirname(planPath), path)),
  });
  const keep = async (name: string, bytes: Uint8Array): Promise<AssetFile> => {
    await files.write(name, bytes);
    return { name, bytes };
  };

  // 1. The background.
  const background =
    typeof plan.background === 'string'
      ? { path: fromFolder(plan.background), file: await read(plan.background) }
      : await made(keep(BACKGROUND, await paintBackground(plan, plan.background, engine, controls)));

  // 2. A mask for each concept.
  const masks = new Map<number, { path: string; file: AssetFile }>();
  for (const [index, { name, mask }] of plan.concepts.entries()) {
    if (mask === undefined) continue;
    masks.set(
      index,
      typeof mask === 'string'
        ? { path: fromFolder(mask), file: await read(mask) }
        : await made(keep(maskName(index), await findMask(name, mask, background.file, engine, controls))),
    );
  }

  // 3. The background without the objects.
  let inpainted = typeof plan.inpainted === 'string' ? fromFolder(plan.inpainted) : undefined;
  if (needsRemoval(plan)) {
    const bytes = await removeObjects(plan, background.file, [...masks.values()], engine, controls);
    inpainted = (await made(keep(INPAINTED, bytes))).path;
  }

  const { inpainted: _, ...rest } = plan;
  const given = givenPaths(plan, planPath, folder);
  const scene = {
    ...rest,
    ...given,
    background: background.path,
    ...(inpainted !== undefined && { inpainted }),
    concepts: plan.concepts.map((concept, index) => ({
      ...concept,
      ...given.concepts[index],
      ...(masks.has(index) && { mask: masks.get(index)!.path }),
    })),
  };
  await files.write(SCENE, `${JSON.stringify(scene, null, 2)}\n`);
  await files.finish();
  return join(folder, SCENE);
}

/**
 * Points a scene that was generated from a plan to the plan's files, if they have moved since.
 *
 * @param openFiles opens the scene's folder to change it
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, OUTPUT_UNWRITABLE, and what `openFiles` throws
 */
export async function followPlanFiles(
  plan: ScenePlan,
  planPath: string,
  folder: string,
  openFiles: () => Promise<MadeFiles>,
): Promise<void> {
  const path = join(folder, SCENE);
  const scene = parseScene(path, await readSceneJson(path), sceneFileSchema);
  const { concepts, ...given } = givenPaths(plan, planPath, folder);
  const moved = {
    ...scene,
    ...given,
    concepts: scene.concepts.map((concept, index) => ({ ...concept, ...concepts[index] })),
  };
  if (isDeepStrictEqual(moved, scene)) return;
  const files = await openFiles();
  await files.write(SCENE, `${JSON.stringify(moved, null, 2)}\n`);
  await files.finish();
}

/** Path of one of the plan's files, relative to the generated scene. */
function pathsFrom(folder: string, planPath: string): (path: string) => string {
  return (path) => relative(folder, resolve(dirname(planPath), path)).replaceAll(sep, '/');
}

/** The files that a plan names, not those that it asks for, in the fields of the generated scene. */
function givenPaths({ background, inpainted, model, concepts }: ScenePlan, planPath: string, folder: string) {
  const fromFolder = pathsFrom(folder, planPath);
  return {
    ...(typeof background === 'string' && { background: fromFolder(background) }),
    ...(typeof inpainted === 'string' && { inpainted: fromFolder(inpainted) }),
    ...(model !== undefined && { model: modelFrom(model, fromFolder) }),
    concepts: concepts.map(({ image, subject, front, mask }) => ({
      image: fromFolder(image),
      ...(subject !== undefined && { subject: fromFolder(subject) }),
      ...(front !== undefined && { front: fromFolder(front) }),
      ...(typeof mask === 'string' && { mask: fromFolder(mask) }),
    })),
  };
}

/** The scene's models, with paths relative to the new scene. */
function modelFrom(
  { checkpoint, vae, loras, embeddings }: SceneModel,
  fromFolder: (path: string) => string,
): SceneModel {
  return {
    ...(checkpoint !== undefined && { checkpoint: fromFolder(checkpoint) }),
    ...(vae !== undefined && { vae: fromFolder(vae) }),
    ...(loras !== undefined && { loras: loras.map((lora) => ({ ...lora, file: fromFolder(lora.file) })) }),
    ...(embeddings !== undefined && { embeddings: embeddings.map(fromFolder) }),
  };
}

async function made(file: Promise<AssetFile>): Promise<{ path: string; file: AssetFile }> {
  const kept = await file;
  return { path: kept.name, file: kept };
}

async function paintBackground(
  { prompt }: ScenePlan,
  background: Exclude<ScenePlan['background'], string>,
  engine: Pick<CommandEngine, 'run'>,
  { signal, count, print }: PlanControls,
): Promise<Uint8Array> {
  let painted: Uint8Array | undefined;
  const { model, notices } = await engine.run(
    // The scene file sets the seed; another one would make another scene.
    { kind: 'generateBackgrounds', ...background, prompt: background.prompt ?? prompt, count: 1, retries: 0 },
    {
      signal,
      readAsset: readerOf(),
      onProgress: ({ stage, step, total }) => stage === 'denoise' && count('Background', step, total),
      onCandidate: ({ png }) => {
        painted = png;
      },
    },
  );
  for (const notice of notices) print(`note: ${noticeSentence(notice)}`);
  print(`background: seed ${background.seed}, by ${model}`);
  return painted!;
}

async function findMask(
  name: string,
  { growPx, ...search }: Exclude<ScenePlan['concepts'][number]['mask'], string | undefined>,
  background: AssetFile,
  engine: Pick<CommandEngine, 'run'>,
  { signal, print }: PlanControls,
): Promise<Uint8Array> {
  const { candidates, model, notices } = await engine.run(
    { kind: 'findMask', image: assetIdOf(background.bytes), ...search },
    { signal, readAsset: readerOf(background) },
  );
  for (const notice of notices) print(`note: ${noticeSentence(notice)}`);
  const [best] = candidates;
  if (best === undefined) {
    throw new StudioError(
      'MASK_EMPTY',
      `Nothing was found for "${search.phrase}", the mask of the concept "${name}". Try another seed or lower ` +
        `thresholds (boxThreshold ${search.boxThreshold}, textThreshold ${search.textThreshold}), or name a mask file.`,
    );
  }
  print(`mask of ${name}: "${search.phrase}", score ${best.score.toFixed(2)}, by ${model}`);
  return growPx > 0 ? grow(best.png, growPx) : best.png;
}

/** A mask's file, grown. */
async function grow(png: Uint8Array, growPx: number): Promise<Uint8Array> {
  const { data, width, height } = await decodePixels(png, 'The mask', 'mask');
  const grown = growMask(greyToMask(data, width, height), growPx);
  return encodePng(maskToGrey(grown), 1, 'without-profile');
}

async function removeObjects(
  { inpainted, inpaintPrompt }: ScenePlan,
  background: AssetFile,
  masks: readonly { readonly file: AssetFile }[],
  engine: Pick<CommandEngine, 'run'>,
  { signal, count, print }: PlanControls,
): Promise<Uint8Array> {
  const options = removalPlanSchema.parse(typeof inpainted === 'object' ? inpainted : {});
  const files = masks.map(({ file }) => file);
  const { png, model, notices } = await engine.run(
    {
      kind: 'removeObjects',
      ...options,
      image: assetIdOf(background.bytes),
      masks: files.map(({ bytes }) => assetIdOf(bytes)),
      prompt: inpaintPrompt,
    },
    {
      signal,
      readAsset: readerOf(background, ...files),
      onProgress: ({ stage, step, total }) => stage === 'denoise' && count('Removal', step, total),
    },
  );
  for (const notice of notices) print(`note: ${noticeSentence(notice)}`);
  print(`inpainted background: by ${model}`);
  return png;
}

/** Serves files to the engine by content hash. */
function readerOf(...files: readonly AssetFile[]): (id: AssetId) => Promise<AssetFile | null> {
  return async (id) => files.find(({ bytes }) => assetIdOf(bytes) === id) ?? null;
}
