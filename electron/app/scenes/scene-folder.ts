/** A scene as it lies in a folder: its file (docs/scene-file.md), and the pictures beside it. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { MAX_CONCEPTS, type SceneFile, sceneFileSchema } from '../../contract/scene-file.ts';
import { assetIdOf } from '../../projects/asset-id.ts';

/** A picture file as it was read. */
export interface AssetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A scene file and the pictures that it names. */
export interface LoadedScene {
  readonly file: SceneFile;
  /** What the scene's pictures are, by the paths that the scene file uses. */
  readonly assetIds: ReadonlyMap<string, AssetId>;
  readonly assets: ReadonlyMap<AssetId, AssetFile>;
}

/**
 * Reads a scene file and the pictures that it names; pictures are not decoded.
 *
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, CONCEPT_COUNT, ASSET_MISSING
 */
export async function loadScene(path: string): Promise<LoadedScene> {
  const file = parseScene(path, await readSceneJson(path), sceneFileSchema);
  const { background, inpainted, concepts } = file;
  const paths = [
    background,
    ...(inpainted === undefined ? [] : [inpainted]),
    ...concepts.flatMap(({ image, subject, mask }) => (subject ? [image, subject, mask] : [image, mask])),
  ];
  const assetIds = new Map<string, AssetId>();
  const assets = new Map<AssetId, AssetFile>();
  for (const assetPath of new Set(paths)) {
    const bytes = await readAsset(resolve(dirname(path), assetPath));
    const id = assetIdOf(bytes);
    assetIds.set(assetPath, id);
    assets.set(id, { name: assetPath, bytes });
  }
  return { file, assetIds, assets };
}

/** @throws StudioError SCENE_MISSING, SCENE_INVALID */
export async function readSceneJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new StudioError('SCENE_MISSING', `The scene file ${path} is not there or cannot be read.`, {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new StudioError('SCENE_INVALID', `${path} is not valid JSON: ${detail}`, { cause });
  }
}

/**
 * @param path for messages
 * @throws StudioError SCENE_INVALID naming every field at fault, CONCEPT_COUNT
 */
export function parseScene<Schema extends z.ZodType>(
  path: string,
  content: unknown,
  schema: Schema,
): z.output<Schema> {
  const concepts = (content as { concepts?: unknown } | null)?.concepts;
  if (Array.isArray(concepts) && (concepts.length < 1 || concepts.length > MAX_CONCEPTS)) {
    throw new StudioError(
      'CONCEPT_COUNT',
      `A scene takes 1 to ${MAX_CONCEPTS} concepts; ${path} has ${concepts.length}.`,
    );
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StudioError(
    'SCENE_INVALID',
    `${path} does not follow the format of docs/scene-file.md:\n${z.prettifyError(parsed.error)}`,
    { cause: parsed.error },
  );
}

/** @throws StudioError ASSET_MISSING */
export async function readAsset(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StudioError('ASSET_MISSING', `The picture ${path} is not there or cannot be read.`, { cause });
  }
}
