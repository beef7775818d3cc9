/** The browser host: commands and events over one WebSocket, pictures over HTTP. */
import { StudioError } from '../../electron/contract/errors.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import { serverMessageSchema } from '../../electron/contract/wire.ts';
import type { Transport } from './transport.ts';

interface PendingCall {
  readonly resolve: (envelope: unknown) => void;
  readonly reject: (error: StudioError) => void;
}

/** Waits between attempts to connect again; the last one repeats. */
const RETRY_DELAYS_MS = [100, 250, 500, 1000, 2000];

export class WebSocketTransport implements Transport {
  readonly #socketUrl: string;
  readonly #pending = new Map<number, PendingCall>();
  readonly #eventListeners = new Set<(event: string, payload: unknown) => void>();
  readonly #connectionListeners = new Set<(isConnected: boolean) => void>();
  #socket: WebSocket | undefined;
  #opening: Promise<WebSocket> | undefined;
  #nextId = 0;
  #isConnected = false;
  #failures = 0;

  constructor(socketUrl: string) {
    this.#socketUrl = socketUrl;
    this.#connect();
  }

  async call(command: string, input: unknown): Promise<unknown> {
    const socket = await this.#connect();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, command, input }));
    });
  }

  onEvent(listener: (event: string, payload: unknown) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#connectionListeners.add(listener);
    listener(this.#isConnected);
    return () => this.#connectionListeners.delete(listener);
  }

  async upload(id: AssetId, bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void> {
    let response: Response;
    try {
      response = await fetch(this.assetUrl(id), {
        method: 'PUT',
        headers: { 'content-type': mediaType },
        body: bytes,
      });
    } catch (cause) {
      throw unreachable(cause);
    }
    if (!response.ok) {
      throw new StudioError('ASSET_INVALID', (await response.text()) || 'The host refused the picture.');
    }
  }

  assetUrl(id: AssetId): string {
    return `/assets/${id}`;
  }

  #connect(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return Promise.resolve(this.#socket);
    this.#opening ??= this.#open();
    return this.#opening;
  }

  #open(): Promise<WebSocket> {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.#socketUrl);
      socket.addEventListener('open', () => {
        this.#socket = socket;
        this.#opening = undefined;
        this.#failures = 0;
        this.#tell(true);
        resolve(socket);
      });
      socket.addEventListener('message', ({ data }) => this.#receive(data));
      socket.addEventListener('close', () => {
        this.#socket = undefined;
        this.#tell(false);
        for (const { reject } of this.#pending.values()) reject(unreachable());
        this.#pending.clear();
        // Calls made meanwhile wait for this attempt, or for one of those after it.
        const delayMs = RETRY_DELAYS_MS[Math.min(this.#failures++, RETRY_DELAYS_MS.length - 1)];
        const next = new Promise<void>((done) => setTimeout(done, delayMs)).then(() => this.#open());
        this.#opening = next;
        resolve(next);
      });
    });
  }

  #receive(data: unknown): void {
    const message = serverMessageSchema.parse(JSON.parse(String(data)));
    if ('event' in message) {
      for (const listener of this.#eventListeners) listener(message.event, message.payload);
      return;
    }
    if (message.id === null) throw new StudioError('INTERNAL', 'The host could not read a message.');
    this.#pending.get(message.id)?.resolve(message.envelope);
    this.#pending.delete(message.id);
  }

  #tell(isConnected: boolean): void {
    if (this.#isConnected === isConnected) return;
    this.#isConnected = isConnected;
    for (const listener of this.#connectionListeners) listener(isConnected);
  }
}

function unreachable(cause?: unknown): StudioError {
  return new StudioError('HOST_UNREACHABLE', 'The connection to the program’s host was lost.', { cause });
}
