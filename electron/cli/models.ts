/** `models`: the model store on the command line. */
import { exitCodes } from '../contract/errors.ts';
import type { CommandGroup } from '../foundation/command-line/command.ts';
import { foundCommand } from './models/found.ts';
import { importCommand } from './models/import.ts';
import { listCommand } from './models/list.ts';
import { pullCommand } from './models/pull.ts';
import { removeCommand } from './models/remove.ts';
import type { ModelsSurroundings } from './models/surroundings.ts';
import { verifyCommand } from './models/verify.ts';
import { whereCommand } from './models/where.ts';

const DETAILS = `Only pull, and verify --repair, use the network. Ctrl-C pauses a download; pull continues it.

Environment:
  PNPMIX_MODELS_DIR     the folder that models are kept in
  HF_ENDPOINT           address of the hub, or of a mirror of all of it
  HF_TOKEN              access token for the hub
  NODE_USE_ENV_PROXY=1  use HTTP_PROXY, HTTPS_PROXY and NO_PROXY

Exit codes: ${Object.values(exitCodes)
  .map(({ code, meaning }) => `${code} ${meaning.replaceAll('`', '')}`)
  .join('\n            ')}`;

export function modelsCommands(surroundings: ModelsSurroundings): CommandGroup {
  return {
    name: 'models',
    summary: 'Lists, downloads, checks, imports and removes model packs.',
    details: DETAILS,
    commands: [
      listCommand(surroundings),
      foundCommand(surroundings),
      whereCommand(surroundings),
      pullCommand(surroundings),
      verifyCommand(surroundings),
      importCommand(surroundings),
      removeCommand(surroundings),
    ],
  };
}
