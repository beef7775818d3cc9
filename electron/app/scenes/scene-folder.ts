/** A scene in a folder: its file (docs/scene-file.md) and its pictures. */
import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { type ErrorCode, StudioError } from '../../contract/errors.ts';
import type { AssetId } from '../../contract/render-request.ts';
import { MAX_CONCEPTS, type SceneFile, sceneFileSchema } from '../../contract/scene-file.ts';
import { upgradeSceneFile } from '../../contract/upgrade.ts';
import {
  FileReadError,
  type FileReadReason,
  MAX_PICTURE_FILE_BYTES,
  readRegularFile,
} from '../../foundation/files/read-file.ts';
import { readJsonFile } from '../../foundation/files/read-json.ts';
import { validate } from '../../foundation/validate.ts';
import { assetIdOf } from '../../projects/asset-id.ts';

/** The contents of a picture file. */
export interface AssetFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A scene file and its pictures. */
export interface LoadedScene {
  readonly file: SceneFile;
  /** The scene's pictures, by the paths in the scene file. */
  readonly assetIds: ReadonlyMap<string, AssetId>;
  readonly assets: ReadonlyMap<AssetId, AssetFile>;
  /** Paths of all files read. */
  readonly readFrom: readonly string[];
}

/**
 * Reads a scene file and its pictures, without decoding them.
 *
 * @throws StudioError SCENE_MISSING, SCENE_INVALID, CONCEPT_COUNT, ASSET_MISSING, ASSET_INVALID, ASSET_TOO_LARGE
 */
export async function loadScene(path: string): Promise<LoadedScene> {
  const file = parseScene(path, await readSceneJson(path), sceneFileSchema);
  const { background, inpainted, concepts } = file;
  const paths = [
    background,
    ...(inpainted === undefined ? [] : [inpainted]),
    ...concepts.flatMap(({ image, subject, mask, front }) => [image, subject, mask, front]),
  ].filter((assetPath) => assetPath !== undefined);
  const assetIds = new Map<string, AssetId>();
  const assets = new Map<AssetId, AssetFile>();
  const readFrom = [path];
  for (const assetPath of new Set(paths)) {
    const from = resolve(dirname(path), assetPath);
    const bytes = await readAsset(from);
    const id = assetIdOf(bytes);
    assetIds.set(assetPath, id);
    assets.set(id, { name: assetPath, bytes });
    readFrom.push(from);
  }
  return { file, assetIds, assets, readFrom };
}

/**
 * @returns the file, upgraded from version 1; not checked otherwise
 * @throws StudioError SCENE_MISSING, SCENE_INVALID
 */
export async function readSceneJson(path: string): Promise<unknown> {
  const codes = { missing: 'SCENE_MISSING', invalid: 'SCENE_INVALID' } as const;
  return upgradeSceneFile(await readJsonFile(path, `The scene file ${path}`, codes));
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
  return validate(
    schema,
    content,
    'SCENE_INVALID',
    `${path} does not follow the format of docs/scene-file.md`,
  );
}

/**
 * Reads a picture of a scene, which may come from elsewhere and contain any path.
 *
 * @throws StudioError ASSET_MISSING, ASSET_INVALID (a folder, a device), ASSET_TOO_LARGE
 */
export async function readAsset(path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, MAX_PICTURE_FILE_BYTES);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new StudioError(assetErrorCodes[cause.reason], `The picture ${path} ${cause.message}.`, { cause });
  }
}

const assetErrorCodes = {
  missing: 'ASSET_MISSING',
  unreadable: 'ASSET_MISSING',
  ambiguous: 'ASSET_MISSING',
  'not-a-file': 'ASSET_INVALID',
  'too-large': 'ASSET_TOO_LARGE',
} as const satisfies Record<FileReadReason, ErrorCode>;
