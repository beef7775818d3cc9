/**
 * The host, the whole `serve` process, is killed (SIGKILL) at random moments while a user edits a project, and
 * sometimes while it opens one or renders. The next host opens the project: every acknowledged change is there, the
 * file is sound, no unfinished files remain, and no engine survives.
 *
 * A failure names the seed that chose the changes; set SOAK_SEED to it to repeat the run. `npm run soak -- kills` does
 * it hundreds of times.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import SqliteDatabase from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { ProjectState } from '../../electron/contract/project-state.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { SceneDocument } from '../../electron/contract/scene-document.ts';
import { ProjectFile } from '../../electron/projects/project-file.ts';
import { temporaryFolder } from '../electron/inference/tiny-pack.ts';
import { serveEnvironment } from '../electron/serve/serve-process.ts';
import type { TestClient } from '../electron/serve/test-client.ts';
import { amount, isSoak, recordFigures, seed, timeLimitMs } from './amount.ts';
import { type Contents, Person } from './edited-project.ts';
import { KilledHost, UsualTimes, withCompiledCode } from './killed-host.ts';

/** Kills while something is being saved; kills during an opening come on top. */
const KILLS = amount(8, 0.4);
/** Hosts running in parallel, each with its own projects. */
const LANES = 2;
/** Kills per project, so that it stays small. The first also falls into a render. */
const KILLS_PER_PROJECT = Math.min(20, Math.ceil(KILLS / LANES));
/** Projects in a lane, one after the other. */
const PROJECTS = Math.ceil(KILLS / KILLS_PER_PROJECT / LANES);
/** Maximum number of edits that one host receives; the kill falls into the last one or shortly after it. */
const MOST_EDITS = 8;

interface Tally {
  savesHit: number;
  savedUnheard: number;
  edits: number;
  copies: number;
  renderKills: number;
  openings: number;
}

/** One host after the other on one set of folders, each of them killed. */
class Lane {
  readonly #host: KilledHost;
  readonly #folder: string;
  readonly #settings: string;
  readonly #person: Person;
  readonly #tally: Tally;
  readonly #times = new UsualTimes();
  /** The project as the host last acknowledged it, and as it may also be if an edit was under way. */
  #expected: Contents[] = [];
  #masks = new Set<AssetId>();
  #path = '';
  #client!: TestClient;
  #project!: ProjectState;

  constructor(environment: NodeJS.ProcessEnv, person: Person, tally: Tally) {
    this.#host = new KilledHost(environment);
    this.#folder = environment.PNPMIX_PROJECTS_DIR!;
    this.#settings = environment.PNPMIX_SETTINGS_DIR!;
    this.#person = person;
    this.#tally = tally;
  }

