/** A client of the browser host for tests: every command and event of the contract, with every answer checked. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  challengeSchema,
  hostProofText,
  pageProofText,
  proofProtocols,
} from '../../../electron/contract/access.ts';
import { type Envelope, envelopeSchema } from '../../../electron/contract/command.ts';
import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commands,
} from '../../../electron/contract/commands.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import {
  type EventName,
  type EventPayload,
  events,
  type StudioEvent,
} from '../../../electron/contract/events.ts';
import { serverMessageSchema } from '../../../electron/contract/wire.ts';
import { assetIdOf } from '../../../electron/projects/asset-id.ts';

/**
 * Headers of a request with its own connection. The host may close a kept-alive connection, which it does after some
 * seconds, just as the next request is sent.
 */
export const OWN_CONNECTION = { connection: 'close' } as const;

export class TestClient {
  readonly origin: string;
  readonly assetKey: string;
  readonly socket: WebSocket;
  readonly events: StudioEvent[] = [];
  readonly #waiting = new Map<number, (envelope: Envelope<unknown>) => void>();
  readonly #listeners = new Set<(event: StudioEvent) => void>();
  #count = 0;

  private constructor(origin: string, assetKey: string, socket: WebSocket) {
    this.origin = origin;
    this.assetKey = assetKey;
    this.socket = socket;
    socket.on('message', (data) => this.#receive(String(data)));
  }

  /** Connects with the token in the address, as a page does. */
  static async connect(url: URL): Promise<TestClient> {
    const socket = new WebSocket(`ws://${url.host}/socket`, await protocolsFor(url), { origin: url.origin });
    const [data] = (await once(socket, 'message')) as [Buffer];
    const welcome = serverMessageSchema.parse(JSON.parse(String(data)));
    if (!('assetKey' in welcome)) throw new Error('no welcome');
    return new TestClient(url.origin, welcome.assetKey, socket);
  }

  /** URL of a picture. */
  assetUrl(id: string): string {
    return `${this.origin}/assets/${this.assetKey}/${id}`;
  }

  /** Calls a command. @throws StudioError the host's error */
  async call<Name extends CommandName>(
    name: Name,
    ...[input]: Record<string, never> extends CommandInput<Name> ? [] : [CommandInput<Name>]
  ): Promise<CommandOutput<Name>> {
    const envelope = await this.send(name, input ?? {});
    if (!envelope.ok) throw new StudioError(envelope.code, envelope.message);
    return commands[name].output.parse(envelope.value) as CommandOutput<Name>;
  }

  /** Sends anything as a command. @returns its envelope */
  send(command: unknown, input: unknown): Promise<Envelope<unknown>> {
    const id = this.#count++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, command, input }));
    });
  }

  /** The first event, past or future, that meets a condition. */
  async until<Name extends EventName>(
    name: Name,
    holds: (payload: EventPayload<Name>) => boolean,
  ): Promise<EventPayload<Name>> {
    const fits = (told: StudioEvent) => told.event === name && holds(told.payload as EventPayload<Name>);
    const known = this.events.find(fits);
    if (known) return known.payload as EventPayload<Name>;
    return new Promise((resolve) => {
      const listener = (told: StudioEvent) => {
        if (!fits(told)) return;
        this.#listeners.delete(listener);
        resolve(told.payload as EventPayload<Name>);
      };
      this.#listeners.add(listener);
    });
  }

  async upload(bytes: Uint8Array, mediaType = 'image/png'): Promise<string> {
    const id = assetIdOf(bytes);
    const { status } = await this.put(id, bytes, mediaType);
    if (status !== 201) throw new Error(`upload: ${status}`);
    return id;
  }

  put(id: string, bytes: Uint8Array, mediaType: string): Promise<Response> {
    return fetch(this.assetUrl(id), {
      method: 'PUT',
      headers: { ...OWN_CONNECTION, origin: this.origin, 'content-type': mediaType },
      body: new Uint8Array(bytes),
    });
  }

  async download(id: string): Promise<Uint8Array> {
    const response = await fetch(this.assetUrl(id), { headers: OWN_CONNECTION });
    if (!response.ok) throw new Error(`download: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  close(): void {
    this.socket.terminate();
  }

  #receive(text: string): void {
    const message = serverMessageSchema.parse(JSON.parse(text));
    if ('assetKey' in message) return;
    if ('event' in message) {
      const name = message.event as EventName;
      const told = { event: name, payload: events[name].parse(message.payload) } as StudioEvent;
      this.events.push(told);
      for (const listener of [...this.#listeners]) listener(told);
      return;
    }
    const envelope = envelopeSchema.parse(message.envelope) as Envelope<unknown>;
    if (message.id === null) return;
    this.#waiting.get(message.id)?.(envelope);
    this.#waiting.delete(message.id);
  }
}

/** The token in the address that a host printed. */
export function tokenOf(url: URL): string {
  return new URLSearchParams(url.hash.slice(1)).get('token') ?? '';
}

/** Subprotocols that answer a new challenge of a host, whose own proof is checked. */
export async function protocolsFor(url: URL, token = tokenOf(url)): Promise<string[]> {
  const nonce = randomBytes(18).toString('base64url');
  const sign = (text: string) => createHmac('sha256', token).update(text).digest('base64url');
  const response = await fetch(`${url.origin}/challenge?page=${nonce}`, { headers: OWN_CONNECTION });
  const { challenge, proof } = challengeSchema.parse(await response.json());
  if (token === tokenOf(url) && proof !== sign(hostProofText(challenge, nonce))) throw new Error('no proof');
  return proofProtocols({ challenge, proof: sign(pageProofText(challenge)) });
}
