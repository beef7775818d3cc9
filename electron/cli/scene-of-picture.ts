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
  /** What it was made with. */
  readonly pack: RenderRequest['pack'];
}

/**
 * Reads the render request from a picture and finds the pictures that it names: in projects in the same folder, then
 * among the picture files there and one folder below.
 *
 * @throws StudioError SCENE_MISSING, SCENE_INVALID (the picture carries no request), ASSET_INVALID (a damaged one),
 *   ASSET_MISSING naming what could not be found
 */
export async function loadSceneOfPicture(path: string): Promise<SceneOfPicture> {
  const request = readRenderRequest(await readPicture(path), path);
  if (request === undefined) {
    throw new StudioError(
      'SCENE_INVALID',
      `${path} does not say how it was made: it was not made by this program, or its metadata was taken out.`,
    );
  }
  const { background, inpainted, frame, concepts, prompt, inpaintPrompt } = request.scene;
  const names = new Map(requestPictures(request).map((picture) => [picture.asset, describe(picture)]));
  const { assets, readFrom } = await findAssets(dirname(path), names);
  const missing = [...names].filter(([id]) => !assets.has(id)).map(([, name]) => name);
  if (missing.length > 0) {
    throw new StudioError(
      'ASSET_MISSING',
      `Not found beside ${path}: ${missing.join(', ')}. Put the project that it was exported from, or the scene’s ` +
        'picture files, into its folder.',
    );
  }
  return {
    file: {
      version: 2,
      prompt,
      inpaintPrompt,
      background,
      ...(inpainted !== null && { inpainted }),
      frame,
      concepts: concepts.map(({ subject, mask, placement, ...concept }) => ({
        ...concept,
        ...(subject !== null && { subject }),
        ...(mask !== null && { mask }),
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
      return `the mask of the thing in the picture of ${concept}`;
    case 'mask':
      return `the mask of ${concept}`;
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

/** Of some other picture of the folder; what is missing in the end is named. */
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
    // Some other project of the folder that cannot be read; what is missing in the end is said by name.
    if (error instanceof StudioError) return;
    throw error;
  }
  try {
    for (const [id, name] of wanted) {
      if (!found.has(id) && project.hasAsset(id)) {
        found.set(id, { name: `${name} in ${path}`, bytes: project.readAsset(id).bytes });
      }
    }
  } finally {
    project.close();
  }
}

/** The files of a folder and of those right below it, this folder's first. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const here = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
  const below: string[] = [];
  for (const entry of entries.filter((found) => found.isDirectory() && !found.name.startsWith('.'))) {
    // A folder that may not be read has nothing for this scene.
    const inner = await readdir(join(folder, entry.name), { withFileTypes: true }).catch(() => []);
    below.push(...inner.filter((found) => found.isFile()).map(({ name }) => join(folder, entry.name, name)));
  }
  return [...here, ...below];
}
