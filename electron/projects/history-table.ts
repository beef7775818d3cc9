/**
 * The undo history: every committed state of the document, whole, and a cursor. Undo and redo move the cursor; a
 * commit removes the entries after it.
 */
import type { Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { type SceneDocument, storedDocumentSchema } from '../contract/scene-document.ts';
import { type HistoryEntry, type HistoryState, historyLabelSchema } from './project-records.ts';
import { boundedTextOr, boundedTimeMs, MAX_TEXT_LENGTH } from './shown-values.ts';
import { MAX_HISTORY_ENTRIES } from './size-limits.ts';
import { boundedText, fromStoredJson, toStoredJson } from './stored-json.ts';

/** Label of a step whose own is empty; this program writes no such steps. */
const UNNAMED_STEP = 'Change';

export class HistoryTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The first entry of a new project. */
  begin(document: SceneDocument, label: string, nowMs: number): void {
    this.#insert(0, document, label, nowMs);
  }

  /** Replaces all entries with one. */
  restart(document: SceneDocument, label: string, nowMs: number): void {
    this.#database.prepare('DELETE FROM history').run();
    this.begin(document, label, nowMs);
    this.moveTo(0);
  }

  /** Replaces all entries after the cursor with a new one, and moves the cursor to it. */
  append(document: SceneDocument, label: string, nowMs: number): void {
    const position = this.cursor() + 1;
    if (position >= MAX_HISTORY_ENTRIES) {
      throw new StudioError(
        'PARAMETER_INVALID',
        `The undo history is full (${MAX_HISTORY_ENTRIES} steps). Undo some steps and continue from there, or continue in a ` +
          'new project.',
      );
    }
    this.#database.prepare('DELETE FROM history WHERE position >= ?').run(position);
    this.#insert(position, document, label, nowMs);
    this.moveTo(position);
  }

  /** @throws StudioError PARAMETER_INVALID when there is no entry there */
  moveTo(position: number): void {
    if (!Number.isInteger(position) || position < 0 || position > this.#last()) {
      throw new StudioError('PARAMETER_INVALID', `The undo history has no entry ${position}.`);
    }
    this.#database.prepare('UPDATE project SET cursor = ? WHERE id = 1').run(position);
  }

  /** @throws StudioError PROJECT_INVALID when the project has no row */
  cursor(): number {
    const cursor = this.#database
      .prepare<[], number>('SELECT cursor FROM project WHERE id = 1')
      .pluck()
      .get();
    if (cursor !== undefined) return cursor;
    throw new StudioError(
      'PROJECT_INVALID',
      `${this.#database.name} is damaged: its project record is missing.`,
    );
  }

  /** Checks that the positions have no gaps and that the cursor is on one of them. @throws StudioError PROJECT_INVALID */
  check(): void {
    const row = this.#database
      .prepare<[], { isWhole: number }>(
        `SELECT count(*) = max(position) + 1 AND min(position) = 0
          AND (SELECT count(*) FROM project WHERE id = 1 AND cursor BETWEEN 0 AND max(position)) AS isWhole
        FROM history`,
      )
      .get();
    if (row?.isWhole !== 1) {
      throw new StudioError(
        'PROJECT_INVALID',
        `${this.#database.name} is damaged: its undo history has gaps.`,
      );
    }
  }

  state(): HistoryState {
    const cursor = this.cursor();
    const last = this.#last();
    return {
      cursor,
      length: last + 1,
      undoLabel: cursor > 0 ? this.#labelAt(cursor) : null,
      redoLabel: cursor < last ? this.#labelAt(cursor + 1) : null,
    };
  }

  /** Entries from a position on, oldest first. */
  entries(from: number, limit: number): HistoryEntry[] {
    return this.#database
      .prepare<[number, number], HistoryEntry>(
        `SELECT position, substr(label, 1, ${MAX_TEXT_LENGTH}) AS label, committed_at_ms AS committedAtMs
        FROM history WHERE position >= ? ORDER BY position LIMIT ?`,
      )
      .all(from, limit)
      .map(({ position, label, committedAtMs }) => ({
        position,
        label: boundedTextOr(label, UNNAMED_STEP),
        committedAtMs: boundedTimeMs(committedAtMs),
      }));
  }

  /** @throws StudioError PROJECT_INVALID */
  documentAt(position: number): SceneDocument {
    const text = this.#database
      .prepare<[number], string | null>(`SELECT ${boundedText('document')} FROM history WHERE position = ?`)
      .pluck()
      .get(position);
    return fromStoredJson(storedDocumentSchema, text ?? null, `Entry ${position} of the undo history`);
  }

  /** Every document of the history, oldest first. */
  *documents(): Generator<SceneDocument> {
    const last = this.#last();
    for (let position = 0; position <= last; position++) yield this.documentAt(position);
  }

  #insert(position: number, document: SceneDocument, label: string, nowMs: number): void {
    const named = historyLabelSchema.safeParse(label);
    if (!named.success) {
      throw new StudioError(
        'PARAMETER_INVALID',
        'A step of the undo history needs a label of 1 to 200 characters.',
      );
    }
    this.#database
      .prepare('INSERT INTO history (position, label, committed_at_ms, document) VALUES (?, ?, ?, ?)')
      .run(position, label, nowMs, toStoredJson(document, 'The document'));
  }

  #last(): number {
    return this.#database.prepare<[], number | null>('SELECT max(position) FROM history').pluck().get() ?? -1;
  }

  #labelAt(position: number): string {
    return this.entries(position, 1)[0]?.label ?? UNNAMED_STEP;
  }
}
