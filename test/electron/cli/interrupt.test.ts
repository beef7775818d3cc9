/** What a real process meets: Ctrl-C reaches the method and nothing half-written stays; readers go away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { useCommandFixture } from './command-fixture.ts';

const fixture = useCommandFixture();
const main = join(import.meta.dirname, '..', '..', '..', 'electron', 'cli', 'main.ts');

// Windows has no SIGINT to send to another process: kill() ends it there and then.
test.skipIf(process.platform === 'win32')('Ctrl-C cancels at the next step, with exit code 130', async () => {
  const folder = join(fixture.root, 'interrupted');
  mkdirSync(folder);
  // As many steps as there are, so that the signal comes long before the end.
  const args = ['compose', fixture.scenePath, '--pack', fixture.pack, '--device', 'cpu', '--steps', '999'];
  const child = spawn(process.execPath, [main, ...args, '--out', join(folder, 'result.png')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = text(child.stdout);
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    // The first report comes when the pack has been loaded.
    if (err === '') child.kill('SIGINT');
    err += chunk;
  });
  const [exitCode] = await once(child, 'close');
  expect([exitCode, await out]).toEqual([130, '']);
  expect(err).toContain('Cancelling; press Ctrl-C again');
  expect(err).toContain('error CANCELLED: ');
  expect(readdirSync(folder)).toEqual([]);
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
