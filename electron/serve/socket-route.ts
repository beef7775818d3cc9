/** `/socket`: commands one way, responses and events the other, as text (electron/contract/wire.ts). */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { type CommandContext, createDispatcher, type Dispatch } from '../app/dispatcher.ts';
import type { Studio } from '../app/studio.ts';
import { SOCKET_PROTOCOL, type welcomeMessageSchema } from '../contract/access.ts';
import type { Failure } from '../contract/command.ts';
import type { StudioEvent } from '../contract/events.ts';
import { callMessageSchema, MAX_MESSAGE_BYTES } from '../contract/wire.ts';
import { SocketClient } from './socket-client.ts';

/** A longer message ends the connection unread; one between the two limits gets an error. */
const HARD_LIMIT_BYTES = 4 * MAX_MESSAGE_BYTES;

/** Most pages at once. */
const MAX_CLIENTS = 64;

/** Messages that the next of their kind supersedes. */
const PASSING_EVENTS: ReadonlySet<StudioEvent['event']> = new Set(['render.progress', 'render.preview']);

const idSchema = z.object({ id: callMessageSchema.shape.id });

export class SocketRoute {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: HARD_LIMIT_BYTES,
    handleProtocols: () => SOCKET_PROTOCOL,
  });
  readonly #welcome: z.infer<typeof welcomeMessageSchema>;
  readonly #dispatch: Dispatch<CommandContext>;
  readonly #clients = new Map<WebSocket, SocketClient>();
  readonly #stopListening: () => void;

  constructor(studio: Studio, assetKey: string, onFault: (error: unknown, what: string) => void) {
    this.#welcome = { assetKey };
    // Every connected page was admitted when it connected.
    this.#dispatch = createDispatcher({
      handlers: studio.handlers,
      identify: (context) => context,
      onFault,
      onRefused: studio.onRefused,
    });
    this.#stopListening = studio.listen((event) => this.#emit(event));
  }

  /** Whether another page can connect. */
  get isFull(): boolean {
    return this.#clients.size >= MAX_CLIENTS;
  }

  /** Upgrades a request that passed every check. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      const context: CommandContext = { clientId: randomUUID() };
      const client = new SocketClient(socket, (data, isBinary) => this.#respond(context, data, isBinary));
      this.#clients.set(socket, client);
      socket.on('close', () => this.#clients.delete(socket));
      // Broken frames and too long messages: the connection ends, and `close` follows.
      socket.on('error', () => socket.terminate());
      client.send(this.#welcome);
    });
  }

  close(): void {
    this.#stopListening();
    for (const socket of this.#clients.keys()) socket.terminate();
    this.#server.close();
  }

  async #respond(context: CommandContext, data: RawData, isBinary: boolean): Promise<object> {
    const call = isBinary ? refused(null, 'Messages are text.') : readCall(String(data));
    if ('envelope' in call) return call;
    return { id: call.id, envelope: await this.#dispatch(context, call.command, call.input) };
  }

  #emit(event: StudioEvent): void {
    for (const client of this.#clients.values()) {
      if (!client.isBehind || !PASSING_EVENTS.has(event.event)) client.send(event);
    }
  }
}

type Refused = { readonly id: number | null; readonly envelope: Failure };

function readCall(text: string): z.infer<typeof callMessageSchema> | Refused {
  if (text.length > MAX_MESSAGE_BYTES) return refused(null, 'The message is too long.');
  try {
    const message: unknown = JSON.parse(text);
    const parsed = callMessageSchema.safeParse(message);
    if (parsed.success) return parsed.data;
    return refused(idSchema.safeParse(message).data?.id ?? null, 'The message is not a call.');
  } catch {
    // Not JSON, or nested so deeply that checking it overflows the stack.
    return refused(null, 'The message cannot be read.');
  }
}

function refused(id: number | null, message: string): Refused {
  return { id, envelope: { ok: false, code: 'COMMAND_INVALID', message } };
}
