import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import {
  migrate,
  migrations,
  PROJECT_VERSION,
  userVersion,
} from '../../../electron/projects/migrations/migrate.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { countSql, listSql } from '../../../electron/projects/render-table.ts';
import { createProject, temporaryFolder, withCode } from './project-fixture.ts';

/** SHA-256 of every released migration: add a line for each new one, never change one. */
const frozen = ['2755e7f9ddfe3f7fc86ec2d30715b275cd642bcd654de15488133744f9b5c546'];

describe('migrations', () => {
  it('are all listed, in order, and as they were released', () => {
    const folder = new URL('../../../electron/projects/migrations/', import.meta.url);
    const numbers = readdirSync(folder)
      .filter((name) => name !== 'migrate.ts')
      .map((name) => Number(/^(\d{4})-[a-z-]+\.ts$/.exec(name)?.[1]))
      .sort((a, b) => a - b);
    expect(numbers).toEqual(migrations.map((_, index) => index + 1));
    expect(migrations.map((sql) => createHash('sha256').update(sql).digest('hex'))).toEqual(frozen);
  });

  it('each change the database, from each version to the newest', () => {
    for (let version = 0; version < PROJECT_VERSION; version++) {
      const database = new SqliteDatabase(':memory:');
      migrate(database, migrations.slice(0, version));
      const before = database.serialize();
      expect(migrate(database)).toBe(PROJECT_VERSION - version);
      expect(userVersion(database)).toBe(PROJECT_VERSION);
      expect(database.serialize().equals(before)).toBe(false);
      expect(migrate(database)).toBe(0);
      database.close();
    }
  });

  it('are all run or none: a failing one leaves the file unchanged', () => {
    const database = new SqliteDatabase(':memory:');
    migrate(database, ['CREATE TABLE a (x)']);
    const steps = ['CREATE TABLE a (x)', 'CREATE TABLE b (x)', 'CREATE TABLE b (y)'];
    expect(() => migrate(database, steps)).toThrow('already exists');
    expect(userVersion(database)).toBe(1);
    expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['a']);
    database.close();
  });

  it('refuse a newer file, and leave it unchanged', async () => {
    const path = join(await temporaryFolder(), 'a.pnpmix');
    createProject(path).close();
    const database = new SqliteDatabase(path);
    database.exec('CREATE TABLE from_the_future (x)');
    database.pragma(`user_version = ${PROJECT_VERSION + 1}`);
    const before = database.serialize();
    for (const readOnly of [false, true]) {
      expect(() => ProjectFile.open(path, { readOnly })).toThrow(
        withCode('PROJECT_NEWER', 'Update the program'),
      );
    }
    expect(database.serialize().equals(before)).toBe(true);
    database.close();
  });
});

describe('query plans', () => {
  const planOf = async (sql: string) => {
    const path = join(await temporaryFolder(), 'a.pnpmix');
    createProject(path).close();
    const database = new SqliteDatabase(path, { readonly: true });
    try {
      const parameters = [...sql.matchAll(/\?/g)].map(() => 1);
      return database
        .prepare<number[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...parameters)
        .map(({ detail }) => detail);
    } finally {
      database.close();
    }
  };

  it.each([
    [listSql('kept'), 'SEARCH render USING INDEX render_listed (sequence<?)'],
    [listSql('starred'), 'SEARCH render USING INDEX render_starred (sequence<?)'],
    [listSql('deleted'), 'SEARCH render USING INDEX render_deleted (sequence<?)'],
    [countSql('kept'), 'SCAN render USING INDEX render_listed'],
    ['SELECT bytes FROM asset WHERE id = ?', 'SEARCH asset USING INDEX sqlite_autoindex_asset_1 (id=?)'],
    ['SELECT id FROM asset', 'SCAN asset USING COVERING INDEX sqlite_autoindex_asset_1'],
    ['SELECT * FROM render WHERE id = ?', 'SEARCH render USING INDEX sqlite_autoindex_render_1 (id=?)'],
    ['SELECT document FROM history WHERE position = ?', 'SEARCH history USING INTEGER PRIMARY KEY (rowid=?)'],
    ['SELECT max(position) FROM history', 'SEARCH history'],
    [
      'SELECT label FROM history WHERE position >= ? ORDER BY position LIMIT ?',
      'SEARCH history USING INTEGER PRIMARY KEY (rowid>?)',
    ],
  ])('%s', async (sql, plan) => {
    expect(await planOf(sql)).toEqual([plan]);
  });

  it('removing a picture finds its users by an index', async () => {
    for (const column of ['result', 'thumbnail']) {
      const plan = await planOf(`SELECT 1 FROM render WHERE ${column} = ?`);
      expect(plan).toEqual([expect.stringContaining(`INDEX render_${column} (${column}=?)`)]);
    }
  });
});
