/** The typed client: every command and event of the contract, answers checked against their schemas. */
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
 * What an input may be so that a strict object takes it: no key that the contract does not have, at any depth. TypeScript
 * by itself refuses such keys only in a literal, and lets them through in what is spread into it.
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
   * @throws StudioError COMMAND_INVALID, before anything is sent, when the contract would refuse the input; what the
   *   host says; HOST_UNREACHABLE; INTERNAL when the answer is not what the contract says
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

  /** Listens to an event of the host. @returns ends it */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
    return this.#transport.onEvent((event, payload) => {
      if (event === name && isEventName(event)) {
        listener(check(events[name], payload, name) as EventPayload<Name>);
      }
    });
  }

  /** Tells whether the host can be reached, now and on every change. @returns ends it */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    return this.#transport.onConnection(listener);
  }

  /** Uploads bytes; they are named by what they are. @returns their SHA-256 */
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

/** The types cannot see into everything: what is sent is looked at with the very schema that the host uses. */
function checkInput(name: CommandName, input: unknown): void {
  const parsed = commands[name].input.safeParse(input);
  if (parsed.success) return;
  throw new StudioError(
    'COMMAND_INVALID',
    `The editor was about to send ${name} with what it does not take. This is a fault of the program.`,
    { cause: parsed.error },
  );
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StudioError('INTERNAL', `The host's answer to ${name} is not what was agreed.`, {
    cause: parsed.error,
  });
}
