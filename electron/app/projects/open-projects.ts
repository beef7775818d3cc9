/** The projects open in this host, each with an id, and the events about them. */

import { randomUUID } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { cutText } from '../../contract/cut-text.ts';
import { StudioError } from '../../contract/errors.ts';
import { notice } from '../../contract/notices.ts';
import type { HistoryEntry, ProjectId, ProjectState } from '../../contract/project-state.ts';
import type { AssetId } from '../../contract/render-request.ts';
import type { SceneDocument } from '../../contract/scene-document.ts';
import { PROJECT_EXTENSION } from '../../projects/file-names.ts';
import { ProjectFile } from '../../projects/project-file.ts';
import type { RecentProjects } from '../../projects/recent-projects.ts';
import type { CopyOptions } from '../../projects/save-copy.ts';
import { MAX_TEXT_LENGTH } from '../../projects/shown-values.ts';
import { asStudioError } from '../studio-error.ts';
import type { StudioEvents } from '../studio-events.ts';
import { checkedPath } from './file-names.ts';
import { chosenPlace, type NewPlace, NewPlaces } from './new-places.ts';

interface OpenProject {
  readonly projectId: ProjectId;
  readonly file: ProjectFile;
  revision: number;
  /** It is being saved under another path, where it will continue. */
  isMoving: boolean;
  /** Settles when it has been closed; undefined while nobody closes it. */
  closing: Promise<void> | undefined;
}

const COPY_ENDING = ' copy';

export interface CreateProject {
  readonly name: string;
  readonly path?: string | undefined;
  readonly overwrite?: boolean;
  readonly document: SceneDocument;
}

export class OpenProjects {
  readonly #events: StudioEvents;
  readonly #recent: RecentProjects;
  readonly #open = new Map<ProjectId, OpenProject>();
  readonly #places: NewPlaces;
  /** Called before a project is closed, to stop all work on it. */
  onClosing: (projectId: ProjectId) => Promise<void> = async () => undefined;

  /** @param folder for new projects; its path is read each time */
  constructor(folder: { readonly path: string }, events: StudioEvents, recent: RecentProjects) {
    this.#places = new NewPlaces(folder);
    this.#events = events;
    this.#recent = recent;
  }

  /** @throws StudioError PROJECT_EXISTS, PROJECT_UNWRITABLE, DISK_FULL, PARAMETER_INVALID */
  async create({ name, path, overwrite = false, document }: CreateProject): Promise<ProjectState> {
    const place = path === undefined ? await this.#places.free(name) : chosenPlace(path, name);
    try {
      return this.#add(ProjectFile.create(place.path, { title: place.title, overwrite, document }));
    } finally {
      place.release();
    }
  }

  /**
   * Opens a project, or returns it if it is open here already. One that is being closed is opened again afterwards.
   *
   * @throws StudioError PROJECT_MISSING, PROJECT_INVALID, PROJECT_NEWER, PROJECT_BUSY, PROJECT_UNWRITABLE, DISK_FULL
   */
  async open(path: string, readOnly: boolean): Promise<ProjectState> {
    const place = checkedPath(path, [PROJECT_EXTENSION]);
    let known = this.findByPath(place);
    while (known?.closing !== undefined) {
      await known.closing.catch(() => undefined);
      known = this.findByPath(place);
    }
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
    let place: NewPlace | undefined;
    try {
      place = await this.#places.beside(project.file.path, project.file.title(), path);
      await project.file.saveAs(place.path, options);
    } finally {
      place?.release();
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
    const place = await this.#places.beside(file.path, title, path);
    try {
      return this.#add(await file.openCopy(place.path, { ...options, title: place.title }));
    } finally {
      place.release();
    }
  }

  /** The open project of a path, if it is open here: the one that can be changed rather than one open read-only. */
  findByPath(
    path: string,
  ): Pick<Readonly<OpenProject>, 'projectId' | 'file' | 'revision' | 'closing'> | undefined {
    const place = realPath(path);
    const found = [...this.#open.values()].filter(({ file }) => file.path === place);
    return found.find(({ file }) => !file.isReadOnly) ?? found[0];
  }

  /** Closes a project; its file is complete afterwards. @throws StudioError PROJECT_UNKNOWN */
  async close(projectId: ProjectId): Promise<void> {
    const project = this.#get(projectId);
    project.closing ??= this.#close(project);
    await project.closing;
  }

  async #close(project: OpenProject): Promise<void> {
    const { projectId, file } = project;
    try {
      await this.onClosing(projectId);
    } catch (error) {
      project.closing = undefined;
      throw error;
    }
    this.#open.delete(projectId);
    try {
      file.close();
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
    const { path, title, release } = await this.#places.free(name);
    let file: ProjectFile;
    try {
      file = ProjectFile.create(path, { title });
    } finally {
      release();
    }
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

  /** Adds an opened file to the open projects, once everything that a window shows has been read. */
  #add(file: ProjectFile): ProjectState {
    const project: OpenProject = {
      projectId: randomUUID(),
      file,
      revision: 0,
      isMoving: false,
      closing: undefined,
    };
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

  #stateOf({
    projectId,
    file,
    revision,
  }: Pick<OpenProject, 'projectId' | 'file' | 'revision'>): ProjectState {
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
