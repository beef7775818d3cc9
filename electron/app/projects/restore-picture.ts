/** Restores the scene of a picture that this program exported. */
import { randomUUID } from 'node:crypto';
import type { RestoredPicture } from '../../contract/commands/project-commands.ts';
import { StudioError } from '../../contract/errors.ts';
import type { ProjectId } from '../../contract/project-state.ts';
import type { AssetId, RenderRequest } from '../../contract/render-request.ts';
import { requestDocument, requestPictures } from '../../contract/request-document.ts';
import { type SceneDocument, sceneDocumentSchema } from '../../contract/scene-document.ts';
import { validate } from '../../foundation/validate.ts';
import { readRenderRequest } from '../../projects/export/render-metadata.ts';
import { ProjectFile } from '../../projects/project-file.ts';
import type { Services } from '../services.ts';

/** How many recent projects to search for a picture. */
const MAX_LOOKED_INTO = 10;

/** A scene that can be committed. */
export interface PictureScene {
  readonly document: SceneDocument;
  /** The pictures that the project does not have yet. */
  readonly bytes: readonly Uint8Array[];
  readonly pictures: RestoredPicture[];
  readonly pack: RenderRequest['pack'];
}

/**
 * Reads the request from an uploaded PNG and finds its pictures by content: in the project itself, among recent
 * uploads, in the other open projects, and in the recent ones.
 *
 * @param png the uploaded file
 * @param name names it in messages
 * @throws StudioError SCENE_INVALID when it has no request, or its scene is not valid in a project; ASSET_INVALID
 * when its request is damaged; PROJECT_UNKNOWN
 */
export async function sceneOfPicture(
  { projects, transient, recent, pictures }: Pick<Services, 'projects' | 'transient' | 'recent' | 'pictures'>,
  projectId: ProjectId,
  png: Uint8Array,
  name: string,
): Promise<PictureScene> {
  const request = readRenderRequest(png, name);
  if (request === undefined) {
    throw new StudioError(
      'SCENE_INVALID',
      `${name} does not contain how it was made: it was not made by this program, or its metadata was removed.`,
    );
  }
  const file = projects.file(projectId);
  const named = requestPictures(request);
  const wanted = new Set(named.map(({ asset }) => asset).filter((asset) => !file.hasAsset(asset)));
  const found = new Map<AssetId, Uint8Array>();
  for (const asset of wanted) {
    const bytes = transient.get(asset)?.bytes ?? wholeOrNone(() => projects.findAsset(asset)?.bytes);
    if (bytes !== undefined && (await isPicture(bytes, pictures))) found.set(asset, bytes);
  }
  for (const { path } of recent.list().slice(0, MAX_LOOKED_INTO)) {
    if (found.size === wanted.size) break;
    readFromProject(path, wanted, found);
  }
  const has = (asset: AssetId) => !wanted.has(asset) || found.has(asset);
  const document = validate(
    sceneDocumentSchema,
    requestDocument(request, file.document(), { has, newId: randomUUID }),
    'SCENE_INVALID',
    `The scene in ${name} is not valid in a project`,
  );
  return {
    document,
    bytes: [...found.values()],
    pictures: named.map(({ part, concept, asset }) => ({ part, concept, isFound: has(asset) })),
    pack: request.pack,
  };
}

/** The request may name any upload, picture or not. */
async function isPicture(bytes: Uint8Array, pictures: Services['pictures']): Promise<boolean> {
  try {
    await pictures.header(bytes, 'The picture');
    return true;
  } catch (error) {
    if (error instanceof StudioError && error.code === 'ASSET_INVALID') return false;
    throw error;
  }
}

/** Treat a damaged picture as missing: another source may have it intact. */
function wholeOrNone<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StudioError && error.code === 'ASSET_INVALID') return undefined;
    throw error;
  }
}

function readFromProject(path: string, wanted: ReadonlySet<AssetId>, found: Map<AssetId, Uint8Array>): void {
  let project: ProjectFile | undefined;
  try {
    project = ProjectFile.open(path, { readOnly: true });
    for (const asset of wanted) {
      if (found.has(asset) || !project.hasAsset(asset)) continue;
      const file = project;
      const bytes = wholeOrNone(() => file.readAsset(asset).bytes);
      if (bytes !== undefined) found.set(asset, bytes);
    }
  } catch (error) {
    // Skip a project that is gone or damaged; pictures still missing at the end are reported one by one.
    if (!(error instanceof StudioError)) throw error;
  } finally {
    project?.close();
  }
}
