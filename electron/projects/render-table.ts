/** The renders of a project: only name, star, metrics and scores ever change; deleting can be undone. */
import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { cutText } from '../contract/cut-text.ts';
import { errorCodeSchema, StudioError } from '../contract/errors.ts';
import { renderScoresSchema } from '../contract/picture-scores.ts';
import { renderGroupSchema } from '../contract/render-record.ts';
import { type AssetId, storedRequestSchema } from '../contract/render-request.ts';
import { requestPictures } from '../contract/request-document.ts';
import { documentAssets, storedDocumentSchema } from '../contract/scene-document.ts';
import { validate } from '../foundation/validate.ts';
import {
  type FoundRender,
  MAX_FAILURE_LENGTH,
  type NewRender,
  newRenderSchema,
  type RenderChanges,
  type RenderRecord,
  type RenderSummary,
  renderChangesSchema,
  renderRecordSchema,
  renderSummarySchema,
} from './project-records.ts';
import { boundedTextOr, boundedTimeMs, MAX_TEXT_LENGTH } from './shown-values.ts';
import { boundedText, fromStored, fromStoredJson, toStoredJson } from './stored-json.ts';

/** Which renders a list shows: newest first. */
export interface RenderFilter {
  /** 'kept' by default. */
  readonly show?: 'kept' | 'starred' | 'deleted';
  /** Only those with a smaller sequence number: the end of the last page. */
  readonly before?: number;
  /** 1,000 by default. */
  readonly limit?: number;
  /** Only those of one sweep over alpha and beta, by its id, or the newest. */
  readonly sweep?: string;
}

const detailsSchema = z.strictObject(
  z.object(newRenderSchema.shape).pick({
    device: true,
    frame: true,
    timingsMs: true,
    peakMemoryBytes: true,
    metrics: true,
    notices: true,
    scores: true,
  }).shape,
);

const summaryColumns = `sequence, id, created_at_ms AS createdAtMs,
  substr(name, 1, ${MAX_TEXT_LENGTH}) AS name, is_starred AS isStarred, result, thumbnail,
  failure_code AS failureCode, ${boundedText('failure_message')} AS failureMessage, ${boundedText('sweep')} AS sweep,
  total_ms AS totalMs, deleted_at_ms AS deletedAtMs,
  json_extract(iif(json_valid(${boundedText('details')}), details, NULL), '$.scores') AS scores`;

/** One statement for each list, so that each can use the index made for it. */
export const listConditions = {
  kept: 'deleted_at_ms IS NULL',
  starred: 'deleted_at_ms IS NULL AND is_starred = 1',
  deleted: 'deleted_at_ms IS NOT NULL',
} as const;

/** The SQL of a list; exported so that a test can look at its query plan. */
export function listSql(show: keyof typeof listConditions): string {
  return `SELECT ${summaryColumns} FROM render WHERE ${listConditions[show]} AND sequence < ? ORDER BY sequence DESC LIMIT ?`;
}

/** The id of a render's sweep; null for none, or one that cannot be read. */
const sweepId = `json_extract(iif(json_valid(${boundedText('sweep')}), sweep, NULL), '$.sweepId')`;

/** As {@link listSql}. */
export function countSql(show: keyof typeof listConditions): string {
  return `SELECT count(*) FROM render WHERE ${listConditions[show]}`;
}

interface SummaryRow {
  readonly id: string;
  readonly sequence: number;
  readonly name: string | null;
  readonly createdAtMs: number;
  readonly deletedAtMs: number | null;
  readonly totalMs: number;
  readonly isStarred: number;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly sweep: string | null;
  readonly scores: string | null;
}

interface RecordRow extends SummaryRow {
  readonly request: string | null;
  readonly document: string | null;
  readonly details: string | null;
}

