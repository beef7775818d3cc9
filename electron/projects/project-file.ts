/**
 * A project: one `*.pnpmix` file that holds a scene, every step of its undo history, every render and all pictures
 * (docs/project-file.md).
 *
 * Everything here is synchronous, and lasts through a crash or a power cut from the moment it returns. While a
 * project is open, changes lie in a log beside it (`-wal`); closing it folds them into the one file.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { StudioError } from '../contract/errors.ts';
import type { AssetId } from '../contract/render-request.ts';
import {
  documentAssets,
  emptySceneDocument,
  type SceneDocument,
  sceneDocumentSchema,
} from '../contract/scene-document.ts';
import { type Asset, AssetTable } from './asset-table.ts';
import { type CompactOptions, type CompactReport, compactProject, type ProjectTables } from './compaction.ts';
import { PROJECT_EXTENSION } from './file-names.ts';
import { HistoryTable } from './history-table.ts';
import { migrate } from './migrations/migrate.ts';
import { checkIntegrity, openDatabase } from './project-database.ts';
import { ProjectLock } from './project-lock.ts';
import type {
  HistoryEntry,
  HistoryState,
  NewRender,
  RenderChanges,
  RenderRecord,
  RenderSummary,
} from './project-records.ts';
import { projectTitleSchema } from './project-records.ts';
import { type RenderSearch, searchRenders } from './render-search.ts';
import { type RenderFilter, RenderTable } from './render-table.ts';
import {
  copyDatabase,
  type PlaceOptions,
  placeNewDatabase,
  removeStaleTemporaries,
  removeUnfinishedCopies,
} from './save-copy.ts';
import { inProject } from './sqlite-errors.ts';
import { fromStored } from './stored-json.ts';

/** Gives the time in milliseconds since 1970. */
export type Clock = () => number;

export interface OpenOptions {
  /** Take no lock and change nothing; what another process commits meanwhile is seen. */
  readonly readOnly?: boolean;
  readonly clock?: Clock;
}

export interface CreateOptions extends PlaceOptions {
  /** {@link emptySceneDocument} by default; it may name no pictures yet. */
  readonly document?: SceneDocument;
  /** The file's name without its ending by default. */
  readonly title?: string;
  readonly clock?: Clock;
}

export class ProjectFile {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly isReadOnly: boolean;
  /** The last process that wrote the project ended without closing it. Nothing that was committed is lost by that. */
  readonly wasRecovered: boolean;
  readonly #tables: ProjectTables;
  readonly #lock: ProjectLock | undefined;
  readonly #clock: Clock;

  private constructor(
    database: Database,
    opened: { path: string; lock: ProjectLock | undefined; wasRecovered: boolean; clock: Clock },
  ) {
    this.path = opened.path;
    this.isReadOnly = opened.lock === undefined;
    this.wasRecovered = opened.wasRecovered;
    this.#lock = opened.lock;
    this.#clock = opened.clock;
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
    inProject(place, () =>
      placeNewDatabase(place, options, (database) => {
        const checked = checkDocument(document);
        new AssetTable(database).requireAll(documentAssets(checked));
        const nowMs = clock();
        new HistoryTable(database).begin(checked, 'New project', nowMs);
        const title = checkTitle(options.title ?? basename(place, PROJECT_EXTENSION));
        database
          .prepare('INSERT INTO project (id, created_at_ms, title, cursor) VALUES (1, ?, ?, 0)')
          .run(nowMs, title);
      }),
    );
    return ProjectFile.open(place, { clock });
  }

