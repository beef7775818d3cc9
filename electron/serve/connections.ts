/**
 * Connections of the server: no broken connection can end the host, and unproven ones cannot use up the file
 * descriptors that the program needs.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Most connections in all; a process may commonly have 1,024 descriptors open. */
const MAX_CONNECTIONS = 512;

/** Most connections that have not proved the key yet. */
export const MAX_STRANGERS = 128;

/** How long a request's headers may take to arrive. */
const HEADERS_TIMEOUT_MS = 15_000;
const CHECK_INTERVAL_MS = 5_000;

export const connectionOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_INTERVAL_MS,
  // How much longer a connection stays open than announced: on a busy machine, a client may already be sending a
  // request on a connection that it rightly believes to be open, and the request would be lost.
  keepAliveTimeoutBuffer: 30_000,
  // Uploads over a slow tunnel take long; upload-body.ts limits their pauses instead.
  requestTimeout: 0,
  maxHeaderSize: 16 << 10,
} as const;

export class Connections {
  /** The oldest first. */
  readonly #strangers = new Set<Duplex>();

  constructor(server: Server) {
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => this.#take(socket));
  }

  /** This connection has proved the key. */
  trust(socket: Duplex): void {
    this.#strangers.delete(socket);
  }

  #take(socket: Socket): void {
    // Node removes its own listener when a request becomes a socket; an error without one ends the process.
    socket.on('error', () => socket.destroy());
    this.#strangers.add(socket);
    socket.on('close', () => this.#strangers.delete(socket));
    const [oldest] = this.#strangers;
    // Admit the newest, so that a page still loads while another program holds connections open.
    if (this.#strangers.size > MAX_STRANGERS) oldest?.destroy();
  }
}
