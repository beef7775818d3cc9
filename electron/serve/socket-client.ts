/**
 * One page at the other end of a socket. Its calls are processed no faster than it reads responses: a page that calls
 * without reading would otherwise fill the host's memory.
 */
import type { RawData, WebSocket } from 'ws';

/** Unsent bytes above which nothing more is read, and messages that the next one would supersede are dropped. */
const BACKLOG_BYTES = 1 << 20;

/** Unsent bytes above which the page counts as dead, and the connection ends. */
const MAX_BACKLOG_BYTES = 64 << 20;

/** Most calls of one page at once; further ones wait. */
const MAX_OPEN_CALLS = 32;

/** Limit on the calls that arrive in one read; no page of ours sends more. */
const MAX_WAITING_BYTES = 16 << 20;

interface Received {
  readonly data: RawData;
  readonly isBinary: boolean;
}

export class SocketClient {
  readonly #socket: WebSocket;
  readonly #respond: (data: RawData, isBinary: boolean) => Promise<object>;
  readonly #waiting: Received[] = [];
  #waitingBytes = 0;
  #openCalls = 0;

  /** @param respond processes one message. Never rejects */
  constructor(socket: WebSocket, respond: (data: RawData, isBinary: boolean) => Promise<object>) {
    this.#socket = socket;
    this.#respond = respond;
    socket.on('message', (data, isBinary) => this.#receive({ data, isBinary }));
  }

  /** Whether so much is unsent that superseded messages should be dropped. */
  get isBehind(): boolean {
    return this.#socket.bufferedAmount > BACKLOG_BYTES;
  }

  send(message: object): void {
    const socket = this.#socket;
    // A page that has disconnected meanwhile needs no response.
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BACKLOG_BYTES) {
      socket.terminate();
      return;
    }
    socket.send(JSON.stringify(message), () => this.#goOn());
  }

  #receive(received: Received): void {
    this.#waiting.push(received);
    this.#waitingBytes += sizeOf(received);
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#waiting.length = 0;
      this.#socket.terminate();
    } else this.#goOn();
  }

  #goOn(): void {
    while (this.#waiting.length > 0 && this.#openCalls < MAX_OPEN_CALLS && !this.isBehind) {
      const received = this.#waiting.shift()!;
      this.#waitingBytes -= sizeOf(received);
      this.#openCalls++;
      void this.#respond(received.data, received.isBinary).then((message) => {
        this.#openCalls--;
        this.send(message);
        this.#goOn();
      });
    }
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const isFull = this.#waiting.length > 0 || this.#openCalls >= MAX_OPEN_CALLS || this.isBehind;
    if (isFull && !socket.isPaused) socket.pause();
    else if (!isFull && socket.isPaused) socket.resume();
  }
}

function sizeOf({ data }: Received): number {
  return Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
}
