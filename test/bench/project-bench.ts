/**
 * What a project costs: opening one with 1,000 renders compared with reading the same file through better-sqlite3
 * alone, and how the file grows. Part of `npm run bench`; on its own: `node test/bench/project-bench.ts`.
 */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { emptySceneDocument } from '../../electron/contract/scene-document.ts';
import { ProjectFile } from '../../electron/projects/project-file.ts';
import { pictureBytes, renderOf } from '../electron/projects/sample-render.ts';

const RENDERS = 1000;
/** A result of 256 x 256 pixels as PNG, and its thumbnail. */
const RESULT_BYTES = 100_000;
const THUMBNAIL_BYTES = 6_000;
const REPEATS = 9;

export interface ProjectBenchReport {
  readonly projectRenders: number;
  readonly projectBytes: number;
  /** From the path to the document, the history and the list of all renders; median. */
  readonly projectOpenMs: number;
  /** The same rows of the same file, read with better-sqlite3 alone; median. */
  readonly projectSqliteMs: number;
  readonly projectOpenVsSqlite: number;
  /** Growth of the file per render in the last half over that in the second quarter; 1 is linear. */
  readonly projectGrowthRatio: number;
}

/** Creates a project with 1,000 renders and measures it. */
export async function benchProject(): Promise<ProjectBenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'pnp-mix-project-bench-'));
  try {
    const path = join(folder, 'bench.pnpmix');
    const bytesAt = fillProject(path);
    const grown = (from: number, to: number) => (bytesAt.get(to)! - bytesAt.get(from)!) / (to - from);
    const [openMs, sqliteMs] = measure([() => openStudio(path), () => readSqlite(path)]);
    return {
      projectRenders: RENDERS,
      projectBytes: statSync(path).size,
      projectOpenMs: openMs!,
      projectSqliteMs: sqliteMs!,
      projectOpenVsSqlite: openMs! / sqliteMs!,
      projectGrowthRatio: grown(RENDERS / 2, RENDERS) / grown(RENDERS / 4, RENDERS / 2),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the file's size at a quarter, a half and all of the renders */
function fillProject(path: string): Map<number, number> {
  const bytesAt = new Map<number, number>();
  ProjectFile.create(path).close();
  for (const until of [RENDERS / 4, RENDERS / 2, RENDERS]) {
    const project = ProjectFile.open(path);
    const background = project.putAsset(pictureBytes(RESULT_BYTES));
    while (project.renderCount() < until) {
      project.atomically(() => {
        const prompt = randomBytes(8).toString('hex');
        const document = { ...emptySceneDocument(), prompt, background };
        project.commit(document, 'Prompt');
        const thumbnail = project.putAsset(pictureBytes(THUMBNAIL_BYTES));
        project.addRender({
          ...renderOf(project.putAsset(pictureBytes(RESULT_BYTES))),
          thumbnail,
          document,
        });
      });
    }
    project.close();
    bytesAt.set(until, statSync(path).size);
  }
  return bytesAt;
}

/** Medians in milliseconds; the actions take turns. */
function measure(actions: readonly (() => void)[]): number[] {
  const timesMs = actions.map((): number[] => []);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [index, action] of actions.entries()) {
      const startMs = performance.now();
      action();
      timesMs[index]!.push(performance.now() - startMs);
    }
  }
  return timesMs.map((times) => times.sort((a, b) => a - b)[Math.floor(REPEATS / 2)]!);
}

function openStudio(path: string): void {
  const project = ProjectFile.open(path);
  project.document();
  project.history();
  const { length } = project.renders({ limit: RENDERS });
  project.close();
  if (length !== RENDERS) throw new Error(`${length} renders were read, not ${RENDERS}`);
}

function readSqlite(path: string): void {
  const database = new SqliteDatabase(path);
  database.pragma('journal_mode = WAL');
  const rows = database.prepare('SELECT * FROM render ORDER BY sequence DESC').all() as { request: string }[];
  for (const { request } of rows) JSON.parse(request);
  database.prepare('SELECT document FROM history ORDER BY position').all();
  database.pragma('journal_mode = DELETE');
  database.close();
}

if (import.meta.main) console.log(await benchProject());
