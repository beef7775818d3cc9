/** From a picture that this program made back to the scene that it was made from. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { AssetFile, LoadedScene } from '../app/scenes/scene-folder.ts';
import { StudioError } from '../contract/errors.ts';
import type { AssetId, RenderRequest } from '../contract/render-request.ts';
import { type RequestPicture, requestPictures } from '../contract/request-document.ts';
import { assetIdOf } from '../projects/asset-id.ts';
import { readRenderRequest } from '../projects/export/render-metadata.ts';
import { PROJECT_EXTENSION } from '../projects/file-names.ts';
import { ProjectFile } from '../projects/project-file.ts';

const PICTURE_ENDINGS = new Set(['.png', '.jpg', '.jpeg', '.webp']);
/** Largest file that is looked at. */
const MAX_FILE_BYTES = 208 * 2 ** 20;

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
  const { background, inpainted, concepts, prompt, inpaintPrompt } = request.scene;
  const names = new Map(requestPictures(request).map((picture) => [picture.asset, describe(picture)]));
  const assets = await findAssets(dirname(path), names);
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
      version: 1,
      prompt,
      inpaintPrompt,
      background,
      ...(inpainted !== null && { inpainted }),
      concepts: concepts.map(({ subject, ...concept }) => ({
        ...concept,
        ...(subject !== null && { subject }),
      })),
      parameters: request.parameters,
    },
    assetIds: new Map([...names.keys()].map((id) => [id, id])),
    assets,
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
    return await readFile(path);
  } catch (cause) {
    throw new StudioError('SCENE_MISSING', `${path} is not there or cannot be read.`, { cause });
  }
}

async function findAssets(
  folder: string,
  wanted: ReadonlyMap<AssetId, string>,
): Promise<ReadonlyMap<AssetId, AssetFile>> {
  const found = new Map<AssetId, AssetFile>();
  const files = await filesIn(folder);
  for (const path of files.filter((file) => extname(file).toLowerCase() === PROJECT_EXTENSION)) {
    if (found.size === wanted.size) break;
    readFromProject(path, wanted, found);
  }
  for (const path of files.filter((file) => PICTURE_ENDINGS.has(extname(file).toLowerCase()))) {
    if (found.size === wanted.size) break;
    if ((await stat(path)).size > MAX_FILE_BYTES) continue;
    const bytes = await readFile(path);
    const id = assetIdOf(bytes);
    if (wanted.has(id)) found.set(id, { name: path, bytes });
  }
  return found;
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
    const inner = await readdir(join(folder, entry.name), { withFileTypes: true });
    below.push(...inner.filter((found) => found.isFile()).map(({ name }) => join(folder, entry.name, name)));
  }
  return [...here, ...below];
}
