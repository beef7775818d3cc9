/** The command line in this process: what it prints and what it exits with. */
import { runCommandLine } from '../../../electron/cli/command-line.ts';
import { commands } from '../../../electron/cli/commands.ts';

export interface CommandResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `npm run NAME -- ARGS`; the caller sees to PNPMIX_CACHE_DIR. */
export async function runCommand(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<CommandResult> {
  let [out, err] = ['', ''];
  const exitCode = await runCommandLine(commands, args, {
    signal,
    print: (line) => {
      out += `${line}\n`;
    },
    printError: (line) => {
      err += `${line}\n`;
    },
  });
  return { exitCode, out, err };
}
