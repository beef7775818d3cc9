/** `/socket`: commands one way, answers and events the other, as text (electron/contract/wire.ts). */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { type CommandContext, createDispatcher, type Dispatch } from '../app/dispatcher.ts';
import type { Studio } from '../app/studio.ts';
import type { Failure } from '../contract/command.ts';
import type { StudioEvent } from '../contract/events.ts';
import { callMessageSchema, MAX_MESSAGE_BYTES } from '../contract/wire.ts';

/** A message beyond this ends the connection unread; one between the two limits is answered. */
const HARD_LIMIT_BYTES = 4 * MAX_MESSAGE_BYTES;

/** With so much waiting to be sent, what the next message makes outdated anyway is left out. */
const BACKLOG_BYTES = 1 << 20;
const passingEvents: ReadonlySet<StudioEvent['event']> = new Set(['render.progress', 'render.preview']);

const idSchema = z.object({ id: callMessageSchema.shape.id });

export class SocketRoute {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: HARD_LIMIT_BYTES });
  readonly #dispatch: Dispatch<WebSocket>;
  readonly #clients = new Map<WebSocket, CommandContext>();
  readonly #stopListening: () => void;

  constructor(studio: Studio, onFault: (error: unknown, what: string) => void) {
    this.#dispatch = createDispatcher({
      handlers: studio.handlers,
      // Who is connected was let in at the door, and nobody else is connected.
      identify: (socket) => this.#clients.get(socket) ?? null,
      onFault,
    });
    this.#stopListening = studio.listen((event) => this.#tell(event));
  }

  /** Takes over a request that passed every check. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      this.#clients.set(socket, { clientId: randomUUID() });
      socket.on('message', (data, isBinary) => void this.#receive(socket, data, isBinary));
      socket.on('close', () => this.#clients.delete(socket));
      // Broken frames and messages beyond the limit: the connection ends, and `close` follows.
      socket.on('error', () => socket.terminate());
    });
  }

  close(): void {
    this.#stopListening();
    for (const socket of this.#clients.keys()) socket.terminate();
    this.#server.close();
  }

  async #receive(socket: WebSocket, data: RawData, isBinary: boolean): Promise<void> {
    const call = isBinary ? refused(null, 'Messages are text.') : readCall(String(data));
    const { id, envelope } =
      'envelope' in call
        ? call
        : { id: call.id, envelope: await this.#dispatch(socket, call.command, call.input) };
    this.#send(socket, { id, envelope });
  }

  #tell(event: StudioEvent): void {
    for (const socket of this.#clients.keys()) {
      if (socket.bufferedAmount > BACKLOG_BYTES && passingEvents.has(event.event)) continue;
      this.#send(socket, event);
    }
  }

  #send(socket: WebSocket, message: object): void {
    // Who has gone meanwhile needs no answer.
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
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
    // Not JSON; or nested so deeply that checking it overflows the stack.
    return refused(null, 'The message cannot be read.');
  }
}

function refused(id: number | null, message: string): Refused {
  return { id, envelope: { ok: false, code: 'COMMAND_INVALID', message } };
}
