/**
 * A process is killed at random moments while it changes a project: nothing that was acknowledged is lost, no file is
 * unreadable, and nobody is locked out.
 *
 * test/faults/host-kills.test.ts kills the whole host. This adds what a window's edits do not reach: copies that
 * replace others, compaction, and changes in immediate succession.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { ProjectFile } from '../../../electron/projects/project-file.ts';
import { amount, isSoak, recordFigures, timeLimitMs } from '../../faults/amount.ts';
import { temporaryFolder, withCode } from './project-fixture.ts';

const KILLS = amount(10, 0.08);
/** Kills per file, so that it stays small. */
const KILLS_PER_FILE = 20;
/** Children started ahead of time: starting takes longer than what is tested. */
const AHEAD = 3;
const LONGEST_LIFE_MS = 80;

class Committer {
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;
  #said = '';

  constructor(compileCache: string) {
    const script = fileURLToPath(new URL('./commit-in-child.ts', import.meta.url));
    this.#process = spawn(process.execPath, ['--no-warnings', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    this.#exit = once(this.#process, 'exit');
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  get lines(): readonly string[] {
    // Output after the last line break was cut off by the kill.
    return this.#said.split('\n').slice(0, -1);
  }

  /** Waits for a line with this beginning. */
  async hear(start: string): Promise<void> {
    while (!this.lines.some((line) => line.startsWith(start))) {
      if (this.#process.exitCode !== null) throw new Error(`the child ended by itself, saying ${this.#said}`);
      await Promise.race([once(this.#process.stdout!, 'data'), this.#exit]);
    }
  }

  tell(line: string): void {
    this.#process.stdin!.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exit;
    if (!this.#process.stdout!.readableEnded) await once(this.#process.stdout!, 'end');
  }
}

/** The last number reported for something, or undefined. */
function lastSaid(lines: readonly string[], what: string): number | undefined {
  const line = lines.findLast((text) => text.startsWith(`${what} `));
  return line === undefined ? undefined : Number(line.slice(what.length + 1));
}

it(`${KILLS} kills lose nothing that was acknowledged`, { timeout: timeLimitMs(KILLS) }, async () => {
  const folder = await temporaryFolder();
  const compileCache = await temporaryFolder();
  const children = Array.from({ length: AHEAD }, () => new Committer(compileCache));
  onTestFinished(async () => {
    for (const child of children) await child.kill();
  });
  let [commits, renders, copies, recoveries, acknowledged] = [0, 0, 0, 0, 0];
  for (let kill = 0; kill < KILLS; kill++) {
    const name = `${Math.floor(kill / KILLS_PER_FILE)}`;
    const [path, copy] = [join(folder, `${name}.pnpmix`), join(folder, `${name}-copy.pnpmix`)];
    if (kill % KILLS_PER_FILE === 0) {
      commits = 0;
      renders = 0;
      ProjectFile.create(path).close();
    }
    const child = children.shift()!;
    if (kill + AHEAD < KILLS) children.push(new Committer(compileCache));
    await child.hear('ready');
    child.tell(`${path}\t${copy}`);
    // Every tenth is killed while it opens.
    if (kill % 10 !== 0) await child.hear('open');
    if (kill === 1) expect(() => ProjectFile.open(path)).toThrow(withCode('PROJECT_BUSY'));
    // However slow the machine, half of them have something to lose, and some have saved a copy.
    if (kill % 2 === 1) await child.hear('commit');
    if (kill % KILLS_PER_FILE === 5) await child.hear('copy');
    await delay(Math.random() * LONGEST_LIFE_MS);
    // Every third file has lost its name a moment before, so that its log lies beside the old one.
    const found = kill % 3 === 2 && kill % 10 !== 0 ? join(folder, `${name}.renamed.pnpmix`) : path;
    renameSync(path, found);
    await child.kill();

    commits = lastSaid(child.lines, 'commit') ?? commits;
    renders = lastSaid(child.lines, 'render') ?? renders;
    acknowledged += child.lines.filter((line) => /^(commit|render|copy)/.test(line)).length;
    const project = ProjectFile.open(found);
    try {
      // There may be one more: a change that was saved, but killed before it was acknowledged.
      const { cursor, length } = project.history();
      expect([commits, commits + 1]).toContain(cursor);
      expect(length).toBe(cursor + 1);
      commits = cursor;
      const count = project.renderCount();
      expect([renders, renders + 1]).toContain(count);
      renders = count;
      expect(project.document().prompt).toBe(cursor === 0 ? '' : `${cursor}`);
      project.verify();
      if (project.wasRecovered) recoveries++;
    } finally {
      project.close();
    }
    renameSync(found, path);
    if (child.lines.includes('copy')) {
      copies++;
      const saved = ProjectFile.open(copy);
      saved.verify();
      saved.close();
    }
    const left = readdirSync(folder).filter((file) => file.startsWith(`${name}.`));
    expect(left).toEqual([`${name}.pnpmix`]);
  }
  if (isSoak) expect(recoveries).toBeGreaterThan(0);
  expect(copies).toBeGreaterThan(0);
  recordFigures('kills of a process that commits without a pause', {
    attempts: KILLS,
    acknowledged,
    recoveries,
    copies,
  });
});