export class RenderTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws StudioError PARAMETER_INVALID when it does not match {@link newRenderSchema} */
  add(render: NewRender, nowMs: number): RenderRecord {
    const { request, document, sweep, result, thumbnail, failure, totalMs, ...details } = validate(
      newRenderSchema,
      render,
      'PARAMETER_INVALID',
      'The render cannot be stored',
    );
    const { id = randomUUID(), ...kept } = details;
    if (this.#has(id)) throw new StudioError('PARAMETER_INVALID', `The project has a render ${id} already.`);
    this.#database
      .prepare(
        `INSERT INTO render (id, created_at_ms, result, thumbnail, failure_code, failure_message, sweep, total_ms,
          request, document, details)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        nowMs,
        result,
        thumbnail,
        failure?.code ?? null,
        failure?.message ?? null,
        sweep && toStoredJson(sweep, 'The render’s place in a sweep'),
        totalMs,
        toStoredJson(request, 'The render request'),
        document && toStoredJson(document, 'The document'),
        toStoredJson(kept, 'The render’s details'),
      );
    return this.read(id);
  }

  /** @throws StudioError RENDER_UNKNOWN; PROJECT_INVALID when it is damaged */
  read(id: string): RenderRecord {
    const row = this.#database
      .prepare<[string], RecordRow>(
        `SELECT ${summaryColumns}, ${boundedText('request')} AS request,
          ${boundedText('document')} AS document, ${boundedText('details')} AS details
        FROM render WHERE id = ?`,
      )
      .get(id);
    if (row === undefined) throw unknown(id);
    const what = `The render ${id}`;
    const { request, document, details, ...summary } = row;
    return fromStored(
      renderRecordSchema,
      {
        ...summaryOf(summary),
        ...fromStoredJson(detailsSchema, details, what),
        request: fromStoredJson(storedRequestSchema, request, what),
        document: document === null ? null : fromStoredJson(storedDocumentSchema, document, what),
      },
      what,
    );
  }

  /**
   * A render for a list: one that is damaged is there, too, as one that has failed.
   *
   * @throws StudioError RENDER_UNKNOWN
   */
  found(id: string): FoundRender {
    try {
      return this.read(id);
    } catch (error) {
      const row = this.#database
        .prepare<[string], SummaryRow>(`SELECT ${summaryColumns} FROM render WHERE id = ?`)
        .get(id);
      if (row === undefined) throw error;
      return { ...damagedSummary(row, error), request: null, device: null };
    }
  }

  /** Damaged ones are listed as failed. */
  list({
    show = 'kept',
    before = Number.MAX_SAFE_INTEGER,
    limit = 1000,
    sweep,
  }: RenderFilter = {}): RenderSummary[] {
    const rows =
      sweep === undefined
        ? this.#database.prepare<[number, number], SummaryRow>(listSql(show)).all(before, limit)
        : this.#database
            .prepare<[string | null, number, number], SummaryRow>(
              `SELECT ${summaryColumns} FROM render WHERE ${listConditions[show]} AND ${sweepId} = ?
              AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
            )
            .all(sweep === 'newest' ? this.#newestSweep() : sweep, before, limit);
    return rows.map((row) => {
      try {
        return fromStored(renderSummarySchema, summaryOf(row), `The render ${row.id}`);
      } catch (error) {
        return damagedSummary(row, error);
      }
    });
  }

  #newestSweep(): string | null {
    const sql = `SELECT ${sweepId} FROM render WHERE ${listConditions.kept} AND ${sweepId} IS NOT NULL
      ORDER BY sequence DESC LIMIT 1`;
    return this.#database.prepare<[], string>(sql).pluck().get() ?? null;
  }

  count(show: RenderFilter['show'] = 'kept'): number {
    return this.#database.prepare<[], number>(countSql(show)).pluck().get()!;
  }

  /** @throws StudioError RENDER_UNKNOWN, PARAMETER_INVALID */
  change(id: string, changes: RenderChanges): RenderRecord {
    const { name, isStarred, metrics, scores } = validate(
      renderChangesSchema,
      changes,
      'PARAMETER_INVALID',
      'The render cannot be changed',
    );
    const before = this.read(id);
    const { device, frame, timingsMs, peakMemoryBytes, notices } = before;
    const details = {
      device,
      frame,
      timingsMs,
      peakMemoryBytes,
      notices,
      metrics: metrics ?? before.metrics,
      scores: scores ?? before.scores,
    };
    this.#database
      .prepare('UPDATE render SET name = ?, is_starred = ?, details = ? WHERE id = ?')
      .run(
        name === undefined ? before.name : name,
        Number(isStarred ?? before.isStarred),
        toStoredJson(details, 'The render’s details'),
        id,
      );
    return this.read(id);
  }

  /**
   * @param deletedAtMs null restores it
   * @throws StudioError RENDER_UNKNOWN
   */
  setDeleted(id: string, deletedAtMs: number | null): void {
    const { changes } = this.#database
      .prepare('UPDATE render SET deleted_at_ms = ? WHERE id = ?')
      .run(deletedAtMs, id);
    if (changes === 0) throw unknown(id);
  }

  /** Removes deleted renders for good. @returns how many */
  purgeDeleted(): number {
    return this.#database.prepare('DELETE FROM render WHERE deleted_at_ms IS NOT NULL').run().changes;
  }

  /** Every picture that a render, deleted ones included, names: its result, its thumbnail and its request's. */
  *assets(): Generator<AssetId> {
    const ids = this.#database.prepare<[], string>('SELECT id FROM render ORDER BY sequence').pluck().all();
    for (const id of ids) {
      const { result, thumbnail, request, document } = this.read(id);
      const named = [result, thumbnail, ...requestPictures(request).map(({ asset }) => asset)];
      for (const asset of named) if (asset !== null) yield asset;
      if (document !== null) yield* documentAssets(document);
    }
  }

  #has(id: string): boolean {
    return this.#database.prepare('SELECT 1 FROM render WHERE id = ?').get(id) !== undefined;
  }
}

