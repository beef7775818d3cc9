/**
 * Starts the staged program's files with the browser host and checks its page, a command, its processes for
 * pictures and the engine, and the licences. Electron only adds the window; all else is the same files.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import {
  challengeSchema,
  hostProofText,
  pageProofText,
  proofProtocols,
} from '../electron/contract/access.ts';

interface Answer {
  readonly id?: number | null;
  readonly envelope?: {
    readonly ok: boolean;
    readonly value?: Record<string, unknown>;
    readonly message?: string;
  };
}

/**
 * @param appFolder the staged program
 * @param environment added to this process's; PNPMIX_PACKS_DIR for packs other than the bundled ones
 * @returns facts about the program
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
  let socket: WebSocket | undefined;
  try {
    socket = await openPage(await addressOf(child));
    const info = await call(socket, 'app.info', {});
    const project = await call(socket, 'project.create', { name: 'Smoke' });
    if (project.name !== 'Smoke') throw new Error('a project could not be made');
    // A picture process reads the sample's pictures.
    await call(socket, 'project.openSample', {});
    const licences = (await call(socket, 'app.licences', {})) as unknown as { readonly name: string }[];
    if (!licences.some(({ name }) => name === 'sharp')) throw new Error('the licences are missing');
    const engine = await call(socket, 'engine.start', {});
    if (engine.state !== 'ready') throw new Error(`the engine is not ready: ${JSON.stringify(engine)}`);
    return { version: info.version, engine };
  } finally {
    socket?.terminate();
    const exited = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGINT');
    await exited;
    await rm(root, { recursive: true, force: true });
  }
}

async function addressOf(child: ChildProcess): Promise<URL> {
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the program ended unexpectedly (${code})`);
  });
  const printed = new Promise<URL>((resolve) => {
    createInterface(child.stdout!).on('line', (line) => {
      const found = /is at (http:\S+)/.exec(line);
      if (found) resolve(new URL(found[1]!));
    });
  });
  return Promise.race([printed, exited]);
}

/** Opens the page and the socket like a browser: it proves the token in the address, without sending it. */
async function openPage(address: URL): Promise<WebSocket> {
  const response = await fetch(address.origin);
  if (!response.ok || !(await response.text()).includes('<')) {
    throw new Error(`the page responded with ${response.status}`);
  }
  const token = new URLSearchParams(address.hash.slice(1)).get('token') ?? '';
  const sign = (text: string) => createHmac('sha256', token).update(text).digest('base64url');
  const nonce = randomBytes(18).toString('base64url');
  const answer = await fetch(`${address.origin}/challenge?page=${nonce}`);
  const { challenge, proof } = challengeSchema.parse(await answer.json());
  if (proof !== sign(hostProofText(challenge, nonce)))
    throw new Error('the host does not know its own token');
  const protocols = proofProtocols({ challenge, proof: sign(pageProofText(challenge)) });
  const socket = new WebSocket(`ws://${address.host}/socket`, protocols, { origin: address.origin });
  await once(socket, 'open');
  return socket;
}

let calls = 0;

async function call(socket: WebSocket, command: string, input: object): Promise<Record<string, unknown>> {
  const id = calls++;
  const answered = new Promise<Answer>((resolve) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Answer;
      if (message.id === id) resolve(message);
    });
  });
  socket.send(JSON.stringify({ id, command, input }));
  const { envelope } = await answered;
  if (envelope?.ok !== true) throw new Error(`${command}: ${envelope?.message}`);
  return envelope.value ?? {};
}
