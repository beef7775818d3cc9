/**
 * Turns any message of a window into an envelope: sender check -> parse -> run -> result. Every transport
 * calls this and nothing else.
 */
import * as z from 'zod';
import type { Envelope, Failure } from '../contract/command.ts';
import { type CommandHandlers, type CommandName, commands, isCommandName } from '../contract/commands.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { asFailure, asStudioError } from './studio-error.ts';

/** Who sent a command. */
export interface CommandContext {
  /** Names the window or the connection, for as long as it lives. */
  readonly clientId: string;
}

export interface DispatcherOptions<Sender> {
  readonly handlers: CommandHandlers<CommandContext>;
  /** Who the sender is; null for one that nothing is taken from. */
  readonly identify: (sender: Sender) => CommandContext | null;
  /** Told of every error that is the program's own fault, for the log. */
  readonly onFault?: (error: unknown, command: string) => void;
  /** Told of every command that was answered with an error, for the log. */
  readonly onRefused?: (command: CommandName, code: ErrorCode, durationMs: number) => void;
}

export type Dispatch<Sender> = (
  sender: Sender,
  command: unknown,
  input: unknown,
) => Promise<Envelope<unknown>>;

/** Makes the one way in. What it returns never rejects. */
export function createDispatcher<Sender>({
  handlers,
  identify,
  onFault,
  onRefused,
}: DispatcherOptions<Sender>): Dispatch<Sender> {
  return async (sender, command, input) => {
    const context = identify(sender);
    if (context === null) return failure('SENDER_REFUSED', 'No commands are taken from there.');
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
    return failure(
      'COMMAND_INVALID',
      `${name} was sent with what it does not take:\n${z.prettifyError(parsed.error)}`,
    );
  }
  // The table pairs each name with its schemas and its handler; TypeScript sees the unions of all of them.
  const handler = handlers[name] as (parsedInput: unknown, from: CommandContext) => unknown;
  const value = await handler(parsed.data, context);
  // What is not as agreed does not leave: a field too many may be one that was not meant for a window.
  const checked = outputSchema.safeParse(value);
  if (checked.success) return { ok: true, value: checked.data };
  onFault?.(checked.error, name);
  return failure('INTERNAL', `The answer to ${name} is not what was agreed. This is a fault of the program.`);
}

function failure(code: ErrorCode, message: string): Failure {
  return { ok: false, code, message };
}
