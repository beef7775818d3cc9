/** The projects open in this host, each with an id, and the events about them. */

import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../../contract/errors.ts';
import { notice } from '../../contract/notices.ts';
import type { HistoryEntry, ProjectId, ProjectState } from '../../contract/project-state.ts';
import type { AssetId } from '../../contract/render-request.ts';
import type { SceneDocument } from '../../contract/scene-document.ts';
import { PROJECT_EXTENSION } from '../../projects/file-names.ts';
import { ProjectFile } from '../../projects/project-file.ts';
import type { RecentProjects } from '../../projects/recent-projects.ts';
import type { CopyOptions } from '../../projects/save-copy.ts';
import { cutText, MAX_TEXT_LENGTH } from '../../projects/shown-values.ts';
import { asStudioError } from '../studio-error.ts';
import type { StudioEvents } from '../studio-events.ts';
import { checkedPath, freePlace } from './file-names.ts';

interface OpenProject {
  readonly projectId: ProjectId;
  readonly file: ProjectFile;
  revision: number;
  /** It is being saved under another path, where it will continue. */
  isMoving: boolean;
}

const COPY_ENDING = ' copy';

/** Where a new file goes, and its title: numbered like the file, so that the list of projects tells them apart. */
interface NewPlace {
  readonly path: string;
  readonly title: string;
}

export interface CreateProject {
  readonly name: string;
  readonly path?: string | undefined;
  readonly overwrite?: boolean;
  readonly document: SceneDocument;
}

export class OpenProjects {
  readonly #folder: { readonly path: string };
  readonly #events: StudioEvents;
  readonly #recent: RecentProjects;
  readonly #open = new Map<ProjectId, OpenProject>();
  /** Called before a project is closed, to stop all work on it. */
  onClosing: (projectId: ProjectId) => Promise<void> = async () => undefined;

  /** @param folder for new projects; its path is read each time */
  constructor(folder: { readonly path: string }, events: StudioEvents, recent: RecentProjects) {
    this.#folder = folder;
    this.#events = events;
    this.#recent = recent;
  }

  /** @throws StudioError PROJECT_EXISTS, PROJECT_UNWRITABLE, DISK_FULL, PARAMETER_INVALID */
  async create({ name, path, overwrite = false, document }: CreateProject): Promise<ProjectState> {
    const place =
      path === undefined
        ? await this.#freePlace(name)
        : { path: checkedPath(path, [PROJECT_EXTENSION]), title: name };
    return this.#add(ProjectFile.create(place.path, { title: place.title, overwrite, document }));
  }

