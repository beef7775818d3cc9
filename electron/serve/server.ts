/** The browser host: the program's pages, pictures and commands over loopback HTTP, for one person. */
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sirv from 'sirv';
import type { Studio } from '../app/studio.ts';
import { StudioError } from '../contract/errors.ts';
import { Access, type Refusal } from './access.ts';
import { answer } from './answers.ts';
import { assetRoute } from './asset-route.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { SocketRoute } from './socket-route.ts';

export interface ServerOptions {
  readonly studio: Studio;
  /** Address to listen on. */
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Names besides the loopback's that the host may be called by. */
  readonly hostNames?: readonly string[];
  /** The built editor. */
  readonly rendererFolder: string;
  /** Told of the program's own faults, never of the token. */
  readonly onFault?: (error: unknown, what: string) => void;
}

export interface RunningServer {
  /** With the token: whoever has it is let in. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** @throws StudioError ADDRESS_UNAVAILABLE */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { studio, address, hostNames = [], rendererFolder, onFault = () => undefined } = options;
  const server = createServer();
  const port = await listen(server, options.port, address);
  const access = new Access(hostNames, port);
  const sockets = new SocketRoute(studio, onFault);
  const pages = pageServer(rendererFolder);

  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      onFault(error, `${request.method} ${new URL(request.url ?? '/', 'http://host').pathname}`);
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'That went wrong. This is a fault of the program.');
    });
  });
  server.on('upgrade', (request, stream, head) => {
    const refusal =
      access.checkHost(request) ?? access.checkOrigin(request, true) ?? access.checkCookie(request);
    const isSocket = addressOf(request).pathname === '/socket';
    if (refusal === undefined && isSocket) {
      sockets.accept(request, stream, head);
      return;
    }
    const status = refusal?.status ?? 404;
    stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response, 'page');
    const url = addressOf(request);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const refusedHost = access.checkHost(request);
    if (refusedHost) return refuse(response, refusedHost);
    // The person's first visit: from the terminal or another program's link, so from anywhere.
    if (isReading && url.pathname === '/' && access.hasToken(url)) {
      // The token leaves the address bar, and with it the history and every screenshot.
      response.writeHead(303, { Location: '/', 'Set-Cookie': access.cookie, 'Cache-Control': 'no-store' });
      response.end();
      return;
    }
    const refusal =
      (isReading && url.pathname === '/' ? undefined : access.checkOrigin(request, !isReading)) ??
      access.checkCookie(request);
    if (refusal) return refuse(response, refusal);
    const asset = /^\/assets\/([^/]*)$/.exec(url.pathname);
    if (asset) return assetRoute(studio, asset[1]!, request, response);
    if (!isReading) return answer(response, 405, 'Pages are only read.');
    pages(request, response);
  }

  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}/?${access.query}`,
    close: async () => {
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(response: ServerResponse, { status, sentence }: NonNullable<Refusal>): void {
  answer(response, status, sentence);
}

function addressOf(request: IncomingMessage): URL {
  return URL.parse(request.url ?? '/', 'http://host') ?? new URL('http://host/');
}

function pageServer(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const notFound = (_: IncomingMessage, response: ServerResponse) =>
    answer(response, 404, 'There is no such page.');
  // Files are looked for anew each time, so that a build while the host runs is seen.
  const files = sirv(folder, { dev: true, etag: true, onNoMatch: notFound });
  return (request, response) => {
    if (existsSync(join(folder, 'index.html'))) {
      files(request, response);
      return;
    }
    answer(
      response,
      503,
      'The editor has not been built: run npm run build:renderer, then load this page again.',
    );
  };
}

async function listen(server: Server, port: number, address: string): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === 'EADDRINUSE' ? 'it is taken: choose another with --port' : String(cause);
    throw new StudioError('ADDRESS_UNAVAILABLE', `Cannot listen on ${address}, port ${port}: ${reason}.`, {
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}
