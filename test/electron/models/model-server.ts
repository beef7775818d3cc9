/** A model hub on 127.0.0.1 that can misbehave on request, and counts every byte it sends. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServedFile {
  readonly body: Buffer;
  readonly etag?: string | undefined;
  /** Extra headers for HEAD and GET. */
  readonly headers?: Readonly<Record<string, string>>;
  /** HEAD is redirected there, with only these headers. */
  readonly headRedirect?: Readonly<Record<string, string>> & { readonly location: string };
}

export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
  bytesServed: number;
}

/** A wrong response to a file request; GET only. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: ServedFile;
  readonly log: LoggedRequest;
  /** Start of the requested range; 0 without one, or if If-Range does not match. */
  readonly start: number;
}

export class ModelServer {
  readonly files = new Map<string, ServedFile>();
  readonly requests: LoggedRequest[] = [];
  readonly #faults = new Map<string, Fault[]>();
  readonly #server: Server;
  /** Used for every request without a fault for its path. */
  standingFault: Fault | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<ModelServer> {
    const server = new ModelServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Faults for the next GETs of a path, one each. */
  misbehave(path: string, ...faults: Fault[]): void {
    this.#faults.set(path, [...(this.#faults.get(path) ?? []), ...faults]);
  }

  /** Clears the remaining faults of a path. */
  behave(path: string): void {
    this.#faults.delete(path);
  }

  /** Bytes sent for a path. */
  bytesServed(path: string): number {
    return this.requests
      .filter((request) => request.path === path)
      .reduce((sum, { bytesServed }) => sum + bytesServed, 0);
  }

  gets(path: string): LoggedRequest[] {
    return this.requests.filter((request) => request.path === path && request.method === 'GET');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? '');
    const file = this.files.get(path);
    const log: LoggedRequest = {
      method: request.method ?? '',
      path,
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      authorization: request.headers.authorization,
      bytesServed: 0,
    };
    this.requests.push(log);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const isSame = log.ifRange === undefined || log.ifRange === file.etag;
    const asked = Number(/^bytes=(\d+)-$/.exec(log.range ?? '')?.[1] ?? 0);
    const start = isSame ? asked : 0;
    const exchange = { request, response, file, log, start };
    if (request.method === 'GET') {
      const fault = this.#faults.get(path)?.shift() ?? this.standingFault;
      await (fault ?? honest)(exchange);
    } else if (file.headRedirect) {
      response.writeHead(307, file.headRedirect).end();
    } else {
      response.writeHead(200, headersOf(file, file.body.length)).end();
    }
  }
}

function headersOf({ etag, headers }: ServedFile, length: number): Record<string, string | number> {
  return {
    'accept-ranges': 'bytes',
    'content-length': length,
    ...(etag === undefined ? {} : { etag }),
    ...headers,
  };
}

async function send({ response, log }: Exchange, bytes: Buffer): Promise<void> {
  const chunk = 16 * 1024;
  for (let at = 0; at < bytes.length && !response.destroyed; at += chunk) {
    const piece = bytes.subarray(at, at + chunk);
    const isSent = await new Promise((resolve) => response.write(piece, (error) => resolve(!error)));
    if (isSent) log.bytesServed += piece.length;
  }
}

/** The head of a correct response, full or partial. */
function begin({ response, file, start }: Exchange): Buffer | undefined {
  const { length } = file.body;
  if (start > 0 && start >= length) {
    response.writeHead(416, { 'content-range': `bytes */${length}` }).end();
    return undefined;
  }
  const rest = file.body.subarray(start);
  if (start === 0) response.writeHead(200, headersOf(file, length));
  else {
    response.writeHead(206, {
      ...headersOf(file, rest.length),
      'content-range': `bytes ${start}-${length - 1}/${length}`,
    });
  }
  return rest;
}

export const honest: Fault = async (exchange) => {
  const rest = begin(exchange);
  if (rest === undefined) return;
  await send(exchange, rest);
  exchange.response.end();
};

