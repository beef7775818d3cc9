/**
 * Project files from strangers: whatever is in them, the result is an error with a code or a project, and nothing else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StudioError } from '../../../electron/contract/errors.ts';
import { openDatabase } from '../../../electron/projects/project-database.ts';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { createProject, documentWith, openProject, temporaryFolder, withCode } from './project-fixture.ts';
import { pictureBytes, renderOf } from './sample-render.ts';

/** A project with something in every table, closed, and then changed as a stranger would. */
async function tampered(change: (database: Database) => void): Promise<{ path: string; picture: string }> {
  const path = join(await temporaryFolder(), 'a.pnpmix');
  const project = createProject(path);
  const picture = project.putAsset(pictureBytes());
  project.commit(documentWith({ background: picture }), 'Background');
  project.addRender(renderOf(picture));
  project.close();
  const database = new SqliteDatabase(path);
  database.unsafeMode(true);
  database.pragma('ignore_check_constraints = ON');
  database.pragma('foreign_keys = OFF');
  change(database);
  database.close();
  return { path, picture };
}

const sql = (text: string) => (database: Database) => void database.exec(text);

describe('a file that is no project', () => {
  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['text', Buffer.from('{"version":1}'.repeat(100))],
    ['a picture', pictureBytes(5000)],
    ['only the header of a database', Buffer.from('SQLite format 3\0', 'latin1')],
    ['zeros', Buffer.alloc(100_000)],
  ])('%s is refused and unchanged', async (_, bytes) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.pnpmix');
    writeFileSync(path, bytes);
    for (const readOnly of [false, true]) {
      expect(() => ProjectFile.open(path, { readOnly })).toThrow(withCode('PROJECT_INVALID'));
    }
    expect(readFileSync(path)).toEqual(bytes);
    expect(await readdir(folder)).toEqual(['a.pnpmix']);
  });

  it.each([
    ['another program’s database', 'PRAGMA application_id = 1'],
    ['a project without a version', 'PRAGMA user_version = 0'],
    ['a project of a negative version', 'PRAGMA user_version = -1'],
  ])('%s is refused', async (_, text) => {
    const { path } = await tampered(sql(text));
    expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_INVALID'));
  });
});

it('a file with any byte of its header changed is refused with a code, or opened', async () => {
  const { path } = await tampered(() => undefined);
  const bytes = readFileSync(path);
  const outcomes = new Set<string>();
  for (let at = 16; at < 100; at++) {
    const value = at % 2 === 0 ? 255 : 5;
    const changed = Buffer.from(bytes);
    changed[at] = value;
    writeFileSync(path, changed);
    try {
      ProjectFile.open(path).close();
      outcomes.add('opened');
    } catch (error) {
      expect(error, `byte ${at} = ${value}`).toBeInstanceOf(StudioError);
      outcomes.add((error as StudioError).code);
    }
  }
  expect(outcomes).toContain('PROJECT_INVALID');
  expect(outcomes).not.toContain('INTERNAL');
});

describe('an added or changed schema is refused:', () => {
  it.each([
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON history BEGIN DELETE FROM asset; END'],
    ['a view', 'CREATE VIEW v AS SELECT * FROM asset'],
    ['a view in the place of a table', 'DROP TABLE render; CREATE VIEW render AS SELECT * FROM history'],
    ['a virtual table', 'CREATE VIRTUAL TABLE f USING fts5(x)'],
    ['a table', 'CREATE TABLE more (x)'],
    ['a column', 'ALTER TABLE history ADD COLUMN more TEXT'],
    ['a generated column', 'ALTER TABLE history ADD COLUMN more TEXT AS (hex(zeroblob(1000000)))'],
    ['an index on an expression', 'CREATE INDEX i ON history (length(document))'],
    ['a missing index', 'DROP INDEX render_listed'],
    ['a missing table', 'DROP TABLE render'],
    [
      'schema text that is not SQL',
      `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE history(x' WHERE name = 'history'`,
    ],
    [
      'a table that shares another’s pages',
      `PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'asset')
      WHERE name = 'history'`,
    ],
  ])('%s', async (_, text) => {
    const { path } = await tampered(sql(text));
    for (const readOnly of [false, true]) {
      expect(() => ProjectFile.open(path, { readOnly })).toThrow(withCode('PROJECT_INVALID'));
    }
  });
});

