/**
 * The ratings of a study: one SQLite file. Every page is one transaction that is on the disk before the participant
 * sees the next, so a kill loses nothing that was answered. It holds no personal data: a token, a number, and ratings.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { StudioError } from '../contract/errors.ts';

const TOKEN_BYTES = 18;

const SCHEMA = `
  CREATE TABLE study (fingerprint TEXT NOT NULL, results_token TEXT NOT NULL) STRICT;
  CREATE TABLE participant (
    number INTEGER PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    seed INTEGER NOT NULL,
    consented INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE rating (
    participant INTEGER NOT NULL REFERENCES participant (number),
    page TEXT NOT NULL,
    method TEXT NOT NULL,
    criterion TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (value BETWEEN 1 AND 5),
    PRIMARY KEY (participant, page, method, criterion)
  ) STRICT, WITHOUT ROWID;
`;

export interface Participant {
  readonly number: number;
  /** Admits its holder to this participant's pages. */
  readonly token: string;
  readonly seed: number;
  readonly hasConsented: boolean;
}

export interface Rating {
  readonly participant: number;
  readonly page: string;
  readonly method: string;
  readonly criterion: string;
  readonly value: number;
}

export class StudyStore {
  readonly #database: Database;
  /** Admits its holder to the results. */
  readonly resultsToken: string;

  private constructor(database: Database, resultsToken: string) {
    this.#database = database;
    this.resultsToken = resultsToken;
  }

  /**
   * Opens or creates the file.
   *
   * @throws StudioError STUDY_INVALID when it has the ratings of another study, or is no such file
   */
  static open(path: string, fingerprint: string): StudyStore {
    const isNew = !existsSync(path);
    let database: Database;
    try {
      database = new SqliteDatabase(path);
      // Only its owner: tokens are in it.
      if (isNew) chmodSync(path, 0o600);
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = FULL');
      database.pragma('foreign_keys = ON');
      if (isNew || !hasTables(database)) create(database, fingerprint);
      const found = database.prepare('SELECT fingerprint, results_token FROM study').get() as {
        fingerprint: string;
        results_token: string;
      };
      if (found.fingerprint === fingerprint) return new StudyStore(database, found.results_token);
      database.close();
    } catch (cause) {
      throw new StudioError(
        'STUDY_INVALID',
        `${path} cannot be used as a study’s ratings: ${String(cause)}.`,
        {
          cause,
        },
      );
    }
    throw new StudioError(
      'STUDY_INVALID',
      `${path} holds the ratings of another version of this study: its trials, criteria or counts have changed. Move ` +
        'the file away to start again.',
    );
  }

  /** Participants 1 to `count`; missing ones are created, existing ones are unchanged. */
  ensureParticipants(count: number): readonly Participant[] {
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO participant (number, token, seed) VALUES (?, ?, ?)',
    );
    this.#database.transaction(() => {
      for (let number = 1; number <= count; number++) {
        insert.run(number, newToken(), randomInt(0x1_0000_0000));
      }
    })();
    return this.participants();
  }

  participants(): readonly Participant[] {
    return this.#database.prepare('SELECT * FROM participant ORDER BY number').all().map(toParticipant);
  }

  participantOf(token: string): Participant | undefined {
    const row = this.#database.prepare('SELECT * FROM participant WHERE token = ?').get(token);
    return row === undefined ? undefined : toParticipant(row);
  }

  consent(participant: number): void {
    this.#database.prepare('UPDATE participant SET consented = 1 WHERE number = ?').run(participant);
  }

  /** Keys of the pages that a participant has answered. */
  answeredPages(participant: number): ReadonlySet<string> {
    const rows = this.#database
      .prepare('SELECT DISTINCT page FROM rating WHERE participant = ?')
      .all(participant) as { page: string }[];
    return new Set(rows.map(({ page }) => page));
  }

  /** Stores a page's ratings, all or none; an existing page is unchanged. */
  addPage(ratings: readonly Rating[]): void {
    const insert = this.#database.prepare('INSERT OR IGNORE INTO rating VALUES (?, ?, ?, ?, ?)');
    this.#database.transaction(() => {
      for (const { participant, page, method, criterion, value } of ratings) {
        insert.run(participant, page, method, criterion, value);
      }
    })();
  }

  ratings(): readonly Rating[] {
    return this.#database
      .prepare('SELECT * FROM rating ORDER BY participant, page, method, criterion')
      .all() as Rating[];
  }

  close(): void {
    this.#database.close();
  }
}

function hasTables(database: Database): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'study'").get() !== undefined;
}

function create(database: Database, fingerprint: string): void {
  database.transaction(() => {
    database.exec(SCHEMA);
    database.prepare('INSERT INTO study VALUES (?, ?)').run(fingerprint, newToken());
  })();
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function toParticipant(row: unknown): Participant {
  const { number, token, seed, consented } = row as Record<'number' | 'seed' | 'consented', number> & {
    token: string;
  };
  return { number, token, seed, hasConsented: consented === 1 };
}
