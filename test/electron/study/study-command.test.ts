/** `study`: its links, what it refuses, and that a kill loses no answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../../electron/cli/commands.ts';
import { runCommandLine } from '../../../electron/foundation/command-line/run-command-line.ts';
import { runCommand } from '../cli/run-command.ts';
import { freePort } from '../farm/redis-server.ts';
import { temporaryFolder, writeJson } from '../inference/tiny-pack.ts';
import { rater } from './rater.ts';
import { sampleStudy } from './sample-study.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = join(temporaryFolder(), 'study');
  await sampleStudy(folder);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

interface Served {
  readonly child: ChildProcess;
  readonly base: string;
  readonly resultsUrl: string;
  readonly tokens: readonly string[];
}

async function serve(...args: string[]): Promise<Served> {
  const main = join(import.meta.dirname, '../../../electron/cli/main.ts');
  const child = spawn(process.execPath, [main, 'study', folder, '--port', '0', '--json', ...args]);
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { links, resultsUrl } = JSON.parse(line) as { resultsUrl: string; links: { url: string }[] };
  const tokens = links.map(({ url }) => url.split('#token=')[1]!);
  return { child, base: new URL(resultsUrl).origin, resultsUrl, tokens };
}

test('a kill loses no answered page, and the links stay the same', async () => {
  const first = await serve('--participants', '3');
  expect(new Set(first.tokens).size).toBe(3);
  const before = rater(first.base, first.tokens[0]!, 1, folder);
  const begun = await before.consent();
  const { done } = await before.ratePage(begun);
  expect(done).toBe(1);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const second = await serve('--participants', '3');
  expect(second.tokens).toEqual(first.tokens);
  const after = rater(second.base, second.tokens[0]!, 1, folder);
  expect(await after.session()).toMatchObject({ hasConsented: true, done: 1, total: 6 });
  // Ctrl-C ends it.
  second.child.kill('SIGINT');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
  const { out, exitCode } = await runCommand(['study', folder, '--results']);
  expect(exitCode).toBe(0);
  expect(out).toContain('1 participants have rated, 0 have finished, 0 are excluded');
});

/** The status of a path as it is written: `fetch` makes a proper address of it. */
async function statusOf(base: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(base);
  const [response] = (await once(get({ hostname, port, path }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('requests', () => {
  test('need a token, the consent, the next page, and complete ratings', async () => {
    const { base, tokens, resultsUrl } = await serve('--participants', '3');
    const ask = async (path: string, token?: string, body?: unknown) => {
      const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
      return (await fetch(new URL(path, base), init)).status;
    };
    const [, token = ''] = tokens;
    expect(await ask('/api/session')).toBe(401);
    expect(await ask('/api/session', 'guess')).toBe(401);
    expect(await ask('/api/results', token)).toBe(401);
    expect(await ask('/api/results', resultsUrl.split('#results=')[1])).toBe(200);
    expect(await ask('/api/nothing', token)).toBe(404);
    expect(await ask('/../study.json')).toBe(404);
    expect(await statusOf(base, '//')).toBe(404);
    expect(await ask('/page.ts', undefined, {})).toBe(405);
    const ratings = [0, 0, 0, 0].map(() => [3, 3, 3]);
    expect(await ask('/api/pages', token, { index: 0, ratings })).toBe(403);
    expect(await ask('/api/consent', token, {})).toBe(200);
    for (const wrong of [[[3, 3, 3]], ratings.map(() => [3, 3]), ratings.map(() => [3, 3, 6])]) {
      expect(await ask('/api/pages', token, { index: 0, ratings: wrong })).toBe(400);
    }
    expect(await ask('/api/pages', token, { index: 2, ratings })).toBe(409);
    expect(await ask('/api/pages', token, { index: 0, ratings })).toBe(200);
    // Sent twice: stored once.
    expect(await ask('/api/pages', token, { index: 0, ratings })).toBe(200);
    expect(await ask('/api/pictures/0/c4', token)).toBe(404);
    expect(await ask('/api/pages', token, { index: 1, ratings: 'x'.repeat(70_000) })).toBe(413);
    const session = await (
      await fetch(new URL('/api/session', base), { headers: { Authorization: `Bearer ${token}` } })
    ).text();
    expect(JSON.parse(session).done).toBe(1);
    // Blind: nothing that the page receives names a method.
    expect(session).not.toMatch(/PnP|Perfusion|Mix|Custom/);
  });
});

test('a study from the report of a protocol', async () => {
  const report = join(folder, '..', 'report');
  const made = join(folder, '..', 'made');
  mkdirSync(join(report, 'pictures'), { recursive: true });
  const picture = (set: string, method: string) => {
    const file = `pictures/${set}-${method}.png`;
    cpSync(join(folder, 'reference-1.png'), join(report, file));
    return { set, seed: 0, method, file };
  };
  const methods = ['baseline-background', 'baseline-paste', 'baseline-poisson', 'a', 'e'];
  const scene = (set: string) => ({
    set,
    seed: 0,
    prompt: set,
    concepts: [{ file: picture(set, 'cat').file }],
  });
  writeJson(join(report, 'report.json'), {
    name: 'Sets',
    methods: methods.map((id) => ({ id, title: id.toUpperCase(), kind: id.length > 1 ? 'baseline' : 'row' })),
    scenes: [scene('one'), scene('two')],
    // The second set lacks a picture, so it is no trial.
    pictures: [...methods.map((id) => picture('one', id)), picture('two', 'e')],
  });
  const make = (...args: string[]) => runCommand(['study', made, '--results', '--from', report, ...args]);
  expect((await make('--methods', 'a,z')).err).toContain('no method "z"');
  expect((await make()).exitCode).toBe(0);
  const study = JSON.parse(readFileSync(join(made, 'study.json'), 'utf8'));
  expect(study.trials).toHaveLength(1);
  expect(Object.keys(study.trials[0].candidates)).toEqual([
    'BASELINE-POISSON',
    'BASELINE-PASTE',
    'BASELINE-BACKGROUND',
    'E',
  ]);
  // What a researcher has edited since is never overwritten.
  expect((await make()).err).toContain('has a study.json already');
  const file = join(folder, '..', 'file');
  writeFileSync(file, '');
  const into = await runCommand(['study', join(file, 'study'), '--results', '--from', report]);
  expect(into.err).toContain('OUTPUT_UNWRITABLE');
});

test('methods of one title stay apart in a study from a report', async () => {
  const report = join(folder, '..', 'same-titles');
  const made = join(folder, '..', 'apart');
  mkdirSync(report, { recursive: true });
  cpSync(join(folder, 'reference-1.png'), join(report, 'one.png'));
  const methods = ['x', 'y', 'e'].map((id) => ({ id, title: id === 'e' ? 'E' : 'Same', kind: 'folder' }));
  writeJson(join(report, 'report.json'), {
    name: 'Sets',
    methods,
    scenes: [{ set: 'one', seed: 0, prompt: 'one', concepts: [{ file: 'one.png' }] }],
    pictures: methods.map(({ id }) => ({ set: 'one', seed: 0, method: id, file: 'one.png' })),
  });
  const args = ['study', made, '--results', '--from', report, '--methods', 'x,y,e'];
  expect((await runCommand(args)).exitCode).toBe(0);
  const study = JSON.parse(readFileSync(join(made, 'study.json'), 'utf8'));
  expect(Object.keys(study.trials[0].candidates)).toEqual(['Same (x)', 'Same (y)', 'E']);
});

test('a file that is no picture is refused before anybody is asked about it', async () => {
  const other = join(folder, '..', 'no-picture');
  await sampleStudy(other);
  writeFileSync(join(other, 'reference-1.png'), 'not a picture');
  const { exitCode, err } = await runCommand(['study', other, '--results']);
  expect(exitCode).toBe(1);
  expect(err).toContain('STUDY_INVALID');
  expect(err).toContain('reference-1.png cannot be read as a picture');
});

test('a folder without a study, and unknown options, are refused', async () => {
  const empty = join(folder, '..', 'empty');
  mkdirSync(empty);
  expect(await runCommand(['study', empty])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('STUDY_INVALID'),
  });
  expect((await runCommand(['study'])).exitCode).toBe(2);
  expect((await runCommand(['study', folder, '--port', 'x'])).exitCode).toBe(2);
});

test('after an error its port is free again, so that the program ends', async () => {
  const port = await freePort();
  const unwritable = () => {
    throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  };
  const ended = runCommandLine(commands, ['study', folder, '--port', `${port}`], {
    signal: new AbortController().signal,
    print: unwritable,
    printError: () => undefined,
    progress: { write: () => undefined, isTerminal: false, now: () => 0 },
  });
  expect(await ended.catch(() => 1)).not.toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});