describe('foreign content is refused:', () => {
  it.each([
    ['a cursor beyond the end', 'UPDATE project SET cursor = 99'],
    ['a negative cursor', 'UPDATE project SET cursor = -1'],
    ['no project row', 'DELETE FROM project'],
    ['a gap in the history', 'DELETE FROM history WHERE position = 0'],
    ['no history', 'DELETE FROM history'],
    ['a document that is not JSON', `UPDATE history SET document = 'x'`],
    ['a document of another shape', `UPDATE history SET document = '{"version":1}'`],
    [
      'a document that names a path',
      `UPDATE history SET document = json_set(document, '$.background', '../../etc/passwd')`,
    ],
    ['a document that is too large', `UPDATE history SET document = hex(zeroblob(600000))`],
    ['a document nested too deep', `UPDATE history SET document = replace(hex(zeroblob(200000)), '00', '[')`],
  ])('%s', async (_, text) => {
    const { path } = await tampered(sql(text));
    expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_INVALID'));
  });

  it.each([
    ['a request that is not JSON', `UPDATE render SET request = '{'`],
    [
      'a request that names a path',
      `UPDATE render SET request = json_set(request, '$.scene.background', '/etc/passwd')`,
    ],
    ['a request that is too large', 'UPDATE render SET request = hex(zeroblob(600000))'],
    ['details with more in them', `UPDATE render SET details = json_set(details, '$.path', '/etc/passwd')`],
    ['a result that is no hash', `UPDATE render SET result = '../../etc/passwd'`],
  ])('a render with %s', async (_, text) => {
    const { path } = await tampered(sql(text));
    expect(() => {
      const project = openProject(path);
      for (const { id } of project.renders()) project.render(id);
    }).toThrow(withCode('PROJECT_INVALID'));
  });

  it.each([
    ['changed', 'UPDATE asset SET bytes = zeroblob(1000)'],
    ['of another type', `UPDATE asset SET media_type = 'text/html'`],
    ['larger than any may be', 'UPDATE asset SET bytes = zeroblob(220000000)'],
  ])('a picture that was %s is refused when it is read, and by verification', async (_, text) => {
    const { path, picture } = await tampered(sql(text));
    const project = openProject(path);
    expect(() => project.readAsset(picture)).toThrow(withCode('ASSET_INVALID'));
    expect(() => project.verify()).toThrow(withCode('ASSET_INVALID'));
  });

  it('a missing picture that the document refers to is found by verification', async () => {
    const { path, picture } = await tampered(sql('DELETE FROM render; DELETE FROM asset'));
    const project = openProject(path);
    expect(() => project.readAsset(picture)).toThrow(withCode('ASSET_MISSING'));
    expect(() => project.verify()).toThrow(withCode('ASSET_MISSING'));
  });

  it('cannot have its schema rewritten, not even by a statement of this program', async () => {
    const { path } = await tampered(() => undefined);
    const database = openDatabase(path, { readOnly: false });
    onTestFinished(() => void database.close());
    expect(database.pragma('trusted_schema', { simple: true })).toBe(0);
    expect(() =>
      database.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '' WHERE name = 'asset'`),
    ).toThrow('may not be modified');
  });

  it('loads no extensions and runs no unrequested functions', async () => {
    const { path } = await tampered(() => undefined);
    const project = openProject(path);
    // A label that looks like SQL stays a label.
    const label = `'); DROP TABLE asset; --`;
    project.commit(documentWith(), label);
    expect(project.history().undoLabel).toBe(label);
    project.verify();
  });
});

describe('a damaged render among others', () => {
  const everything = { text: '', show: 'kept', order: 'newest', offset: 0, limit: 40 } as const;

  it.each([
    ['its request', `request = '{"version":1}'`],
    ['a request that is no JSON', `request = 'x'`],
    ['its details', `details = '{}'`],
    ['its place in a sweep', `sweep = '[]'`],
    ['its picture’s name', `result = 'x'`],
  ])('(%s) is listed as unreadable, and can be deleted', async (_, change) => {
    const { path, picture } = await tampered(sql(`UPDATE render SET ${change}`));
    const project = openProject(path);
    const whole = project.addRender(renderOf(picture));
    const { renders, total } = project.findRenders(everything);
    expect(total).toBe(2);
    expect(renders[0]).toMatchObject({
      id: whole.id,
      failure: null,
      request: { version: whole.request.version },
    });
    const damaged = renders[1]!;
    expect(damaged).toMatchObject({
      failure: { code: 'PROJECT_INVALID', message: expect.stringContaining(damaged.id) },
      result: null,
      request: null,
    });
    expect(project.renders().map(({ id }) => id)).toEqual([whole.id, damaged.id]);
    expect(() => project.render(damaged.id)).toThrow(withCode('PROJECT_INVALID'));
    project.deleteRender(damaged.id);
    expect(project.foundRender(damaged.id).deletedAtMs).not.toBeNull();
    expect(project.renders().map(({ id }) => id)).toEqual([whole.id]);
  });
});

describe('a damaged file', () => {
  /** Opens it and reads everything; any error must have a code. */
  const readAll = (path: string): void => {
    let project: ProjectFile | undefined;
    try {
      project = ProjectFile.open(path);
      project.verify();
      project.commit(documentWith({ prompt: 'goes on' }), 'Prompt');
    } catch (error) {
      expect(error).toBeInstanceOf(StudioError);
      expect((error as StudioError).code).toMatch(
        /^(PROJECT_INVALID|PROJECT_NEWER|ASSET_INVALID|ASSET_MISSING)$/,
      );
    } finally {
      try {
        project?.close();
      } catch (error) {
        expect(error).toBeInstanceOf(StudioError);
      }
    }
  };

  it('is at worst an error with a code: truncated anywhere, and with any bytes changed', async () => {
    const { path } = await tampered(() => undefined);
    const whole = readFileSync(path);
    const broken = join(await temporaryFolder(), 'b.pnpmix');
    const cut = fc.nat(whole.length - 1).map((length) => whole.subarray(0, length));
    const flips = fc
      .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 })
      .map((changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(cut, flips), (bytes) => {
        writeFileSync(broken, bytes);
        readAll(broken);
      }),
      { numRuns: 300 },
    );
  });
});