  /**
   * Opens a project, older ones by bringing them to the present version.
   *
   * @throws StudioError PROJECT_MISSING; PROJECT_INVALID (not a project, damaged, tampered with); PROJECT_NEWER;
   *   PROJECT_BUSY (open elsewhere) and PROJECT_UNWRITABLE, after which it may be opened read-only; DISK_FULL
   */
  static open(path: string, options: OpenOptions = {}): ProjectFile {
    const { readOnly = false, clock = Date.now } = options;
    const found = inProject(path, () => realpathSync(placeOf(path)));
    if (!statSync(found).isFile()) throw new StudioError('PROJECT_INVALID', `${found} is not a file.`);
    const lock = readOnly ? undefined : ProjectLock.acquire(found);
    let database: Database | undefined;
    try {
      return inProject(found, () => {
        const wasRecovered = !readOnly && leftALog(found);
        const opened = openDatabase(found, { readOnly });
        database = opened;
        const project = new ProjectFile(opened, { path: found, lock, wasRecovered, clock });
        if (!readOnly) {
          opened.pragma('journal_mode = WAL');
          migrate(opened);
          removeStaleTemporaries(found);
          removeUnfinishedCopies(found);
        }
        // Pictures are checked whenever they are read; here that would be reading the whole file.
        checkIntegrity(opened, ['project', 'history', 'render']);
        project.#tables.history.check();
        project.document();
        return project;
      });
    } catch (error) {
      database?.close();
      lock?.release();
      throw error;
    }
  }

  /** The document at the history's cursor. @throws StudioError PROJECT_INVALID */
  document(): SceneDocument {
    return this.#reading(({ history }) => history.documentAt(history.cursor()));
  }

