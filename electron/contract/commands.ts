/**
 * The contract's table: every command that a renderer can send to its host. The dispatcher, the preload bridge, the
 * WebSocket server and the client are made from it, and nothing else crosses the border.
 */
import type * as z from 'zod';
import { appCommands } from './commands/app-commands.ts';
import { assetCommands } from './commands/asset-commands.ts';
import { exportCommands } from './commands/export-commands.ts';
import { farmCommands } from './commands/farm-commands.ts';
import { libraryCommands } from './commands/library-commands.ts';
import { modelCommands } from './commands/model-commands.ts';
import { prepareCommands } from './commands/prepare-commands.ts';
import { projectCommands } from './commands/project-commands.ts';
import { renderCommands } from './commands/render-commands.ts';

export const commands = {
  ...appCommands,
  ...assetCommands,
  ...exportCommands,
  ...farmCommands,
  ...libraryCommands,
  ...modelCommands,
  ...prepareCommands,
  ...projectCommands,
  ...renderCommands,
};

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as readonly CommandName[];

/** What a caller passes: fields with a default may be omitted. */
export type CommandInput<Name extends CommandName> = z.input<(typeof commands)[Name]['input']>;

/** What a handler receives: parsed, defaults filled in. */
export type ParsedInput<Name extends CommandName> = z.output<(typeof commands)[Name]['input']>;

export type CommandOutput<Name extends CommandName> = z.output<(typeof commands)[Name]['output']>;

/** One handler for every command: a host that lacks one does not compile. */
export type CommandHandlers<Context> = {
  readonly [Name in CommandName]: (
    input: ParsedInput<Name>,
    context: Context,
  ) => CommandOutput<Name> | Promise<CommandOutput<Name>>;
};

export function isCommandName(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(commands, name);
}
