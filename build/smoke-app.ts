/**
 * Starts the staged program's own files with the browser host: its page, a command, and its engine. What Electron
 * adds is the window; all else is the same files.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

interface Answer {
  readonly envelope?: {
    readonly ok: boolean;
    readonly value?: Record<string, unknown>;
    readonly message?: string;
  };
}

/**
 * @param appFolder the staged program
 * @param environment over this process's; PNPMIX_PACKS_DIR for other packs than the bundled ones
 * @returns what was found
 * @throws Error when something does not work
 */
export async function smokeApp(
  appFolder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly version: unknown; readonly engine: unknown }> {
  const root = await mkdtemp(join(tmpdir(), 'pnp-mix-smoke-'));
  const child = spawn(process.execPath, [join(appFolder, 'electron', 'serve', 'main.js'), '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PNPMIX_PROJECTS_DIR: join(root, 'projects'),
      PNPMIX_SETTINGS_DIR: join(root, 'settings'),
      PNPMIX_CACHE_DIR: join(root, 'cache'),
      PNPMIX_MODELS_DIR: join(root, 'models'),
      ...environment,
    },
  });
  try {
    const { page, cookie } = await openPage(await addressOf(child));
    const info = await call(page, cookie, 'app.info', {});
    const project = await call(page, cookie, 'project.create', { name: 'Smoke' });
    if (project.name !== 'Smoke') throw new Error('a project could not be made');
    const engine = await call(page, cookie, 'engine.start', {});
    if (engine.state !== 'ready') throw new Error(`the engine is not ready: ${JSON.stringify(engine)}`);
    return { version: info.version, engine };
  } finally {
    const exited = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGINT');
    await exited;
    await rm(root, { recursive: true, force: true });
  }
}

async function addressOf(child: ChildProcess): Promise<URL> {
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the program ended by itself (${code})`);
  });
  const printed = new Promise<URL>((resolve) => {
    createInterface(child.stdout!).on('line', (line) => {
      const found = /is at (http:\S+)/.exec(line);
      if (found) resolve(new URL(found[1]!));
    });
  });
  return Promise.race([printed, exited]);
}

/** Opens the printed address as a browser does: the token for a cookie, the cookie for the page. */
async function openPage(address: URL): Promise<{ page: URL; cookie: string }> {
  const first = await fetch(address, { redirect: 'manual' });
  const cookie = first.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`no cookie came with ${first.status}`);
  const page = new URL('/', address);
  const response = await fetch(page, { headers: { cookie } });
  if (!response.ok || !(await response.text()).includes('<')) {
    throw new Error(`the page answered ${response.status}`);
  }
  return { page, cookie };
}

async function call(
  page: URL,
  cookie: string,
  command: string,
  input: object,
): Promise<Record<string, unknown>> {
  const socket = new WebSocket(new URL('/socket', page.href.replace('http:', 'ws:')), {
    headers: { cookie, origin: page.origin },
  });
  try {
    await once(socket, 'open');
    const answered = new Promise<Answer>((resolve) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as Answer;
        if (message.envelope !== undefined) resolve(message);
      });
    });
    socket.send(JSON.stringify({ id: 1, command, input }));
    const { envelope } = await answered;
    if (envelope?.ok !== true) throw new Error(`${command}: ${envelope?.message}`);
    return envelope.value ?? {};
  } finally {
    socket.close();
  }
}