  /**
   * Opens a project, or returns it if it is open here already.
   *
   * @throws StudioError PROJECT_MISSING, PROJECT_INVALID, PROJECT_NEWER, PROJECT_BUSY, PROJECT_UNWRITABLE, DISK_FULL
   */
  open(path: string, readOnly: boolean): ProjectState {
    const place = checkedPath(path, [PROJECT_EXTENSION]);
    const open = this.findByPath(place);
    const known = open && this.#get(open.projectId);
    if (known !== undefined && (readOnly || !known.file.isReadOnly)) return this.#stateOf(known);
    const state = this.#add(ProjectFile.open(place, { readOnly }));
    if (this.file(state.projectId).wasRecovered) {
      this.#events.emit('notice', {
        level: 'info',
        notice: notice('PROJECT_RECOVERED', { name: state.name }),
      });
    }
    return state;
  }

  /** The project file. @throws StudioError PROJECT_UNKNOWN */
  file(projectId: ProjectId): ProjectFile {
    return this.#get(projectId).file;
  }

  /** @throws StudioError PROJECT_UNKNOWN */
  state(projectId: ProjectId): ProjectState {
    return this.#stateOf(this.#get(projectId));
  }

  /** Every open project; one whose disk fails right now is logged and left out. */
  list(): ProjectState[] {
    return [...this.#open.values()].flatMap((project) => {
      try {
        return [this.#stateOf(project)];
      } catch (error) {
        const failure = asStudioError(error);
        if (failure.code === 'INTERNAL') throw error;
        this.#events.emit('notice', { level: 'error', notice: notice('FAILED', { failure }) });
        return [];
      }
    });
  }

  /**
   * Changes a project's document or its position in the history, and emits the change.
   *
   * @param baseRevision the revision that was edited, if it matters
   * @throws StudioError PROJECT_UNKNOWN, PROJECT_CONFLICT, and what the change throws
   */
  change(projectId: ProjectId, change: (file: ProjectFile) => unknown, baseRevision?: number): ProjectState {
    const project = this.#get(projectId);
    if (baseRevision !== undefined && baseRevision !== project.revision) {
      throw new StudioError(
        'PROJECT_CONFLICT',
        'The project was changed in another window meanwhile. Check that change, then repeat yours.',
      );
    }
    change(project.file);
    project.revision++;
    return this.#emitState(project);
  }

  /** A page of the history, newest first. */
  historyPage(
    projectId: ProjectId,
    limit: number,
    before?: number,
  ): { entries: HistoryEntry[]; hasMore: boolean } {
    const { file } = this.#get(projectId);
    const end = Math.min(before ?? Number.POSITIVE_INFINITY, file.history().length);
    const start = Math.max(0, end - limit);
    const entries = file.historyEntries(start, end - start).map(({ position, label, committedAtMs }) => ({
      position,
      label,
      time: new Date(committedAtMs).toISOString(),
    }));
    return { entries: entries.toReversed(), hasMore: start > 0 };
  }

  /** @throws StudioError PROJECT_UNKNOWN, PROJECT_READ_ONLY, ... */
  rename(projectId: ProjectId, name: string): ProjectState {
    const project = this.#get(projectId);
    project.file.rename(name);
    return this.#emitState(project);
  }

  /**
   * Writes a project to another path and continues there; changes made meanwhile are in both files.
   *
   * @param path by default under the project's title in the same folder or, if that is gone, in the folder for
   * projects
   * @throws StudioError PROJECT_UNKNOWN, PROJECT_EXISTS, PROJECT_BUSY, PROJECT_UNWRITABLE, DISK_FULL,
   *   PARAMETER_INVALID, CANCELLED; the project then stays unchanged
   */
  async saveAs(projectId: ProjectId, path: string | undefined, options: CopyOptions): Promise<ProjectState> {
    const project = this.#get(projectId);
    if (project.isMoving) {
      throw new StudioError(
        'PROJECT_BUSY',
        'The project is already being saved under another name. Wait until it is done.',
      );
    }
    project.isMoving = true;
    try {
      const place = await this.#placeBeside(project.file, project.file.title(), path);
      await project.file.saveAs(place.path, options);
    } finally {
      project.isMoving = false;
    }
    project.revision++;
    this.#remember(project.file);
    return this.#emitState(project);
  }

  /** Writes a copy and opens it too. @throws as {@link saveAs}; no copy is left then */
  async duplicate(
    projectId: ProjectId,
    path: string | undefined,
    options: CopyOptions,
  ): Promise<ProjectState> {
    const { file } = this.#get(projectId);
    const title = `${cutText(file.title(), MAX_TEXT_LENGTH - COPY_ENDING.length)}${COPY_ENDING}`;
    const place = await this.#placeBeside(file, title, path);
    return this.#add(await file.openCopy(place.path, { ...options, title: place.title }));
  }

  /** The open project of a path, if it is open here. */
  findByPath(path: string): { readonly projectId: ProjectId; readonly file: ProjectFile } | undefined {
    const place = realPath(path);
    return [...this.#open.values()].find(({ file }) => file.path === place);
  }

  /** Closes a project; its file is complete afterwards. @throws StudioError PROJECT_UNKNOWN */
  async close(projectId: ProjectId): Promise<void> {
    const project = this.#get(projectId);
    await this.onClosing(projectId);
    // Removed first, so that a second call finds nothing to close.
    if (!this.#open.delete(projectId)) return;
    try {
      project.file.close();
    } finally {
      this.#events.emit('project.closed', { projectId });
    }
  }

  /**
   * Closes every project, even after one that cannot be closed.
   *
   * @throws StudioError naming all that could not be closed; nothing that was saved is lost
   */
  async closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const projectId of [...this.#open.keys()]) {
      try {
        await this.close(projectId);
      } catch (error) {
        errors.push(error);
      }
    }
    const [first, ...others] = errors;
    if (others.length === 0) {
      if (first !== undefined) throw first;
      return;
    }
    throw new StudioError(
      asStudioError(first).code,
      errors.map((error) => asStudioError(error).message).join('\n'),
      { cause: new AggregateError(errors) },
    );
  }

  /**
   * A picture of any open project that has it intact.
   *
   * @throws StudioError ASSET_INVALID when it is damaged in every project that has it
   */
  findAsset(asset: AssetId): ReturnType<ProjectFile['readAsset']> | undefined {
    let damage: unknown;
    for (const { file } of this.#open.values()) {
      try {
        if (file.hasAsset(asset)) return file.readAsset(asset);
      } catch (error) {
        if (!(error instanceof StudioError)) throw error;
        damage ??= error;
      }
    }
    if (damage !== undefined) throw damage;
    return undefined;
  }

  /** Makes a new project whose history begins with a document. */
  async createWith(
    name: string,
    fill: (file: ProjectFile) => { readonly document: SceneDocument; readonly label: string },
  ): Promise<ProjectState> {
    const { path, title } = await this.#freePlace(name);
    const file = ProjectFile.create(path, { title });
    try {
      file.atomically(() => {
        const { document, label } = fill(file);
        // Its pictures are in the file only now. Undo does not go back to the empty scene before.
        file.commit(document, label, true);
      });
    } catch (error) {
      file.close();
      // It was just created and is empty.
      rmSync(file.path, { force: true });
      throw error;
    }
    return this.#add(file);
  }

  async #placeBeside(file: ProjectFile, title: string, path?: string): Promise<NewPlace> {
    if (path !== undefined) return { path: checkedPath(path, [PROJECT_EXTENSION]), title };
    const folder = dirname(file.path);
    return existsSync(folder) ? placeIn(folder, title) : this.#freePlace(title);
  }

  async #freePlace(title: string): Promise<NewPlace> {
    const { path } = this.#folder;
    await mkdir(path, { recursive: true }).catch((cause: unknown) => {
      throw new StudioError('PROJECT_UNWRITABLE', `The folder for projects, ${path}, cannot be created.`, {
        cause,
      });
    });
    return placeIn(path, title);
  }

  /** Adds an opened file to the open projects, once everything that a window shows has been read. */
  #add(file: ProjectFile): ProjectState {
    const project: OpenProject = { projectId: randomUUID(), file, revision: 0, isMoving: false };
    try {
      this.#stateOf(project);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#open.set(project.projectId, project);
    this.#remember(file);
    return this.#emitState(project);
  }

  #remember({ path }: ProjectFile): void {
    try {
      this.#recent.remember(path, Date.now());
    } catch (error) {
      // The project is open; a list of recent projects that cannot be written is only worth a notice.
      this.#events.emit('notice', {
        level: 'warning',
        notice: notice('RECENT_PROJECTS_UNWRITABLE', { failure: asStudioError(error) }),
      });
    }
  }

  #get(projectId: ProjectId): OpenProject {
    const project = this.#open.get(projectId);
    if (project === undefined) throw new StudioError('PROJECT_UNKNOWN', 'This project is no longer open.');
    return project;
  }

  #emitState(project: OpenProject): ProjectState {
    const state = this.#stateOf(project);
    this.#events.emit('project.changed', state);
    return state;
  }

  #stateOf({ projectId, file, revision }: OpenProject): ProjectState {
    const { cursor, length, undoLabel, redoLabel } = file.history();
    return {
      projectId,
      name: file.title(),
      path: file.path,
      isReadOnly: file.isReadOnly,
      document: file.document(),
      revision,
      history: { position: cursor, length, undoLabel, redoLabel },
    };
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Opening it reports the problem.
    return path;
  }
}

function placeIn(folder: string, title: string): NewPlace {
  const { path, ending } = freePlace(folder, title, PROJECT_EXTENSION);
  // The longest titles are told apart by their files alone.
  const hasRoom = title.length + ending.length <= MAX_TEXT_LENGTH;
  return { path, title: hasRoom ? `${title}${ending}` : title };
}