  /** What the project is called. */
  title(): string {
    return this.#reading(({ database }) =>
      fromStored(
        projectTitleSchema,
        database.prepare('SELECT substr(title, 1, 200) FROM project').pluck().get(),
        'The project’s title',
      ),
    );
  }

  /** @throws StudioError PARAMETER_INVALID, PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL */
  rename(title: string): void {
    const checked = checkTitle(title);
    this.#writing(({ database }) => database.prepare('UPDATE project SET title = ?').run(checked));
  }

  history(): HistoryState {
    return this.#reading(({ history }) => history.state());
  }

  /** Entries of the history, oldest first: at most `limit` from the position `from` on. */
  historyEntries(from = 0, limit = 1000): HistoryEntry[] {
    return this.#reading(({ history }) => history.entries(from, limit));
  }

  /**
   * Keeps a new state of the document behind the one at the cursor; states that were undone are cut off.
   *
   * @param label what the gesture is called, 1 to 200 characters
   * @throws StudioError PARAMETER_INVALID, ASSET_MISSING (a picture that was not put into the project before),
   *   PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL; after any of these the project is as it was
   */
  commit(document: SceneDocument, label: string): HistoryState {
    const checked = checkDocument(document);
    return this.#writing(({ assets, history }) => {
      assets.requireAll(documentAssets(checked));
      history.append(checked, label, this.#clock());
      return history.state();
    });
  }

  /** Moves the cursor one entry back; at the first entry nothing happens. @throws as {@link goTo} */
  undo(): HistoryState {
    return this.#writing(({ history }) => {
      history.moveTo(Math.max(0, history.cursor() - 1));
      return history.state();
    });
  }

  /** Moves the cursor one entry on; at the last entry nothing happens. @throws as {@link goTo} */
  redo(): HistoryState {
    return this.#writing(({ history }) => {
      const { cursor, length } = history.state();
      history.moveTo(Math.min(length - 1, cursor + 1));
      return history.state();
    });
  }

  /** @throws StudioError PARAMETER_INVALID, PROJECT_READ_ONLY, PROJECT_UNWRITABLE, DISK_FULL */
  goTo(position: number): HistoryState {
    return this.#writing(({ history }) => {
      history.moveTo(position);
      return history.state();
    });
  }

  /**
   * Keeps a picture: PNG, JPEG or WebP, told by its first bytes. What is there already is not kept twice.
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

  /** @throws StudioError ASSET_MISSING; ASSET_INVALID when the bytes are not those that the id names */
  readAsset(id: AssetId): Asset {
    return this.#reading(({ assets }) => assets.read(id));
  }

  /**
   * Records a render as it ended; its pictures must have been put into the project before.
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

  /** Newest first. @throws StudioError PROJECT_INVALID */
  renders(filter?: RenderFilter): RenderSummary[] {
    return this.#reading(({ renders }) => renders.list(filter));
  }

  /** A page of the renders that match, and how many there are. @throws StudioError PROJECT_INVALID */
  findRenders(search: RenderSearch): { renders: RenderRecord[]; total: number } {
    return this.#reading(({ database, renders }) => {
      const { ids, total } = searchRenders(database, search);
      return { renders: ids.map((id) => renders.read(id)), total };
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

  /** Takes a render out of the lists; {@link restoreRender} brings it back. @throws as {@link changeRender} */
  deleteRender(id: string): void {
    this.#writing(({ renders }) => renders.setDeleted(id, this.#clock()));
  }

  /** @throws as {@link changeRender} */
  restoreRender(id: string): void {
    this.#writing(({ renders }) => renders.setDeleted(id, null));
  }

  /**
   * Runs several changes as one: all of them last, or none. They may not wait for anything.
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
    this.#requireWritable();
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
      // A render's request may name pictures that another project holds: what it leaves is what must be here.
      for (const _ of renders.assets());
      for (const id of assets.ids()) assets.read(id);
    });
  }

  /**
   * Writes the project as it is now to another place, whole or not at all; this one stays open.
   *
   * @throws StudioError PROJECT_EXISTS, PROJECT_BUSY (the file there is open), PROJECT_UNWRITABLE, DISK_FULL
   */
  saveCopy(path: string, options: PlaceOptions = {}): void {
    const place = placeOf(path);
    inProject(place, () => copyDatabase(this.#tables.database, place, options));
  }

  /**
   * Writes the project to another place, opens it there, and closes this one.
   *
   * @throws StudioError as {@link saveCopy}; this one then stays open
   */
  saveAs(path: string, options: PlaceOptions = {}): ProjectFile {
    this.saveCopy(path, options);
    const copy = ProjectFile.open(path, { clock: this.#clock });
    this.close();
    return copy;
  }

  /**
   * Folds the log into the file and lets go of it; closing twice does nothing.
   *
   * @throws StudioError DISK_FULL or PROJECT_UNWRITABLE when the log could not be folded in: it then stays beside the
   *   file, nothing is lost, and the next one to open the project folds it in. The project is closed all the same.
   */
  close(): void {
    const { database } = this.#tables;
    if (!database.open) return;
    try {
      if (!this.isReadOnly) inProject(this.path, () => foldLogIn(database));
    } finally {
      database.close();
      this.#lock?.release();
    }
  }

  #reading<Result>(step: (tables: ProjectTables) => Result): Result {
    return inProject(this.path, () => step(this.#tables));
  }

  #writing<Result>(step: (tables: ProjectTables) => Result): Result {
    this.#requireWritable();
    return inProject(this.path, () =>
      this.#tables.database.transaction(() => step(this.#tables)).immediate(),
    );
  }

  #requireWritable(): void {
    if (!this.isReadOnly) return;
    throw new StudioError(
      'PROJECT_READ_ONLY',
      `${this.path} is open read-only. Save it under another name to change it.`,
    );
  }
}

/** Where a name points, links in its folder resolved, so that one file has one lock whatever it is called. */
function placeOf(path: string): string {
  const absolute = resolve(path);
  if (absolute !== absolute.trim() || absolute.includes('\0')) {
    throw new StudioError('PROJECT_UNWRITABLE', `A project’s name must not end in a space: "${absolute}".`);
  }
  return inProject(absolute, () => join(realpathSync(dirname(absolute)), basename(absolute)));
}

function leftALog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function foldLogIn(database: Database): void {
  database.pragma('wal_checkpoint(TRUNCATE)');
  try {
    // The log and its index are removed, and the file no longer needs a folder that can be written to be read.
    database.pragma('journal_mode = DELETE');
  } catch (error) {
    // Somebody is reading the project elsewhere: everything is in the one file, and an empty log stays beside it.
    if (!(error instanceof Error && (error as NodeJS.ErrnoException).code?.startsWith('SQLITE_BUSY')))
      throw error;
  }
}

function checkTitle(title: string): string {
  const parsed = projectTitleSchema.safeParse(title);
  if (parsed.success) return parsed.data;
  throw new StudioError('PARAMETER_INVALID', 'A project needs a title of 1 to 200 characters.');
}

function checkDocument(document: SceneDocument): SceneDocument {
  const parsed = sceneDocumentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new StudioError('PARAMETER_INVALID', `The document is not valid:\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
