/**
 * A connection to a project's database, set up so that a file from an untrusted source cannot do harm: its schema
 * must be exactly the one that this program creates; nothing in it is run; nothing in it names a path.
 */
import { statSync } from 'node:fs';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';
import { migrate, migrations, userVersion } from './migrations/migrate.ts';
import { MAX_PROJECT_BYTES } from './size-limits.ts';
import { openingError } from './sqlite-errors.ts';

/** "PnPM" in ASCII: distinguishes projects from other SQLite databases (the file(1) command shows it). */
export const APPLICATION_ID = 0x506e_504d;

/** How long a statement waits for a reader in another process. */
const BUSY_TIMEOUT_MS = 2000;

/**
 * Opens a project's database and checks it, without changing it.
 *
 * better-sqlite3 switches SQLite's defensive mode on by itself, and loads no extensions unless it is asked to.
 *
 * @throws StudioError PROJECT_INVALID, PROJECT_NEWER; or an SQLite error
 */
export function openDatabase(path: string, options: { readonly readOnly: boolean }): Database {
  const { size } = statSync(path);
  if (size > MAX_PROJECT_BYTES) {
    throw new StudioError(
      'PROJECT_INVALID',
      `${path} is larger than any project may be (${size} bytes; at most ${MAX_PROJECT_BYTES}).`,
    );
  }
  const database = new SqliteDatabase(path, {
    fileMustExist: true,
    readonly: options.readOnly,
    timeout: BUSY_TIMEOUT_MS,
  });
  try {
    setUp(database);
    checkHeader(database);
    checkSchema(database);
    return database;
  } catch (error) {
    database.close();
    throw openingError(error, path);
  }
}

/**
 * Makes a new database with an empty schema.
 *
 * @param path of a file that does not exist yet
 */
export function createDatabase(path: string): Database {
  const database = new SqliteDatabase(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    setUp(database);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function setUp(database: Database): void {
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
  database.pragma('mmap_size = 0');
  database.pragma('foreign_keys = ON');
  // The temporary tables of a large VACUUM still go to files; nothing else of a project may be left behind.
  database.pragma('synchronous = FULL');
}

function checkHeader(database: Database): void {
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new StudioError('PROJECT_INVALID', `${database.name} is a database, but not a project file.`);
  }
  if (userVersion(database) < 1) {
    throw new StudioError('PROJECT_INVALID', `${database.name} is a project file without a version.`);
  }
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

function schemaOf(database: Database): string {
  const rows = database
    .prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name LIMIT 200')
    .all();
  return JSON.stringify(rows);
}

const expectedSchemas = new Map<number, string>();

/** The schema of a version, found by creating it. */
function expectedSchema(version: number): string {
  const known = expectedSchemas.get(version);
  if (known !== undefined) return known;
  const blank = new SqliteDatabase(':memory:');
  try {
    migrate(blank, migrations.slice(0, version));
    const schema = schemaOf(blank);
    expectedSchemas.set(version, schema);
    return schema;
  } finally {
    blank.close();
  }
}

/** A file with anything added or changed (a trigger, a view, a virtual table, a generated column) is refused. */
function checkSchema(database: Database): void {
  const version = userVersion(database);
  // A newer file's schema is unknown; `migrate` refuses it with its own code.
  if (version > migrations.length) migrate(database);
  if (schemaOf(database) !== expectedSchema(version)) {
    throw new StudioError(
      'PROJECT_INVALID',
      `${database.name} contains something that no project has (a changed table, a trigger or a view). It may have been ` +
        'tampered with, and was not opened.',
    );
  }
}

/**
 * Checks the structure of a database.
 *
 * @param tables only these; by default all, including freed pages
 * @throws StudioError PROJECT_INVALID with what was found
 */
export function checkIntegrity(database: Database, tables?: readonly string[]): void {
  const checks =
    tables === undefined ? ['integrity_check(5)'] : tables.map((name) => `integrity_check(${name})`);
  for (const check of checks) {
    const found = database.pragma(check, { simple: true });
    if (found !== 'ok') {
      throw new StudioError('PROJECT_INVALID', `${database.name} is damaged: ${found}.`);
    }
  }
}
