/** What a running program writes to its log and to diagnostics, and what never gets there. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withoutHome } from '../../../electron/app/diagnostics.ts';
import { PuppetStudio } from './handlers/puppet-studio.ts';

const PROMPT = 'a lighthouse nobody else thought of';
const NAME = 'Grandmother’s cottage';

let host: PuppetStudio;
let projectId: string;

beforeEach(async () => {
  host = await PuppetStudio.start();
  const { projectId: id, document } = await host.call('project.openSample', {});
  projectId = id;
  const concepts = document.concepts.map((concept) => ({ ...concept, prompt: PROMPT, name: NAME }));
  await host.call('project.commit', {
    projectId,
    document: { ...document, prompt: PROMPT, concepts },
    label: NAME,
  });
});
afterEach(() => host.close());

/** All entries of the log, in order. */
function logged(): Record<string, unknown>[] {
  return host
    .logText()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function renderThatFails(): Promise<string> {
  const { renderId } = await host.call('renders.enqueue', { projectId });
  (await host.engineAtWork()).fail('NON_FINITE');
  await expect.poll(() => host.told(renderId)?.state).toBe('failed');
  return renderId;
}

test('a start, the engine, its device and durations, and a failed render are logged, in order', async () => {
  const renderId = await renderThatFails();
  const relevant = logged().filter(({ event }) => /^(host|engine|render)\./.test(String(event)));
  expect(relevant).toMatchObject([
    { level: 'info', event: 'host.started', host: 'browser' },
    { event: 'render.queued', renderId, projectId },
    { event: 'render.started', renderId },
    { event: 'engine.started', enginePid: 1, deviceChoice: 'auto' },
    { event: 'engine.opened', device: 'cpu', deviceName: 'device auto', durationMs: expect.any(Number) },
    { level: 'warn', event: 'engine.taskEnded', task: 'render', code: 'NON_FINITE', message: 'it failed' },
    { event: 'render.ended', renderId, state: 'failed', code: 'NON_FINITE', durationMs: expect.any(Number) },
  ]);
});

test('a crash of the engine is logged with the tail of its stderr', async () => {
  await host.call('renders.enqueue', { projectId });
  const puppet = await host.engineAtWork();
  puppet.end({ exitCode: null, signal: 'SIGSEGV', stderrTail: `driver fault while at "${PROMPT}"` });
  await expect
    .poll(() => logged().find(({ event }) => event === 'engine.ended'))
    .toMatchObject({
      level: 'warn',
      code: 'ENGINE_CRASHED',
      signal: 'SIGSEGV',
      stderrTail: 'driver fault while at "…"',
    });
  expect(host.logText()).not.toContain('lighthouse');
});

test('a refused command is logged by name and code; prompts and names never are', async () => {
  await renderThatFails();
  await expect(host.call('project.open', { path: `/nowhere/${NAME}.pnpmix` })).rejects.toThrow();
  await expect(host.call('renders.get', { projectId, renderId: PROMPT } as never)).rejects.toThrow();
  expect(logged().filter(({ event }) => event === 'command.refused')).toMatchObject([
    { command: 'project.open', code: 'PROJECT_MISSING' },
    { command: 'renders.get', code: 'COMMAND_INVALID' },
  ]);
  const diagnostics = JSON.stringify(await host.call('app.diagnostics', {}));
  for (const text of [host.logText(), diagnostics]) {
    expect(text).not.toContain('lighthouse');
    expect(text).not.toContain('Grandmother');
  }
});

describe('diagnostics', () => {
  test('describe the program, the machine, the engine and the settings, and the latest events', async () => {
    const renderId = await renderThatFails();
    await host.call('settings.set', { rowsAtOnce: 4, editor: { lastSeen: NAME } });
    const diagnostics = await host.call('app.diagnostics', {});
    expect(diagnostics).toMatchObject({
      program: { version: '0.0.0', host: 'browser', node: process.versions.node },
      machine: { platform: process.platform, architecture: process.arch },
      settings: { rowsAtOnce: 4, device: 'auto' },
    });
    expect(diagnostics.settings).not.toHaveProperty('editor');
    expect(diagnostics.log).toContainEqual(expect.objectContaining({ event: 'render.ended', renderId }));
    expect(diagnostics.log.at(-1)).toMatchObject({ event: 'settings.changed', rowsAtOnce: 4 });
  });

  test('have ~ for the home folder, which is the root of everything in this test', async () => {
    await renderThatFails();
    const diagnostics = await host.call('app.diagnostics', {});
    expect(JSON.stringify(diagnostics)).not.toContain(host.root);
    expect(diagnostics.folders.settings).toBe(join('~', 'settings'));
    // In the file itself, which stays on this machine, paths are absolute.
    expect(host.logText()).toContain(JSON.stringify(host.root).slice(1, -1));
  });

  test.each<[string, 'linux' | 'win32', string, string, string]>([
    ['a path', 'linux', '/home/ada', '/home/ada/x', '~/x'],
    ['the folder itself', 'linux', '/home/ada', 'in /home/ada.', 'in ~.'],
    ['another account', 'linux', '/home/ada', '/home/adam/x', '/home/adam/x'],
    ['an address', 'linux', '/home/ada l', 'at file:///home/ada%20l/x.ts:1:2', 'at file://~/x.ts:1:2'],
    ['Windows', 'win32', 'C:\\Users\\Ada', 'c:\\users\\ada\\x', '~\\x'],
    ['Windows with slashes', 'win32', 'C:\\Users\\Ada', 'C:/Users/Ada/x', '~/x'],
    ['an address on Windows', 'win32', 'C:\\Users\\Ada', 'file:///C:/Users/Ada/x', 'file://~/x'],
    ['a root as home', 'linux', '/', '/etc/x', '/etc/x'],
  ])('home in %s', (_, platform, homeFolder, text, expected) => {
    const facts = { platform, environment: {}, homeFolder };
    expect(withoutHome({ deep: [{ text }] }, facts)).toEqual({ deep: [{ text: expected }] });
  });
});
