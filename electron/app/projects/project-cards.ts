/** What the start screen shows and does with projects that are not open, and the bundled samples. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProjectPreview, Sample } from '../../contract/commands/project-commands.ts';
import { StudioError } from '../../contract/errors.ts';
import type { PictureCodec } from '../../foundation/pictures/picture-codec.ts';
import { PROJECT_EXTENSION } from '../../projects/file-names.ts';
import { hasLog, letGo } from '../../projects/leftovers.ts';
import { ProjectFile } from '../../projects/project-file.ts';
import { ProjectLock } from '../../projects/project-lock.ts';
import { loadScene } from '../scenes/scene-folder.ts';
import type { HostDialogs } from '../services.ts';
import { checkedPath, freePath } from './file-names.ts';
import type { OpenProjects } from './open-projects.ts';

/** Scenes of a pack by what they show. */
export const SAMPLE_SCENES: Readonly<Record<Sample, string>> = {
  replace: 'two-concepts',
  place: 'photograph',
};

/** A sample's render in its folder, which test/electron/inference/make-starter-references.ts makes. */
export const RENDER_OF_SAMPLE = 'result.webp';

/** Where the browser host puts deleted projects, which has no system trash. */
const TRASH_FOLDER = 'Trash';

/** Path of a sample's scene file in a pack. */
export function sceneOfSample(packFolder: string, sample: Sample): string {
  return join(packFolder, 'scenes', SAMPLE_SCENES[sample], 'scene.json');
}

/** A sample's pictures as WebP: its background, and its render by the pack. */
interface SamplePictures {
  readonly sample: Sample;
  readonly before: Uint8Array;
  /** null for a pack without one. */
  readonly after: Uint8Array | null;
}

/**
 * Pictures of the samples that a pack has.
 *
 * @throws StudioError SCENE_INVALID, ASSET_INVALID
 */
export async function samplePictures(
  packFolder: string,
  codec: Pick<PictureCodec, 'thumbnail'>,
): Promise<SamplePictures[]> {
  const samples = (Object.keys(SAMPLE_SCENES) as Sample[]).filter((sample) =>
    existsSync(sceneOfSample(packFolder, sample)),
  );
  return Promise.all(
    samples.map(async (sample) => {
      const path = sceneOfSample(packFolder, sample);
      const { file } = await loadScene(path);
      const thumbnail = async (name: string) =>
        codec.thumbnail(await readFile(join(dirname(path), name)), name, 'webp');
      const after = existsSync(join(dirname(path), RENDER_OF_SAMPLE))
        ? await thumbnail(RENDER_OF_SAMPLE)
        : null;
      return { sample, before: await thumbnail(file.background), after };
    }),
  );
}

/**
 * Reads a project's title and a picture of it.
 *
 * @throws StudioError as opening it does
 */
export async function previewOf(
  projects: OpenProjects,
  path: string,
  codec: Pick<PictureCodec, 'thumbnail'>,
): Promise<
  Omit<ProjectPreview, 'picture'> & {
    readonly picture: { readonly bytes: Uint8Array; readonly mediaType: string } | null;
  }
> {
  const place = checkedPath(path, [PROJECT_EXTENSION]);
  const open = projects.findByPath(place)?.file;
  const file = open ?? ProjectFile.open(place, { readOnly: true });
  try {
    const name = file.title();
    const renders = file.renderCount();
    const { background } = file.document();
    const thumbnail = file.renders({ limit: 1 })[0]?.thumbnail ?? null;
    const picture = thumbnail ?? background;
    const asset = picture === null ? null : file.readAsset(picture);
    if (asset === null || thumbnail !== null) return { name, renders, picture: asset };
    const webp = await codec.thumbnail(asset.bytes, 'The background', 'webp');
    return { name, renders, picture: { bytes: webp, mediaType: 'image/webp' } };
  } finally {
    if (open === undefined) file.close();
  }
}

/**
 * Closes a project and moves its file out of the way.
 *
 * @returns where it is now; null in the system's trash
 * @throws StudioError PROJECT_MISSING, PROJECT_BUSY when another program has it open, PROJECT_UNWRITABLE
 */
export async function trashProject(
  projects: OpenProjects,
  path: string,
  dialogs: Pick<HostDialogs, 'trash'> | null,
): Promise<string | null> {
  const place = checkedPath(path, [PROJECT_EXTENSION]);
  if (!existsSync(place)) throw new StudioError('PROJECT_MISSING', `${place} no longer exists.`);
  // It may be open read-only and, opened later, to be changed.
  for (let open = projects.findByPath(place); open; open = projects.findByPath(place)) {
    await projects.close(open.projectId);
  }
  mergeLog(place);
  // Nobody else may be writing it.
  const lock = ProjectLock.acquire(place);
  try {
    if (dialogs !== null) {
      await dialogs.trash(place);
      return null;
    }
    const folder = join(dirname(place), TRASH_FOLDER);
    await mkdir(folder, { recursive: true });
    const target = freePath(folder, basename(place, PROJECT_EXTENSION), PROJECT_EXTENSION);
    await rename(place, target);
    return target;
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError('PROJECT_UNWRITABLE', `${place} cannot be moved to the trash.`, { cause });
  } finally {
    // With a log that could not be merged, its file says whose log that is.
    letGo(lock, place);
  }
}

/**
 * Merges the log that a crash left next to a project: only the file itself is moved, and another project that comes to
 * this place must not get the log.
 *
 * @throws StudioError PROJECT_BUSY
 */
function mergeLog(path: string): void {
  if (!hasLog(path)) return;
  try {
    ProjectFile.open(path).close();
  } catch (error) {
    // One that is damaged, or on a full disk, can be moved nevertheless.
    if (!(error instanceof StudioError) || error.code === 'PROJECT_BUSY') throw error;
  }
}
