/**
 * Connections of the server: none may end the host by ending itself, and those that have shown nothing yet cannot use
 * up the descriptors that the program needs.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Most connections in all; a process may commonly have 1,024 descriptors open. */
const MAX_CONNECTIONS = 512;

/** Most connections over which nothing came yet that only a page with the key can know. */
export const MAX_STRANGERS = 128;

/** How long a request may take until its headers are whole. */
const HEADERS_TIMEOUT_MS = 15_000;
const CHECK_INTERVAL_MS = 5_000;

export const connectionOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_INTERVAL_MS,
  // How much longer a connection stays open than the host says it does: on a busy machine a request may be on its way
  // over a connection that the sender rightly takes for open, and would be lost with it.
  keepAliveTimeoutBuffer: 30_000,
  // Uploads over a slow tunnel take long; how long nothing may arrive is upload-body.ts's to say.
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

  /** Something came over this connection that only a page with the key can know. */
  trust(socket: Duplex): void {
    this.#strangers.delete(socket);
  }

  #take(socket: Socket): void {
    // Node takes its own listener away when a request becomes a socket; an error without one ends the process.
    socket.on('error', () => socket.destroy());
    this.#strangers.add(socket);
    socket.on('close', () => this.#strangers.delete(socket));
    const [oldest] = this.#strangers;
    // The newest is let in, so that a page still loads while another program holds connections open.
    if (this.#strangers.size > MAX_STRANGERS) oldest?.destroy();
  }
}
