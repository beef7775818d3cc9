/** Events of a real process: Ctrl-C, an engine that dies, readers that go away; no partial files stay. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { isAlive } from '../app/engine/tiny-engine.ts';
import { useCommandFixture } from './command-fixture.ts';

const fixture = useCommandFixture();
const main = join(import.meta.dirname, '..', '..', '..', 'electron', 'cli', 'main.ts');

/** A render with the maximum number of steps, so that everything happens long before its end. */
function startCompose(folder: string) {
  mkdirSync(folder);
  const args = ['compose', fixture.scenePath, '--pack', fixture.pack, '--device', 'cpu', '--steps', '999'];
  const child = spawn(process.execPath, [main, ...args, '--out', join(folder, 'result.png')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { err: '' };
  const out = text(child.stdout);
  const isRendering = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said.err += chunk;
      // The first report comes when the engine starts loading the pack.
      if (said.err.includes('Inverting')) resolve();
    });
  });
  return { child, out, said, isRendering };
}

/** Process id of a command's only child, its engine. */
function enginePid(command: ChildProcess): number {
  return Number(execFileSync('pgrep', ['-P', String(command.pid)], { encoding: 'utf8' }).trim());
}

// Windows has no SIGINT to send to another process: kill() ends it immediately.
describe.skipIf(process.platform === 'win32')('a running command', () => {
  test('is cancelled at the next step by Ctrl-C, with exit code 130', async () => {
    const folder = join(fixture.root, 'interrupted');
    const { child, out, said, isRendering } = startCompose(folder);
    await isRendering;
    child.kill('SIGINT');
    const [exitCode] = await once(child, 'close');
    expect([exitCode, await out]).toEqual([130, '']);
    expect(said.err).toContain('Cancelling; press Ctrl-C again');
    expect(said.err).toContain('error CANCELLED: ');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is killed at once by a second Ctrl-C together with its engine, even in the middle of a call', async () => {
    const { child, isRendering } = startCompose(join(fixture.root, 'ended'));
    await isRendering;
    const engine = enginePid(child);
    // Like one that is blocked in a native call: it receives nothing.
    process.kill(engine, 'SIGSTOP');
    child.stderr.on('data', (chunk: string) => {
      if (chunk.includes('Cancelling')) child.kill('SIGINT');
    });
    child.kill('SIGINT');
    const [, signal] = await once(child, 'close');
    expect(signal).toBe('SIGINT');
    await vi.waitFor(() => expect(isAlive(engine)).toBe(false), { timeout: 20_000 });
  });

  test('fails with ENGINE_CRASHED when its engine dies, and leaves nothing', async () => {
    const folder = join(fixture.root, 'crashed');
    const { child, out, said, isRendering } = startCompose(folder);
    await isRendering;
    process.kill(enginePid(child), 'SIGSEGV');
    const [exitCode] = await once(child, 'close');
    expect([exitCode, await out]).toEqual([1, '']);
    expect(said.err).toMatch(/error ENGINE_CRASHED: The process that runs the models was ended by SIGSEGV/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test.skipIf(process.platform === 'win32')(
  'a reader that has seen enough does not end the process',
  async () => {
    const processIo = pathToFileURL(
      join(import.meta.dirname, '../../../electron/foundation/command-line/process-io.ts'),
    ).href;
    const pause = 'await new Promise((resolve) => setTimeout(resolve, 100));';
    const printing = `
    const { processIo } = await import(${JSON.stringify(processIo)});
    const { print, printError } = processIo();
    for (let line = 0; line < 9; line++) { print('What nobody reads'); ${pause} }
    printError('to the end');`;
    const child = spawn(
      'sh',
      ['-c', '"$0" --input-type=module --eval "$1" | true', process.execPath, printing],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    expect(await text(child.stderr)).toBe('to the end\n');
  },
);
