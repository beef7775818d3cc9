/** The browser host: commands and events over one WebSocket, pictures over HTTP. */
import { StudioError } from '../../electron/contract/errors.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import { type ServerMessage, serverMessageSchema } from '../../electron/contract/wire.ts';
import { answerChallenge, keptKey } from './host-key.ts';
import type { ConnectionState, Transport } from './transport.ts';

interface PendingCall {
  readonly resolve: (envelope: unknown) => void;
  readonly reject: (error: StudioError) => void;
}

/** A message with the id of its call, if it is a response. */
type ReadableMessage =
  | Exclude<ServerMessage, { id: number | null }>
  | (Extract<ServerMessage, { id: number | null }> & { readonly id: number });

/** Waits between attempts to reconnect; the last one repeats. */
const RETRY_DELAYS_MS = [100, 250, 500, 1000, 2000];
/** Longest attempt: a host answers at once, on a busy machine after some seconds, behind a broken tunnel never. */
const PATIENCE_MS = 60_000;

export class WebSocketTransport implements Transport {
  readonly #socketUrl: URL;
  readonly #challengeUrl: URL;
  readonly #pending = new Map<number, PendingCall>();
  readonly #eventListeners = new Set<(event: string, payload: unknown) => void>();
  readonly #connectionListeners = new Set<(state: ConnectionState) => void>();
  #socket: WebSocket | undefined;
  #opening: Promise<WebSocket> | undefined;
  #state: ConnectionState = 'lost';
  #assetKey = '';
  #nextId = 0;
  #wake: () => void = () => undefined;

  /** @param page address of the page, served by the host */
  constructor(page: URL) {
    this.#challengeUrl = new URL('/challenge', page);
    this.#socketUrl = new URL('/socket', page);
    this.#socketUrl.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
    void this.#connect();
  }

  async call(command: string, input: unknown): Promise<unknown> {
    let socket = await this.#connect();
    // It may have been lost in between.
    while (socket.readyState !== WebSocket.OPEN) socket = await this.#connect();
    const id = this.#nextId++;
    const message = JSON.stringify({ id, command, input });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      socket.send(message);
    });
  }

  onEvent(listener: (event: string, payload: unknown) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.#connectionListeners.add(listener);
    listener(this.#state);
    return () => this.#connectionListeners.delete(listener);
  }

  /** Reconnects at once, because the user gave another address. */
  retry(): void {
    this.#wake();
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
    // A restarted host has another key for pictures, which arrives over the socket.
    if (response.status === 401) throw unreachable();
    if (!response.ok) {
      throw new StudioError('ASSET_INVALID', (await response.text()) || 'The host refused the picture.');
    }
  }

  assetUrl(id: AssetId): string {
    return `/assets/${this.#assetKey}/${id}`;
  }

  #connect(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return Promise.resolve(this.#socket);
    this.#opening ??= this.#openPersistently().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openPersistently(): Promise<WebSocket> {
    for (let failures = 0; ; failures++) {
      const outcome = await this.#open();
      if (typeof outcome !== 'string') return outcome;
      this.#emit(outcome);
      const delayMs = RETRY_DELAYS_MS[Math.min(failures, RETRY_DELAYS_MS.length - 1)];
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, delayMs);
      });
    }
  }

  /** One attempt. @returns the socket, or the reason for failing */
  async #open(): Promise<WebSocket | Exclude<ConnectionState, 'connected'>> {
    // Browsers provide keys and hashes only to pages of this machine and of https addresses.
    if (!isSecureContext) return 'insecure';
    let key: CryptoKey | undefined;
    try {
      key = await keptKey();
    } catch {
      return 'storeless';
    }
    if (key === undefined) return 'refused';
    const attempt = new AbortController();
    const patience = setTimeout(() => attempt.abort(), PATIENCE_MS);
    try {
      const protocols = await answerChallenge(key, this.#challengeUrl, attempt.signal);
      return protocols === undefined ? 'refused' : await this.#openSocket(protocols, attempt.signal);
    } catch {
      // Whatever responds is not a reachable host now.
      return 'lost';
    } finally {
      clearTimeout(patience);
    }
  }

  /** @param signal gives up waiting for the host's welcome */
  #openSocket(protocols: string[], signal: AbortSignal): Promise<WebSocket | 'lost'> {
    const socket = new WebSocket(this.#socketUrl, protocols);
    return new Promise((resolve) => {
      let hasEnded = false;
      /** Gives up the connection; pending calls fail with the reason. */
      const end = (reason: StudioError) => {
        if (hasEnded) return;
        hasEnded = true;
        resolve('lost');
        if (this.#socket !== socket) return;
        this.#socket = undefined;
        this.#emit('lost');
        for (const { reject } of this.#pending.values()) reject(reason);
        this.#pending.clear();
        // Calls made meanwhile wait for this or a later attempt.
        void this.#connect();
      };
      socket.addEventListener('message', ({ data }) => {
        if (hasEnded) return;
        const message = readMessage(data);
        if (message === undefined) {
          // The call of this response is unknown: fail all calls, so that none waits for ever.
          end(unreadable());
          socket.close();
          return;
        }
        if (this.#receive(message) !== 'welcome') return;
        this.#socket = socket;
        this.#emit('connected');
        resolve(socket);
      });
      socket.addEventListener('close', () => end(unreachable()));
      signal.addEventListener('abort', () => {
        end(unreachable());
        socket.close();
      });
    });
  }

  #receive(message: ReadableMessage): 'welcome' | undefined {
    if ('assetKey' in message) {
      this.#assetKey = message.assetKey;
      return 'welcome';
    }
    if ('event' in message) {
      for (const listener of this.#eventListeners)
        callListener(() => listener(message.event, message.payload));
      return undefined;
    }
    this.#pending.get(message.id)?.resolve(message.envelope);
    this.#pending.delete(message.id);
    return undefined;
  }

  #emit(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#connectionListeners) callListener(() => listener(state));
  }
}

function unreachable(cause?: unknown): StudioError {
  return new StudioError('HOST_UNREACHABLE', 'The connection to the program’s host was lost.', { cause });
}

function unreadable(): StudioError {
  return new StudioError(
    'INTERNAL',
    'The host and this page did not understand each other, so they reconnected. The command may or may not have ' +
      'run; reload the page if this happens again.',
  );
}

/** @returns undefined for an invalid message, and for the host's error about an unreadable one of ours */
function readMessage(data: unknown): ReadableMessage | undefined {
  try {
    const message = serverMessageSchema.parse(JSON.parse(String(data)));
    return 'id' in message && message.id === null ? undefined : (message as ReadableMessage);
  } catch {
    return undefined;
  }
}

/** A listener that throws stops neither the others nor the connection; the page reports the error. */
function callListener(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportError(error);
  }
}