/**
 * A summary's columns as a value: displayed texts and times are limited to their bounds, the schema checks the
 * rest.
 */
function summaryOf({ isStarred, failureCode, failureMessage, sweep, scores, ...rest }: SummaryRow): object {
  const { name, createdAtMs, deletedAtMs, totalMs } = rest;
  return {
    ...rest,
    name: name === null ? null : boundedTextOr(name, '') || null,
    createdAtMs: boundedTimeMs(createdAtMs),
    deletedAtMs: deletedAtMs === null ? null : boundedTimeMs(deletedAtMs),
    totalMs: Number.isFinite(totalMs) ? Math.max(totalMs, 0) : 0,
    isStarred: isStarred === 1,
    failure: failureCode === null ? null : failureOf(failureCode, failureMessage ?? ''),
    sweep:
      sweep === null
        ? null
        : fromStoredJson(renderGroupSchema, sweep, `The place in a sweep of the render ${rest.id}`),
    scores:
      scores === null
        ? null
        : fromStoredJson(renderScoresSchema, scores, `The scores of the render ${rest.id}`),
  };
}

/**
 * What remains of an unreadable render, for a list.
 *
 * @throws `error` when it has another cause, or the render has no valid id
 */
function damagedSummary(
  { id, sequence, isStarred, deletedAtMs, ...row }: SummaryRow,
  error: unknown,
): RenderSummary {
  if (!(error instanceof StudioError) || error.code !== 'PROJECT_INVALID') throw error;
  const summary = renderSummarySchema.safeParse({
    id,
    sequence,
    createdAtMs: boundedTimeMs(row.createdAtMs),
    name: null,
    isStarred: isStarred === 1,
    result: null,
    thumbnail: null,
    failure: { code: error.code, message: cutText(error.message, MAX_FAILURE_LENGTH) },
    sweep: null,
    totalMs: 0,
    deletedAtMs: deletedAtMs === null ? null : boundedTimeMs(deletedAtMs),
    scores: null,
  } satisfies RenderSummary);
  if (!summary.success) throw error;
  return summary.data;
}

function failureOf(code: string, message: string): RenderSummary['failure'] {
  const known = errorCodeSchema.safeParse(code);
  const shown = cutText(message, MAX_FAILURE_LENGTH);
  if (known.success) return { code: known.data, message: shown };
  // Another version of this program may have more codes.
  return { code: 'INTERNAL', message: cutText(`${cutText(code, 60)}: ${shown}`, MAX_FAILURE_LENGTH) };
}

function unknown(id: string): StudioError {
  return new StudioError('RENDER_UNKNOWN', `The project holds no render ${id}.`);
}
