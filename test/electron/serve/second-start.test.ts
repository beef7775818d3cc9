/** A second start of the browser host, while the first runs and after it has exited. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunningHosts } from '../../../electron/serve/running-hosts.ts';
import { freePort } from '../farm/redis-server.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { type ServeProcess, serveEnvironment, startServe } from './serve-process.ts';
import { TestClient, tokenOf } from './test-client.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(() => rmSync(root, { recursive: true }));

/** Runs `serve` to its end. */
async function serveToEnd(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn('node', ['electron/cli/main.ts', 'serve', ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const [output, errors] = [child.stdout.toArray(), child.stderr.toArray()];
  const [code] = (await once(child, 'exit')) as [number];
  return { code, output: (await output).join(''), errors: (await errors).join('') };
}

test('a second start prints the running program’s address; on another port it starts its own', async () => {
  const environment = await serveEnvironment(root);
  const first = await startServe(environment);
  let second: ServeProcess | undefined;
  try {
    const told = await serveToEnd(environment);
    expect(told).toMatchObject({ code: 0, errors: '' });
    expect(told.output).toContain(`is already running at ${first.url.href}`);
    expect((await serveToEnd(environment, '--port', first.url.port)).output).toContain(first.url.href);
    const client = await TestClient.connect(new URL(/http:\S+/.exec(told.output)![0]));
    await client.call('project.openSample');
    client.close();

    const metricsPort = await freePort();
    second = await startServe(environment, 0, '--metrics-port', `${metricsPort}`);
    const figures = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(figures).toContain('pnpmix_host_render_seconds_count 0');
    const other = await TestClient.connect(second.url);
    expect((await other.call('project.create', { name: 'Its own' })).isReadOnly).toBe(false);
    other.close();
  } finally {
    await first.stop();
    await second?.stop();
  }
});

test('a host restarted on its port knows its pages; its files are readable by their owner only', async () => {
  const environment = await serveEnvironment(root);
  const first = await startServe(environment);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const again = await startServe(environment, Number(first.url.port));
  expect(again.url.href).toBe(first.url.href);
  expect(await again.stop()).toBe(0);
  const third = await startServe(environment, Number(first.url.port));
  expect(tokenOf(third.url)).toBe(tokenOf(first.url));
  await third.stop();
  if (process.platform === 'win32') return;
  const folder = join(root, 'settings', 'browser-hosts');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test('a start that cannot note its port says why, and ends', async () => {
  const environment = await serveEnvironment(root);
  mkdirSync(join(root, 'settings'));
  symlinkSync(join(root, 'gone', 'too'), join(root, 'settings', 'browser-hosts'));
  const { code, errors } = await serveToEnd(environment, '--port', '0');
  expect([code, errors]).toEqual([1, expect.stringContaining('FOLDER_UNWRITABLE')]);
});

test('a port used by another program is reported as taken', async () => {
  const environment = await serveEnvironment(root);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const { code, errors } = await serveToEnd(environment, '--port', String(port));
  expect(code).toBe(1);
  expect(errors).toContain('ADDRESS_UNAVAILABLE');
  other.close();
});

describe('the hosts of a settings folder', () => {
  test('are those whose processes run', async () => {
    const [hosts, others] = [new RunningHosts(root), new RunningHosts(root)];
    expect(await hosts.list()).toEqual([]);
    const claim = (await hosts.claim(4310, '127.0.0.1'))!;
    expect(await others.list()).toMatchObject([{ port: 4310, token: claim.token, pid: process.pid }]);
    expect(await others.claim(4310, '127.0.0.1')).toBeUndefined();
    const another = (await others.claim(4311, '127.0.0.1'))!;
    expect(another.token).not.toBe(claim.token);
    another.release();
    claim.release();
    expect(await others.list()).toEqual([]);
    const again = (await others.claim(4310, '127.0.0.1'))!;
    expect(again.token).toBe(claim.token);
    again.release();
  });

  test('that have exited are remembered while they are few: the newest ones, and always those that run', async () => {
    const hosts = new RunningHosts(root);
    const running = (await hosts.claim(4300, '127.0.0.1'))!;
    const folder = join(root, 'browser-hosts');
    for (let port = 4301; port <= 4308; port++) {
      (await hosts.claim(port, '127.0.0.1'))!.release();
      utimesSync(join(folder, `${port}.json`), new Date(), new Date(Date.now() - (4310 - port) * 1000));
    }
    utimesSync(join(folder, '4300.json'), 1, 1);
    const claim = (await hosts.claim(4309, '127.0.0.1'))!;
    const ports = ['4300', '4305', '4306', '4307', '4308', '4309'];
    expect(readdirSync(folder).toSorted()).toEqual(ports.flatMap((port) => [`${port}.json`, `${port}.lock`]));
    claim.release();
    running.release();
  });

  test('are none where a file is in the way of the folder; claiming a port says so', async () => {
    writeFileSync(join(root, 'browser-hosts'), '');
    const hosts = new RunningHosts(root);
    expect(await hosts.list()).toEqual([]);
    await expect(hosts.claim(4310, '127.0.0.1')).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' });
  });

  test('get a new token if theirs cannot be read, and are forgotten after a while', async () => {
    const hosts = new RunningHosts(root);
    (await hosts.claim(4310, '127.0.0.1'))!.release();
    (await hosts.claim(4312, '127.0.0.1'))!.release();
    const folder = join(root, 'browser-hosts');
    writeFileSync(join(folder, '4310.json'), '{"version":1');
    utimesSync(join(folder, '4312.json'), 1, 1);
    const claim = (await hosts.claim(4310, '127.0.0.1'))!;
    expect(JSON.parse(readFileSync(join(folder, '4310.json'), 'utf8'))).toMatchObject({ token: claim.token });
    claim.release();
    expect(readdirSync(folder).toSorted()).toEqual(['4310.json', '4310.lock']);
  });
});