  async run(projects: number): Promise<void> {
    for (let project = 0; project < projects; project++) {
      await this.#start();
      this.#project = await this.#client.call('project.openSample');
      this.#path = this.#project.path;
      this.#expected = [contentsOf(this.#path)];
      this.#masks = new Set();
      await this.#render();
      await this.#editUntilKilled();
      for (let kill = 1; kill < KILLS_PER_PROJECT; kill++) {
        if (kill === Math.floor(KILLS_PER_PROJECT / 2)) {
          await this.#start();
          await this.#openAndKill();
        }
        await this.#start();
        await this.#openAndCheck();
        await this.#editUntilKilled();
      }
      await this.#start();
      await this.#openAndCheck();
      await this.#client.call('project.close', { projectId: this.#project.projectId });
      await this.#host.close();
      expect(readdirSync(this.#folder)).toEqual([basename(this.#path)]);
      rmSync(this.#path);
    }
  }

  /** Ends whatever is still running. */
  stop(): void {
    this.#host.abandon();
  }

  async #start(): Promise<void> {
    this.#client = await this.#host.start();
  }

  async #render(): Promise<void> {
    const { projectId } = this.#project;
    await this.#client.call('renders.enqueue', { projectId });
    await this.#client.until('render.progress', (told) => told.projectId === projectId);
    this.#tally.renderKills++;
  }

  async #editUntilKilled(): Promise<void> {
    const last = 1 + Math.floor(this.#person.chance() * MOST_EDITS);
    for (let count = 1; ; count++) {
      const acknowledged = this.#expected[0]!;
      const edit = await this.#person.next(acknowledged);
      this.#expected.push(edit.after);
      const began = performance.now();
      const sent = edit.send(this.#client, this.#project).then((project) => {
        this.#project = project;
        this.#expected = [edit.after];
        if (edit.mask !== undefined) this.#masks.add(edit.mask);
        this.#tally.edits++;
        this.#times.took(edit.kind, performance.now() - began);
      });
      if (count < last) {
        await sent;
        continue;
      }
      // The connection ends with the host: pending requests are never answered.
      sent.catch(() => undefined);
      await delay(this.#person.chance() * this.#times.of(edit.kind));
      await this.#host.kill();
      if (this.#expected.length > 1) this.#tally.savesHit++;
      return;
    }
  }

  async #openAndKill(): Promise<void> {
    this.#client.call('project.open', { path: this.#path }).catch(() => undefined);
    await delay(this.#person.chance() * this.#times.of('open'));
    await this.#host.kill();
    this.#tally.openings++;
  }

  async #openAndCheck(): Promise<void> {
    const began = performance.now();
    this.#project = await this.#client.call('project.open', { path: this.#path });
    this.#times.took('open', performance.now() - began);
    const found = contentsOf(this.#path);
    const [acknowledged, underWay] = this.#expected;
    if (!isDeepStrictEqual(found, acknowledged) && !isDeepStrictEqual(found, underWay)) {
      expect(found).toEqual(acknowledged);
    }
    if (underWay !== undefined && isDeepStrictEqual(found, underWay)) this.#tally.savedUnheard++;
    this.#expected = [found];
    // The host shows what the file contains.
    const { name, document, history } = this.#project;
    const { position, steps } = found;
    expect({ name, document, position: history.position, length: history.length }).toEqual({
      name: found.name,
      document: steps[position]!.document,
      position,
      length: steps.length,
    });
    checkWhole(this.#path, this.#masks);
    this.#checkLeft();
  }

  #checkLeft(): void {
    const own = basename(this.#path);
    // A copy is another project: it may or may not have been finished, but is never half-written.
    for (const copy of readdirSync(this.#folder).filter((file) => file !== own && file.endsWith('.pnpmix'))) {
      const path = join(this.#folder, copy);
      ProjectFile.open(path).close();
      checkWhole(path, []);
      rmSync(path);
      this.#tally.copies++;
    }
    const open = ['', '-lock', '-shm', '-wal'].map((ending) => `${own}${ending}`);
    expect(readdirSync(this.#folder).toSorted()).toEqual(open);
    expect(readdirSync(this.#settings).toSorted()).toEqual([
      'browser-hosts',
      'logs',
      'recent-projects.json',
      'recent-projects.json.lock',
    ]);
  }
}

/** The project's contents, read without the program. */
function contentsOf(path: string): Contents {
  const database = new SqliteDatabase(path, { readonly: true });
  try {
    const { name, position } = database
      .prepare<[], { name: string; position: number }>(
        'SELECT title AS name, cursor AS position FROM project',
      )
      .get()!;
    const steps = database
      .prepare<[], { label: string; document: string }>(
        'SELECT label, document FROM history ORDER BY position',
      )
      .all()
      .map(({ label, document }) => ({ label, document: JSON.parse(document) as SceneDocument }));
    return { name, position, steps };
  } finally {
    database.close();
  }
}

/** Checks SQLite's integrity_check, every state of the history, every picture's hash, and that the pictures exist. */
function checkWhole(path: string, pictures: Iterable<AssetId>): void {
  const file = ProjectFile.open(path, { readOnly: true });
  try {
    file.verify();
    for (const picture of pictures) expect(file.hasAsset(picture)).toBe(true);
  } finally {
    file.close();
  }
}

test(`${KILLS} kills of a saving host lose no acknowledged change`, {
  timeout: timeLimitMs(KILLS),
}, async () => {
  console.log(`SOAK_SEED=${seed}`);
  const root = temporaryFolder();
  const tally: Tally = { savesHit: 0, savedUnheard: 0, edits: 0, copies: 0, renderKills: 0, openings: 0 };
  const environments: NodeJS.ProcessEnv[] = [];
  for (let lane = 0; lane < LANES; lane++) {
    const folder = join(root, `${lane}`);
    mkdirSync(folder);
    environments.push(await withCompiledCode(await serveEnvironment(folder), join(root, 'compiled')));
  }
  const lanes = environments.map(
    (environment, lane) => new Lane(environment, new Person(seed + lane), tally),
  );
  try {
    await Promise.all(lanes.map((lane) => lane.run(PROJECTS)));
  } finally {
    for (const lane of lanes) lane.stop();
  }
  const { openings, edits, ...others } = tally;
  const kills = PROJECTS * KILLS_PER_PROJECT * LANES + openings;
  recordFigures('kills of the host while saving', { attempts: kills, acknowledged: edits, ...others });
  // A few kills may all fall between edits; of many, enough must hit one between its call and its answer.
  if (isSoak) expect(tally.savesHit).toBeGreaterThan(0);
  expect(tally.renderKills).toBe(PROJECTS * LANES);
  rmSync(root, { recursive: true });
});
