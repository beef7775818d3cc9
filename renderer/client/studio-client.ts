/** The typed client: every command and event of the contract; responses are checked against their schemas. */
import type * as z from 'zod';
import { envelopeSchema } from '../../electron/contract/command.ts';
import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commands,
} from '../../electron/contract/commands.ts';
import { StudioError } from '../../electron/contract/errors.ts';
import { type EventName, type EventPayload, events, isEventName } from '../../electron/contract/events.ts';
import type { AssetId } from '../../electron/contract/render-request.ts';
import type { ConnectionState, Transport } from './transport.ts';

/**
 * An input without keys unknown to the contract, at any depth, so that a strict object accepts it. TypeScript alone
 * refuses such keys only in a literal, and allows them in objects spread into it.
 */
export type Exact<Allowed, Given> = Given extends readonly (infer Item)[]
  ? readonly Exact<ItemOf<Allowed>, Item>[]
  : Given extends object
    ? { readonly [Key in keyof Given]: Exact<ValueOf<Allowed, Key>, Given[Key]> }
    : unknown extends Allowed
      ? unknown
      : Given extends Allowed
        ? Given
        : never;

type ItemOf<Allowed> = Allowed extends readonly (infer Item)[] ? Item : never;
type ValueOf<Allowed, Key> = Allowed extends object
  ? Key extends keyof Allowed
    ? Allowed[Key]
    : never
  : never;

export class StudioClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Calls a command.
   *
   * @throws StudioError COMMAND_INVALID, before anything is sent, when the input violates the contract; the host's
   * errors; HOST_UNREACHABLE; INTERNAL when the response violates the contract
   */
  async call<Name extends CommandName, Input extends CommandInput<Name>>(
    name: Name,
    input: Input & Exact<CommandInput<Name>, Input>,
  ): Promise<CommandOutput<Name>> {
    checkInput(name, input);
    const envelope = check(envelopeSchema, await this.#transport.call(name, input), name);
    if (!envelope.ok) throw new StudioError(envelope.code, envelope.message);
    return check(commands[name].output, envelope.value, name) as CommandOutput<Name>;
  }

  /** Listens to an event of the host. @returns unsubscribes */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
    return this.#transport.onEvent((event, payload) => {
      if (event === name && isEventName(event)) {
        listener(check(events[name], payload, name) as EventPayload<Name>);
      }
    });
  }

  /** Reports whether the host can be reached, now and on every change. @returns unsubscribes */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.#transport.onConnection(listener);
  }

  /** Uploads bytes, addressed by content. @returns their SHA-256 */
  async upload(bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<AssetId> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const id = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    await this.#transport.upload(id, bytes, mediaType);
    return id;
  }

  assetUrl(id: AssetId): string {
    return this.#transport.assetUrl(id);
  }

  /** The bytes of a picture. @throws StudioError ASSET_MISSING, HOST_UNREACHABLE */
  async readAsset(id: AssetId): Promise<Uint8Array<ArrayBuffer>> {
    let response: Response;
    try {
      response = await fetch(this.assetUrl(id));
    } catch (cause) {
      throw new StudioError('HOST_UNREACHABLE', 'A picture could not be loaded.', { cause });
    }
    if (response.status === 401) throw new StudioError('HOST_UNREACHABLE', 'A picture could not be loaded.');
    if (!response.ok) throw new StudioError('ASSET_MISSING', 'A picture of the project is missing.');
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** Types cannot check everything: validate inputs with the host's own schema. */
function checkInput(name: CommandName, input: unknown): void {
  const parsed = commands[name].input.safeParse(input);
  if (parsed.success) return;
  throw new StudioError(
    'COMMAND_INVALID',
    `The editor was about to send an invalid input of ${name}. This is a bug.`,
    { cause: parsed.error },
  );
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StudioError('INTERNAL', `The host's response to ${name} violates the contract. This is a bug.`, {
    cause: parsed.error,
  });
}
