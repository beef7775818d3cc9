/** `start` without Electron: one sentence says so, and the program is served to a browser. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { serveEnvironment } from './serve-process.ts';
import { TestClient } from './test-client.ts';

// Without a display, Electron is of no use; only on Linux can the display be removed.
test.runIf(process.platform === 'linux')('says why there is no window, and prints the address', async () => {
  const root = temporaryFolder();
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...environment } = await serveEnvironment(root);
  const child = spawn('node', ['electron/cli/main.ts', 'start', '--port', '0'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.includes(' is at ')) break;
    }
    expect(lines.at(-2)).toBe('The program opens in a browser, because there is no display.');
    const client = await TestClient.connect(new URL(/http:\S+/.exec(lines.at(-1)!)![0]));
    expect(await client.call('app.info')).toMatchObject({ host: 'browser' });
    client.close();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
  rmSync(root, { recursive: true });
});
