/** Restores the scene of a picture that this program made. */
import { readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { AssetFile, LoadedScene } from '../app/scenes/scene-folder.ts';
import { StudioError } from '../contract/errors.ts';
import type { AssetId, RenderRequest } from '../contract/render-request.ts';
import { type RequestPicture, requestPictures } from '../contract/request-document.ts';
import { FileReadError, MAX_PICTURE_FILE_BYTES, readRegularFile } from '../foundation/files/read-file.ts';
import { assetIdOf } from '../projects/asset-id.ts';
import { readRenderRequest } from '../projects/export/render-metadata.ts';
import { PROJECT_EXTENSION } from '../projects/file-names.ts';
import { ProjectFile } from '../projects/project-file.ts';

const PICTURE_ENDINGS = new Set(['.png', '.jpg', '.jpeg', '.webp']);

export interface SceneOfPicture extends LoadedScene {
  /** The pack it was made with. */
  readonly pack: RenderRequest['pack'];
}

/**
 * Reads the render request from a picture and finds its pictures: in projects in the same folder, then among the
 * picture files there and one folder below.
 *
 * @throws StudioError SCENE_MISSING, SCENE_INVALID (the picture has no request), ASSET_INVALID (a damaged one),
 *   ASSET_MISSING naming the missing ones
 */
export async function loadSceneOfPicture(path: string): Promise<SceneOfPicture> {
  const request = readRenderRequest(await readPicture(path), path);
  if (request === undefined) {
    throw new StudioError(
      'SCENE_INVALID',
      `${path} does not contain how it was made: it was not made by this program, or its metadata was removed.`,
    );
  }
  const { background, inpainted, frame, concepts, prompt, inpaintPrompt, negativePrompt } = request.scene;
  const names = new Map(requestPictures(request).map((picture) => [picture.asset, describe(picture)]));
  const { assets, readFrom } = await findAssets(dirname(path), names);
  const missing = [...names].filter(([id]) => !assets.has(id)).map(([, name]) => name);
  if (missing.length > 0) {
    throw new StudioError(
      'ASSET_MISSING',
      `Not found next to ${path}: ${missing.join(', ')}. Put the project that it was exported from, or the scene’s ` +
        'picture files, in its folder.',
    );
  }
  return {
    file: {
      version: 2,
      prompt,
      inpaintPrompt,
      ...(negativePrompt !== undefined && { negativePrompt }),
      background,
      ...(inpainted !== null && { inpainted }),
      frame,
      concepts: concepts.map(({ subject, mask, front, placement, ...concept }) => ({
        ...concept,
        ...(subject !== null && { subject }),
        ...(mask !== null && { mask }),
        ...(front !== null && { front }),
        ...(placement !== null && { placement }),
      })),
      parameters: request.parameters,
    },
    assetIds: new Map([...names.keys()].map((id) => [id, id])),
    assets,
    readFrom: [path, ...readFrom],
    pack: request.pack,
  };
}

function describe({ part, concept }: RequestPicture): string {
  switch (part) {
    case 'background':
      return 'the background';
    case 'inpainted':
      return 'the inpainted background';
    case 'image':
      return `the picture of ${concept}`;
    case 'subject':
      return `the subject mask of ${concept}`;
    case 'mask':
      return `the mask of ${concept}`;
    case 'front':
      return `the mask of what is in front of ${concept}`;
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, MAX_PICTURE_FILE_BYTES);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new StudioError('SCENE_MISSING', `The picture ${path} ${cause.message}.`, { cause });
  }
}

async function findAssets(
  folder: string,
  wanted: ReadonlyMap<AssetId, string>,
): Promise<Pick<LoadedScene, 'assets' | 'readFrom'>> {
  const assets = new Map<AssetId, AssetFile>();
  const readFrom: string[] = [];
  const files = await filesIn(folder);
  for (const path of files.filter((file) => extname(file).toLowerCase() === PROJECT_EXTENSION)) {
    if (assets.size === wanted.size) break;
    const before = assets.size;
    readFromProject(path, wanted, assets);
    if (assets.size > before) readFrom.push(path);
  }
  for (const path of files.filter((file) => PICTURE_ENDINGS.has(extname(file).toLowerCase()))) {
    if (assets.size === wanted.size) break;
    const bytes = await readIfPossible(path);
    if (bytes === undefined) continue;
    const id = assetIdOf(bytes);
    if (!wanted.has(id)) continue;
    assets.set(id, { name: path, bytes });
    readFrom.push(path);
  }
  return { assets, readFrom };
}

/** A problem of an unrelated picture in the folder; pictures still missing at the end are reported. */
async function readIfPossible(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readRegularFile(path, MAX_PICTURE_FILE_BYTES);
  } catch (error) {
    if (error instanceof FileReadError) return undefined;
    throw error;
  }
}

function readFromProject(
  path: string,
  wanted: ReadonlyMap<AssetId, string>,
  found: Map<AssetId, AssetFile>,
): void {
  let project: ProjectFile;
  try {
    project = ProjectFile.open(path, { readOnly: true });
  } catch (error) {
    // An unrelated project in the folder cannot be read; pictures still missing at the end are reported.
    if (error instanceof StudioError) return;
    throw error;
  }
  try {
    for (const [id, name] of wanted) {
      if (found.has(id) || !project.hasAsset(id)) continue;
      const bytes = wholeOrNone(project, id);
      if (bytes !== undefined) found.set(id, { name: `${name} in ${path}`, bytes });
    }
  } finally {
    project.close();
  }
}

/** A damaged picture counts as missing: another file may have it intact. */
function wholeOrNone(project: ProjectFile, id: AssetId): Uint8Array | undefined {
  try {
    return project.readAsset(id).bytes;
  } catch (error) {
    if (error instanceof StudioError && error.code === 'ASSET_INVALID') return undefined;
    throw error;
  }
}

/** The files of a folder and its direct subfolders, this folder's first. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const here = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
  const below: string[] = [];
  for (const entry of entries.filter((found) => found.isDirectory() && !found.name.startsWith('.'))) {
    // Skip an unreadable folder.
    const inner = await readdir(join(folder, entry.name), { withFileTypes: true }).catch(() => []);
    below.push(...inner.filter((found) => found.isFile()).map(({ name }) => join(folder, entry.name, name)));
  }
  return [...here, ...below];
}