/**
 * Closes the connection after a number of bytes.
 *
 * @param written a file to wait for first, until it contains everything sent: a client may lose data that it has not
 * yet read from a connection that breaks
 */
export function dropAfter(bytes: number, written?: string): Fault {
  return async (exchange) => {
    const rest = begin(exchange);
    if (rest === undefined) return;
    await send(exchange, rest.subarray(0, bytes));
    const size = async () => (await stat(written!).catch(() => undefined))?.size ?? 0;
    if (written === undefined) await delay(20);
    else while ((await size()) < exchange.start + bytes) await delay(5);
    exchange.response.destroy();
  };
}

/** Sends a number of bytes, then nothing more, on an open connection. */
export function stallAfter(bytes: number): Fault {
  return async (exchange) => {
    const rest = begin(exchange);
    if (rest !== undefined) await send(exchange, rest.subarray(0, bytes));
  };
}

/** Answers every request with the whole file. */
export const ignoreRange: Fault = (exchange) => honest({ ...exchange, start: 0 });

/** Ignores Range, and also disconnects. */
export function ignoreRangeAndDropAfter(bytes: number, written?: string): Fault {
  return (exchange) => dropAfter(bytes, written)({ ...exchange, start: 0 });
}

/** Answers 206, but for another range. */
export const wrongContentRange: Fault = async (exchange) => {
  const { response, file } = exchange;
  const start = Math.max(exchange.start - 1000, 0);
  response.writeHead(206, {
    ...headersOf(file, file.body.length - start),
    'content-range': `bytes ${start}-${file.body.length - 1}/${file.body.length}`,
  });
  await send(exchange, file.body.subarray(start));
  response.end();
};

/** Declares the right range, but sends the beginning of the file. */
export const wrongBytesInRange: Fault = async (exchange) => {
  const { file, start } = exchange;
  const rest = begin(exchange);
  if (rest === undefined) return;
  await send(exchange, file.body.subarray(0, file.body.length - start));
  exchange.response.end();
};

/** Continues the range although If-Range names another version. */
export const ignoreIfRange: Fault = (exchange) => {
  const asked = Number(/^bytes=(\d+)-$/.exec(exchange.log.range ?? '')?.[1] ?? 0);
  return honest({ ...exchange, start: asked });
};

/** Sends the file with one flipped bit. */
export const wrongByte: Fault = (exchange) => {
  const body = Buffer.from(exchange.file.body);
  const at = Math.floor(body.length / 2);
  body[at] = body[at]! ^ 1;
  return honest({ ...exchange, file: { ...exchange.file, body } });
};

/** Has a shorter file, and declares its length. */
export const shorter: Fault = (exchange) =>
  honest({ ...exchange, start: 0, file: { ...exchange.file, body: exchange.file.body.subarray(0, -1) } });

/** Sends too many bytes, without declaring a length. */
export const endless: Fault = async (exchange) => {
  exchange.response.writeHead(200, { 'transfer-encoding': 'chunked' });
  await send(exchange, Buffer.concat([exchange.file.body, exchange.file.body]));
  exchange.response.end();
};

/** Sends the right bytes in chunks without a length. */
export const chunked: Fault = async (exchange) => {
  exchange.response.writeHead(200, { 'transfer-encoding': 'chunked' });
  await send(exchange, exchange.file.body);
  exchange.response.end();
};

export function status(code: number, headers: Record<string, string> = {}): Fault {
  return ({ response }) => {
    response.writeHead(code, headers).end();
  };
}

export function redirectTo(location: string, headers: Record<string, string> = {}): Fault {
  return status(302, { location, ...headers });
}

/** Bytes that look random and are the same in every run. */
export function modelBytes(length: number, seed = 1): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < length; block++) {
    blocks.push(createHash('sha256').update(`${seed} ${block}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function gitBlobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
