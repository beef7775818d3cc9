/** Numbered migrations: each upgrades a project file from one version to the next. */
import type { Database } from 'better-sqlite3';
import { StudioError } from '../../contract/errors.ts';
import { sql as project } from './0001-project.ts';

/** In order; a file's user_version is the number of migrations applied to it. */
export const migrations: readonly string[] = [project];

/** Version of the files that this program writes. */
export const PROJECT_VERSION: number = migrations.length;

/**
 * Upgrades a database to the newest version in one transaction: completely or not at all.
 *
 * @returns how many migrations were run
 * @throws StudioError PROJECT_NEWER when the file has migrations that this program does not know
 */
export function migrate(database: Database, steps: readonly string[] = migrations): number {
  const version = userVersion(database);
  if (version > steps.length) {
    throw new StudioError(
      'PROJECT_NEWER',
      `${database.name} was written by a newer version of PnP-MIX Studio (file version ${version}; this program ` +
        `reads up to ${steps.length}). Nothing was changed. Update the program to open it.`,
    );
  }
  const missing = steps.slice(version);
  if (missing.length === 0) return 0;
  database
    .transaction(() => {
      for (const sql of missing) database.exec(sql);
      database.pragma(`user_version = ${steps.length}`);
    })
    .immediate();
  return missing.length;
}

/** The number of migrations applied to a database. */
export function userVersion(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}
