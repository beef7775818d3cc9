/** Frees space on request: removes pictures that nothing refers to any more. */
import type { Database } from 'better-sqlite3';
import { documentAssets } from '../contract/scene-document.ts';
import type { AssetTable } from './asset-table.ts';
import type { HistoryTable } from './history-table.ts';
import type { RenderTable } from './render-table.ts';

export interface CompactOptions {
  /** Remove deleted renders for good; by default they can still be restored. */
  readonly removeDeletedRenders?: boolean;
}

/** What was removed. */
export interface CompactReport {
  readonly removedRenders: number;
  readonly removedAssets: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** The tables of one open project. */
export interface ProjectTables {
  readonly database: Database;
  readonly assets: AssetTable;
  readonly history: HistoryTable;
  readonly renders: RenderTable;
}

/**
 * Removes the pictures that neither a state of the undo history nor a render names, and shrinks the file.
 *
 * @throws StudioError PROJECT_INVALID when a state or a render cannot be read; nothing is removed then
 */
export function compactProject(
  { database, assets, history, renders }: ProjectTables,
  { removeDeletedRenders = false }: CompactOptions = {},
): CompactReport {
  const bytesBefore = databaseBytes(database);
  const removed = database
    .transaction(() => {
      const removedRenders = removeDeletedRenders ? renders.purgeDeleted() : 0;
      const named = new Set(renders.assets());
      for (const document of history.documents()) {
        for (const id of documentAssets(document)) named.add(id);
      }
      const unnamed = assets.ids().filter((id) => !named.has(id));
      for (const id of unnamed) assets.remove(id);
      return { removedRenders, removedAssets: unnamed.length };
    })
    .immediate();
  database.exec('VACUUM');
  database.pragma('wal_checkpoint(TRUNCATE)');
  return { ...removed, bytesBefore, bytesAfter: databaseBytes(database) };
}

function databaseBytes(database: Database): number {
  const [pages, pageSize] = ['page_count', 'page_size'].map(
    (name) => database.pragma(name, { simple: true }) as number,
  );
  return pages! * pageSize!;
}
