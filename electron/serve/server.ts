/** The browser host: the program's pages, pictures and commands over loopback HTTP, for one user. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Studio } from '../app/studio.ts';
import { pageNonceSchema } from '../contract/access.ts';
import { listen } from '../foundation/listen.ts';
import { Access, type Refusal } from './access.ts';
import { assetRoute } from './asset-route.ts';
import { Connections, connectionOptions } from './connections.ts';
import { pageRoute } from './page-route.ts';
import { respond } from './respond.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { SocketRoute } from './socket-route.ts';
import { UploadBodies } from './upload-body.ts';

export interface ServerOptions {
  readonly studio: Studio;
  /** The secret that pages have to know; it admits its holder. */
  readonly token: string;
  /** Address to listen on. */
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Further host names that browsers may use. */
  readonly hostNames?: readonly string[];
  /** The built editor. */
  readonly rendererFolder: string;
  /** Called with bugs of the program; never gets the token. */
  readonly onFault?: (error: unknown, what: string) => void;
  /** Longest pause of an upload. */
  readonly uploadIdleTimeoutMs?: number;
}

export interface RunningServer {
  /** Includes the token: it admits its holder. */
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** @throws StudioError ADDRESS_UNAVAILABLE */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { studio, token, address, hostNames = [], rendererFolder, onFault = () => undefined } = options;
  const server = createServer(connectionOptions);
  const connections = new Connections(server);
  const access = new Access({ token, hostNames });
  const sockets = new SocketRoute(studio, access.assetKey, onFault);
  const bodies = new UploadBodies(options.uploadIdleTimeoutMs);
  const pages = pageRoute(rendererFolder);

  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      onFault(error, `${request.method} ${withoutKey(addressOf(request).pathname)}`);
      if (response.headersSent) response.destroy();
      else respond(response, 500, 'Something went wrong. This is a bug.');
    });
  });
  server.on('upgrade', (request, stream, head) => {
    const refusal =
      access.checkHost(request) ??
      access.checkOrigin(request, true) ??
      (addressOf(request).pathname === '/socket' ? access.checkProof(request) : { status: 404 });
    if (refusal === undefined && !sockets.isFull) {
      connections.trust(stream);
      sockets.accept(request, stream, head);
      return;
    }
    const status = refusal?.status ?? 503;
    stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response, 'page');
    const url = addressOf(request);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const refusedHost = access.checkHost(request);
    if (refusedHost) return refuse(response, refusedHost);
    // The page can be opened from a terminal or a link, so from anywhere. Nothing in it is secret.
    const refusedOrigin =
      isReading && url.pathname === '/' ? undefined : access.checkOrigin(request, !isReading);
    if (refusedOrigin) return refuse(response, refusedOrigin);
    const asset = /^\/assets\/([^/]*)\/([^/]*)$/.exec(url.pathname);
    if (asset) {
      const refusedKey = access.checkAssetKey(asset[1]!);
      if (refusedKey) return refuse(response, refusedKey);
      connections.trust(request.socket);
      return assetRoute(studio, bodies, asset[2]!, request, response);
    }
    if (!isReading) return respond(response, 405, 'Pages can only be read.');
    if (url.pathname === '/challenge') return giveChallenge(url, response);
    pages(request, response);
  }

  function giveChallenge(url: URL, response: ServerResponse): void {
    const nonce = pageNonceSchema.safeParse(url.searchParams.get('page'));
    if (!nonce.success) {
      respond(response, 400, 'A request for a challenge needs a random number of the page.');
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(access.challenge(nonce.data)));
  }

  const port = await listen(server, options.port, address).catch((error: unknown) => {
    sockets.close();
    throw error;
  });
  return {
    url: addressFor(address, port, token),
    port,
    close: async () => {
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * The address to open. The token follows the #, which browsers do not send: no server, log or header sees it.
 */
export function addressFor(address: string, port: number, token: string): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}/#token=${token}`;
}

function refuse(response: ServerResponse, { status, sentence }: NonNullable<Refusal>): void {
  respond(response, status, sentence);
}

function addressOf(request: IncomingMessage): URL {
  return URL.parse(request.url ?? '/', 'http://host') ?? new URL('http://host/');
}

/** Logs get shared, so the token must not be in them. */
function withoutKey(path: string): string {
  return path.replace(/^\/assets\/[^/]*\//, '/assets/.../');
}
