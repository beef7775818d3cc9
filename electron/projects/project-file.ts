/**
 * A project: one `*.pnpmix` file that holds a scene, every step of its undo history, every render and all pictures
 * (docs/project-file.md).
 *
 * Every change is synchronous, and once it returns it survives a crash or a power cut. While a project is open,
 * changes are in a log next to it (`-wal`); closing merges them into the file.
 */
import { existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { StudioError } from '../contract/errors.ts';
import type { AssetId } from '../contract/render-request.ts';
import { documentAssets, emptySceneDocument, type SceneDocument } from '../contract/scene-document.ts';
import { type Asset, AssetTable } from './asset-table.ts';
import { type CompactOptions, type CompactReport, compactProject, type ProjectTables } from './compaction.ts';
import { checkDocument, checkTitle, placeOf, titleOfFile } from './given-values.ts';
import { HistoryTable } from './history-table.ts';
import { ProjectConnection } from './project-connection.ts';
import { checkIntegrity } from './project-database.ts';
import { ProjectLock } from './project-lock.ts';
import type {
  FoundRender,
  HistoryEntry,
  HistoryState,
  NewRender,
  RenderChanges,
  RenderRecord,
  RenderSummary,
} from './project-records.ts';
import { addFolding, type RenderSearch, searchRenders } from './render-search.ts';
import { type RenderFilter, RenderTable } from './render-table.ts';
import { type CopyOptions, type PlaceOptions, placeNewDatabase } from './save-copy.ts';
import { boundedTextOr, boundedTimeMs, MAX_TEXT_LENGTH } from './shown-values.ts';
import { inProject } from './sqlite-errors.ts';

/** The time in milliseconds since 1970. */
export type Clock = () => number;

export interface OpenOptions {
  /** Take no lock and change nothing; commits of other processes are visible. */
  readonly readOnly?: boolean;
  readonly clock?: Clock;
}

export interface CreateOptions extends PlaceOptions {
  /** {@link emptySceneDocument} by default; it may not refer to pictures yet. */
  readonly document?: SceneDocument;
  /** The file's name without its extension by default. */
  readonly title?: string;
  readonly clock?: Clock;
}

export class ProjectFile {
  #connection: ProjectConnection;
  #tables: ProjectTables;
  readonly #clock: Clock;

  private constructor(connection: ProjectConnection, clock: Clock) {
    const { database } = connection;
    addFolding(database);
    this.#connection = connection;
    this.#clock = () => boundedTimeMs(clock());
    this.#tables = {
      database,
      assets: new AssetTable(database),
      history: new HistoryTable(database),
      renders: new RenderTable(database),
    };
  }

  /**
   * Makes a new project and opens it.
   *
   * @throws StudioError PROJECT_EXISTS, PROJECT_BUSY (the file to overwrite is open), PROJECT_UNWRITABLE, DISK_FULL,
   *   ASSET_MISSING (the document names a picture)
   */
  static create(path: string, options: CreateOptions = {}): ProjectFile {
    const { document = emptySceneDocument(), clock = Date.now } = options;
    const place = placeOf(path);
    const lock = inProject(place, () =>
      placeNewDatabase(place, options, (database) => {
        const checked = checkDocument(document);
        new AssetTable(database).requireAll(documentAssets(checked));
        const nowMs = boundedTimeMs(clock());
        new HistoryTable(database).begin(checked, 'New project', nowMs);
        const title = options.title === undefined ? titleOfFile(place) : checkTitle(options.title);
        database
          .prepare('INSERT INTO project (id, created_at_ms, title, cursor) VALUES (1, ?, ?, 0)')
          .run(nowMs, title);
      }),
    );
    return ProjectFile.#open(place, lock, clock);
  }

  /**
   * Opens a project; an older one is upgraded.
   *
   * @throws StudioError PROJECT_MISSING; PROJECT_INVALID (not a project, damaged, tampered with); PROJECT_NEWER;
   *   PROJECT_BUSY (open elsewhere) and PROJECT_UNWRITABLE, after which it may be opened read-only; DISK_FULL
   */
  static open(path: string, options: OpenOptions = {}): ProjectFile {
    const { readOnly = false, clock = Date.now } = options;
    const found = inProject(path, () => realpathSync(placeOf(path)));
    if (!statSync(found).isFile()) throw new StudioError('PROJECT_INVALID', `${found} is not a file.`);
    return ProjectFile.#open(found, readOnly ? undefined : ProjectLock.acquire(found), clock);
  }

  /** @param lock released when it fails; undefined opens read-only */
  static #open(path: string, lock: ProjectLock | undefined, clock: Clock): ProjectFile {
    const project = new ProjectFile(new ProjectConnection(path, lock), clock);
    try {
      project.#reading(({ database, history }) => {
        // Pictures are checked when they are read; checking them here would mean reading the whole file.
        checkIntegrity(database, ['project', 'history', 'render']);
        history.check();
        history.documentAt(history.cursor());
      });
      return project;
    } catch (error) {
      project.#connection.abandon();
      lock?.release();
      throw error;
    }
  }

  /** Absolute, links resolved. */
  get path(): string {
    return this.#connection.path;
  }

  get isReadOnly(): boolean {
    return this.#connection.isReadOnly;
  }

  /** Whether the last process that wrote the project ended without closing it. Nothing committed is lost then. */
  get wasRecovered(): boolean {
    return this.#connection.wasRecovered;
  }

  /** The document at the history's cursor. @throws StudioError PROJECT_INVALID */
  document(): SceneDocument {
    return this.#reading(({ history }) => history.documentAt(history.cursor()));
  }

  /** The project's title; the file's name if the title is empty. */
  title(): string {
    return this.#reading(({ database }) => {
      const title = database
        .prepare<[], string>(`SELECT substr(title, 1, ${MAX_TEXT_LENGTH}) FROM project`)
        .pluck()
        .get();
      return boundedTextOr(title ?? null, titleOfFile(this.path));
    });
  }

  /** Whether its file is still where it was opened; otherwise changes are refused with PROJECT_MOVED. */
  get isInPlace(): boolean {
    return this.#connection.isInPlace;
  }

  /** @throws StudioError PARAMETER_INVALID, PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL */
  rename(title: string): void {
    const checked = checkTitle(title);
    this.#writing(({ database }) => database.prepare('UPDATE project SET title = ?').run(checked));
  }

  history(): HistoryState {
    return this.#reading(({ history }) => history.state());
  }

  /** Entries of the history, oldest first: at most `limit` from position `from`. */
  historyEntries(from = 0, limit = 1000): HistoryEntry[] {
    return this.#reading(({ history }) => history.entries(from, limit));
  }

  /**
   * Commits a new state of the document after the one at the cursor; undone states are removed.
   *
   * @param label of the gesture, 1 to 200 characters
   * @param isFirst whether it replaces all other states, so that there is nothing to undo
   * @throws StudioError PARAMETER_INVALID, ASSET_MISSING (a picture that is not in the project),
   *   PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL; after any of these the project is as it was
   */
  commit(document: SceneDocument, label: string, isFirst = false): HistoryState {
    const checked = checkDocument(document);
    return this.#writing(({ assets, history }) => {
      assets.requireAll(documentAssets(checked));
      if (isFirst) history.restart(checked, label, this.#clock());
      else history.append(checked, label, this.#clock());
      return history.state();
    });
  }

  /** Moves the cursor one entry back; at the first entry nothing happens. @throws as {@link goTo} */
  undo(): HistoryState {
    return this.#moveTo(({ cursor }) => Math.max(0, cursor - 1));
  }

  /** Moves the cursor one entry on; at the last entry nothing happens. @throws as {@link goTo} */
  redo(): HistoryState {
    return this.#moveTo(({ cursor, length }) => Math.min(length - 1, cursor + 1));
  }

  /** @throws StudioError PARAMETER_INVALID, PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL */
  goTo(position: number): HistoryState {
    return this.#moveTo(() => position);
  }

  /**
   * Stores a picture: PNG, JPEG or WebP, by its first bytes. Equal pictures are stored once.
   *
   * @returns SHA-256 of the bytes
   * @throws StudioError ASSET_INVALID, PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL
   */
  putAsset(bytes: Uint8Array): AssetId {
    return this.#writing(({ assets }) => assets.put(bytes, this.#clock()));
  }

  hasAsset(id: AssetId): boolean {
    return this.#reading(({ assets }) => assets.has(id));
  }

  /** @throws StudioError ASSET_MISSING; ASSET_INVALID when the bytes do not match the id */
  readAsset(id: AssetId): Asset {
    return this.#reading(({ assets }) => assets.read(id));
  }

  /**
   * Records a finished render; its pictures must be in the project already.
   *
   * @throws StudioError ASSET_MISSING, PARAMETER_INVALID (also for an id that is taken), PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL
   */
  addRender(render: NewRender): RenderRecord {
    return this.#writing(({ assets, renders }) => {
      assets.requireAll([render.result, render.thumbnail].filter((id) => id !== null));
      return renders.add(render, this.#clock());
    });
  }

  /** @throws StudioError RENDER_UNKNOWN, PROJECT_INVALID */
  render(id: string): RenderRecord {
    return this.#reading(({ renders }) => renders.read(id));
  }

  /** A render for a list; a damaged one appears as failed. @throws StudioError RENDER_UNKNOWN */
  foundRender(id: string): FoundRender {
    return this.#reading(({ renders }) => renders.found(id));
  }

  /** Newest first; damaged ones appear as failed. */
  renders(filter?: RenderFilter): RenderSummary[] {
    return this.#reading(({ renders }) => renders.list(filter));
  }

  /** A page of the matching renders, and how many match in all; damaged ones appear as failed. */
  findRenders(search: RenderSearch): { renders: FoundRender[]; total: number } {
    return this.#reading(({ database, renders }) => {
      const { ids, total } = searchRenders(database, search);
      return { renders: ids.map((id) => renders.found(id)), total };
    });
  }

  /** How many renders a list shows on all its pages. */
  renderCount(show?: RenderFilter['show']): number {
    return this.#reading(({ renders }) => renders.count(show));
  }

  /** @throws StudioError RENDER_UNKNOWN, PARAMETER_INVALID, PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL */
  changeRender(id: string, changes: RenderChanges): RenderRecord {
    return this.#writing(({ renders }) => renders.change(id, changes));
  }

  /** Removes a render from the lists; {@link restoreRender} restores it. @throws as {@link changeRender} */
  deleteRender(id: string): void {
    this.#writing(({ renders }) => renders.setDeleted(id, this.#clock()));
  }

  /** @throws as {@link changeRender} */
  restoreRender(id: string): void {
    this.#writing(({ renders }) => renders.setDeleted(id, null));
  }

  /**
   * Runs several synchronous changes as one transaction: all of them are kept, or none.
   *
   * @throws StudioError what the changes throw
   */
  atomically<Result>(changes: () => Result): Result {
    return this.#writing(changes);
  }

  /**
   * Removes the pictures that neither the history nor a render names, and shrinks the file.
   *
   * @throws StudioError PROJECT_INVALID (a state or a render cannot be read: then nothing is removed),
   *   PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL
   */
  compact(options?: CompactOptions): CompactReport {
    this.#connection.requireWritable();
    return inProject(this.path, () => compactProject(this.#tables, options));
  }

  /**
   * Checks the whole file: its structure, every state of the history, every render, and every picture's hash.
   *
   * @throws StudioError PROJECT_INVALID or ASSET_INVALID with the first damage found
   */
  verify(): void {
    this.#reading(({ database, assets, history, renders }) => {
      checkIntegrity(database);
      for (const document of history.documents()) assets.requireAll(documentAssets(document));
      // A render's request may refer to pictures of another project; only its results must be here.
      for (const _ of renders.assets());
      for (const id of assets.ids()) assets.read(id);
    });
  }

  /**
   * Writes a copy of the project to another path, completely or not at all; this one stays open and can be changed
   * meanwhile.
   *
   * @throws StudioError PROJECT_EXISTS, PROJECT_BUSY (the file there is open), PROJECT_UNWRITABLE, DISK_FULL, CANCELLED
   */
  async saveCopy(path: string, options: CopyOptions = {}): Promise<void> {
    (await this.#connection.copyTo(placeOf(path), options)).release();
  }

  /**
   * Writes a copy of the project to another path and opens it too.
   *
   * @throws StudioError as {@link saveCopy}; no copy is left then
   */
  async openCopy(path: string, options: CopyOptions = {}): Promise<ProjectFile> {
    const place = placeOf(path);
    const isNew = !existsSync(place);
    const lock = await this.#connection.copyTo(place, options);
    try {
      return ProjectFile.#open(place, lock, this.#clock);
    } catch (error) {
      if (isNew) rmSync(place, { force: true });
      throw error;
    }
  }

  /**
   * Saves the project at another path and switches to the new file: all further reads and writes of this object use
   * it. A project whose file was moved or deleted may be saved at its old path.
   *
   * @throws StudioError as {@link saveCopy}; the project then stays on its old file
   */
  async saveAs(path: string, options: CopyOptions = {}): Promise<void> {
    const place = placeOf(path);
    if (place !== this.path || this.isInPlace) {
      this.#continueIn(await this.openCopy(path, options));
      return;
    }
    const lock = await this.#connection.copyTo(place, options, true);
    // SQLite removes the log by name when it closes, so close before the new file gets one of the same name.
    this.#connection.abandon();
    this.#continueIn(ProjectFile.#open(place, lock, this.#clock));
  }

  #continueIn(other: ProjectFile): void {
    const before = this.#connection;
    [this.#connection, this.#tables] = [other.#connection, other.#tables];
    try {
      before.close();
    } catch (error) {
      // Its disk is full or gone: everything is in the new file, and the old one keeps its log.
      if (!(error instanceof StudioError)) throw error;
    }
  }

  /**
   * Merges the log into the file and closes it; closing twice does nothing.
   *
   * @throws StudioError DISK_FULL or PROJECT_UNWRITABLE when the log could not be merged: it then stays next to the
   * file, nothing is lost, and the next opening merges it. The project is closed nevertheless.
   */
  close(): void {
    this.#connection.close();
  }

  #moveTo(position: (state: HistoryState) => number): HistoryState {
    return this.#writing(({ history }) => {
      history.moveTo(position(history.state()));
      return history.state();
    });
  }

  #reading<Result>(step: (tables: ProjectTables) => Result): Result {
    this.#connection.requireOpen();
    return inProject(this.path, () => step(this.#tables));
  }

  #writing<Result>(step: (tables: ProjectTables) => Result): Result {
    return this.#connection.write(() => step(this.#tables));
  }
}
