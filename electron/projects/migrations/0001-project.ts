/**
 * Version 1. Released migrations are never edited: test/electron/projects/migrations.test.ts holds the hash.
 *
 * Blobs come last in their table, so that reading what stands before them does not walk through them.
 */
export const sql = `
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  created_at_ms INTEGER NOT NULL,
  title TEXT NOT NULL,
  cursor INTEGER NOT NULL REFERENCES history (position) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE asset (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 64),
  media_type TEXT NOT NULL,
  added_at_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE history (
  position INTEGER PRIMARY KEY CHECK (position >= 0),
  label TEXT NOT NULL,
  committed_at_ms INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE render (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at_ms INTEGER NOT NULL,
  name TEXT,
  is_starred INTEGER NOT NULL DEFAULT 0 CHECK (is_starred IN (0, 1)),
  deleted_at_ms INTEGER,
  result TEXT REFERENCES asset (id),
  thumbnail TEXT REFERENCES asset (id),
  failure_code TEXT,
  failure_message TEXT,
  sweep TEXT,
  total_ms REAL NOT NULL,
  request TEXT NOT NULL,
  document TEXT,
  details TEXT NOT NULL,
  CHECK ((result IS NULL) = (failure_code IS NOT NULL))
) STRICT;

CREATE INDEX render_listed ON render (sequence) WHERE deleted_at_ms IS NULL;
CREATE INDEX render_starred ON render (sequence) WHERE deleted_at_ms IS NULL AND is_starred = 1;
CREATE INDEX render_deleted ON render (sequence) WHERE deleted_at_ms IS NOT NULL;
CREATE INDEX render_result ON render (result);
CREATE INDEX render_thumbnail ON render (thumbnail);
`;
