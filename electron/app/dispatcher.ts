/**
 * Turns any message of a window into an envelope: sender check -> parse -> run -> result. Every transport calls only
 * this.
 */
import * as z from 'zod';
import type { Envelope, Failure } from '../contract/command.ts';
import { type CommandHandlers, type CommandName, commands, isCommandName } from '../contract/commands.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { asFailure, asStudioError } from './studio-error.ts';

/** The sender of a command. */
export interface CommandContext {
  /** Identifies the window or the connection while it lives. */
  readonly clientId: string;
}

export interface DispatcherOptions<Sender> {
  readonly handlers: CommandHandlers<CommandContext>;
  /** Identifies the sender; null refuses it. */
  readonly identify: (sender: Sender) => CommandContext | null;
  /** Called with every error that is a bug, for the log. */
  readonly onFault?: (error: unknown, command: string) => void;
  /** Called with every command that failed, for the log. */
  readonly onRefused?: (command: CommandName, code: ErrorCode, durationMs: number) => void;
}

export type Dispatch<Sender> = (
  sender: Sender,
  command: unknown,
  input: unknown,
) => Promise<Envelope<unknown>>;

/** Makes the dispatcher. Its promises never reject. */
export function createDispatcher<Sender>({
  handlers,
  identify,
  onFault,
  onRefused,
}: DispatcherOptions<Sender>): Dispatch<Sender> {
  return async (sender, command, input) => {
    const context = identify(sender);
    if (context === null) return failure('SENDER_REFUSED', 'Commands from this sender are refused.');
    if (!isCommandName(command)) {
      const name = typeof command === 'string' ? `"${command.slice(0, 100)}"` : 'of this name';
      return failure('COMMAND_UNKNOWN', `There is no command ${name}.`);
    }
    const startMs = performance.now();
    const envelope = await run(handlers, command, input, context, onFault).catch((error: unknown) => {
      if (asStudioError(error).code === 'INTERNAL') onFault?.(error, command);
      return asFailure(error);
    });
    if (!envelope.ok) onRefused?.(command, envelope.code, performance.now() - startMs);
    return envelope;
  };
}

async function run<Name extends CommandName>(
  handlers: CommandHandlers<CommandContext>,
  name: Name,
  input: unknown,
  context: CommandContext,
  onFault: DispatcherOptions<never>['onFault'],
): Promise<Envelope<unknown>> {
  const { input: inputSchema, output: outputSchema } = commands[name];
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) {
    return failure('COMMAND_INVALID', `The input of ${name} is invalid:\n${z.prettifyError(parsed.error)}`);
  }
  // The table pairs each name with its schemas and its handler; TypeScript only sees the unions of them.
  const handler = handlers[name] as (parsedInput: unknown, from: CommandContext) => unknown;
  const value = await handler(parsed.data, context);
  // A result that violates the contract is not sent: an extra field may not be meant for a window.
  const checked = outputSchema.safeParse(value);
  if (checked.success) return { ok: true, value: checked.data };
  onFault?.(checked.error, name);
  return failure('INTERNAL', `The result of ${name} violates the contract. This is a bug.`);
}

function failure(code: ErrorCode, message: string): Failure {
  return { ok: false, code, message };
}
