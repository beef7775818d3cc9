/** Handlers of the commands on projects. */

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { projectCommands, RecentProject } from '../../contract/commands/project-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import { StudioError } from '../../contract/errors.ts';
import { notice } from '../../contract/notices.ts';
import type { ProjectId, ProjectState } from '../../contract/project-state.ts';
import { emptySceneDocument } from '../../contract/scene-document.ts';
import { ifPresent } from '../../foundation/files/file-errors.ts';
import { PROJECT_EXTENSION } from '../../projects/file-names.ts';
import type { CopyOptions } from '../../projects/save-copy.ts';
import { textsOfUpload } from '../assets/texts-of-upload.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { JobControls } from '../jobs/job-runner.ts';
import { previewOf, samplePictures, sceneOfSample, trashProject } from '../projects/project-cards.ts';
import { sceneOfPicture } from '../projects/restore-picture.ts';
import { readSampleScene } from '../projects/sample-project.ts';
import type { Services } from '../services.ts';
import { asStudioError } from '../studio-error.ts';

export function projectHandlers({
  host,
  jobs,
  projects,
  projectsFolder,
  recent,
  renders,
  packs,
  pictures: codec,
  settings,
  transient,
  events,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof projectCommands> {
  const startingParameters = () => packs.startingParameters(settings.current.pack);
  const warn = (error: unknown) =>
    events.emit('notice', { level: 'warning', notice: notice('FAILED', { failure: asStudioError(error) }) });
  /** Large projects take a while: a copy is a job. */
  const copying = (projectId: ProjectId, copy: (options: CopyOptions) => Promise<ProjectState>) =>
    jobs.run(
      'copyProject',
      { projectId },
      ({ signal, onProgress }) => copy({ signal, onProgress: copyProgress(onProgress) }),
      ({ path }) => ({ kind: 'projectCopied', path }),
    );
  return {
    'project.create': async (input) => {
      // A project can be created without its pack, with the paper's parameters: the editor needs a project.
      await packs.assertUsable(settings.current.pack, 'PACK_UNKNOWN').catch((error: unknown) => {
        if (!(error instanceof StudioError)) throw error;
        warn(error);
      });
      return projects.create({
        ...input,
        document: emptySceneDocument((await startingParameters()).parameters),
      });
    },
    'project.open': async ({ path, readOnly }) => {
      const state = await projects.open(path, readOnly);
      // Renders of a host that was killed; a farm that cannot be reached must not keep the project shut.
      renders.resume(state.projectId).catch((error: unknown) => {
        // It was closed meanwhile: they are resumed when it is opened again.
        if (asStudioError(error).code !== 'PROJECT_UNKNOWN') warn(error);
      });
      return state;
    },
    'project.openSample': async ({ sample: which, names }) => {
      await packs.assertUsable(settings.current.pack, 'PACK_UNKNOWN');
      const scenePath = sceneOfSample(await packs.folderOf(settings.current.pack), which);
      const sample = await readSampleScene(scenePath, names, await startingParameters(), codec);
      return projects.createWith(sample.name, (file) => ({
        document: sample.toDocument((bytes) => file.putAsset(bytes)),
        label: 'Sample scene',
      }));
    },
    'project.samples': async () => {
      const found = await samplePictures(await packs.folderOf(settings.current.pack), codec);
      const put = (webp: Uint8Array) => transient.put(webp, 'image/webp');
      return found.map(({ sample, before, after }) => ({
        sample,
        before: put(before),
        after: after && put(after),
      }));
    },
    'project.preview': async ({ path }) => {
      const { picture, ...preview } = await previewOf(projects, path, codec);
      return { ...preview, picture: picture && transient.put(picture.bytes, picture.mediaType) };
    },
    'project.trash': async ({ path }) => {
      const moved = await trashProject(projects, path, host.dialogs);
      recent.forget(path);
      return { path: moved };
    },
    'project.state': ({ projectId }) => projects.state(projectId),
    'project.listOpen': () => projects.list(),
    'project.close': async ({ projectId }) => {
      await projects.close(projectId);
      return null;
    },
    'project.saveAs': ({ projectId, path, overwrite }) =>
      copying(projectId, async (options) => {
        const { path: before } = projects.file(projectId);
        const state = await projects.saveAs(projectId, path, { ...options, overwrite });
        // The project is saved; its renders on farms arrive as long as this host runs.
        await renders.follow(before, state.path).catch(warn);
        return state;
      }),
    'project.duplicate': ({ projectId, path }) =>
      copying(projectId, (options) => projects.duplicate(projectId, path, options)),
    'project.rename': ({ projectId, name }) => projects.rename(projectId, name),
    'project.recent': async () => {
      const known = await Promise.all(
        recent.list().map(async ({ path, openedAtMs }) => ({
          path,
          name: nameOfFile(path),
          openedAt: new Date(openedAtMs).toISOString(),
          isThere: (await stat(path).catch(() => undefined))?.isFile() ?? false,
        })),
      );
      const others = await projectFiles(projectsFolder.path);
      return [...known, ...others.filter(({ path }) => !known.some((project) => project.path === path))];
    },
    'project.forgetRecent': ({ path }) => {
      recent.forget(path);
      return null;
    },
    'project.commit': ({ projectId, document, label, baseRevision }) =>
      projects.change(projectId, (file) => file.commit(document, label), baseRevision),
    'project.undo': ({ projectId }) => projects.change(projectId, (file) => file.undo()),
    'project.redo': ({ projectId }) => projects.change(projectId, (file) => file.redo()),
    'project.goTo': ({ projectId, position }) => projects.change(projectId, (file) => file.goTo(position)),
    'project.history': ({ projectId, before, limit }) => projects.historyPage(projectId, limit, before),
    'project.restoreRender': ({ projectId, renderId }) => {
      const document = renders.document(projectId, renderId);
      return projects.change(projectId, (file) => file.commit(document, 'Restore the scene of a render'));
    },
    'project.restorePicture': async ({ projectId, upload, name }) => {
      const png = await textsOfUpload(transient.requireUpload(upload));
      const { document, bytes, pictures, pack } = await sceneOfPicture(
        { projects, transient, recent, pictures: codec },
        projectId,
        png,
        name,
      );
      const project = projects.change(projectId, (file) =>
        file.atomically(() => {
          for (const picture of bytes) file.putAsset(picture);
          file.commit(document, 'Restore the scene of a picture');
        }),
      );
      return { project, pictures, pack };
    },
  };
}

/** Reports a copy's progress in steps of 1 %. */
function copyProgress(onProgress: JobControls['onProgress']): NonNullable<CopyOptions['onProgress']> {
  let told = 0;
  return (bytes, totalBytes) => {
    const hundredths = Math.floor((100 * bytes) / totalBytes);
    if (hundredths === told) return;
    told = hundredths;
    onProgress({
      stage: 'copy',
      step: bytes,
      total: totalBytes,
      timeLeftMs: null,
      unit: 'bytes',
      detail: null,
    });
  };
}

/** The project files of a folder, by name. */
async function projectFiles(folder: string): Promise<RecentProject[]> {
  const names = (await ifPresent(readdir(folder))) ?? [];
  return names
    .filter((name) => name.endsWith(PROJECT_EXTENSION))
    .toSorted()
    .map((name) => ({
      path: join(folder, name),
      name: nameOfFile(name),
      openedAt: null,
      isThere: true,
    }));
}

function nameOfFile(path: string): string {
  return basename(path, PROJECT_EXTENSION);
}
