/** Handlers of the commands on render farms. */
import type { farmCommands } from '../../contract/commands/farm-commands.ts';
import type { CommandHandlers } from '../../contract/commands.ts';
import type { CommandContext } from '../dispatcher.ts';
import type { Services } from '../services.ts';

export function farmHandlers({
  farms,
}: Services): Pick<CommandHandlers<CommandContext>, keyof typeof farmCommands> {
  return {
    'farms.list': () => farms.list(),
    'farms.check': ({ name }) => farms.check(name),
  };
}
