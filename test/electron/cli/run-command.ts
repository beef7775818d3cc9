/**
 * The command line in this process, with its engine: a process of its own for each command would load the same code
 * dozens of times. interrupt.test.ts runs the program itself.
 */
import { offerEngine } from '../../../electron/app/engine/engine-child.ts';
import { commands } from '../../../electron/cli/commands.ts';
import { launchInProcess } from '../../../electron/cli/engine-in-process.ts';
import { runCommandLine } from '../../../electron/foundation/command-line/run-command-line.ts';

export interface CommandResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `pnpmix ARGS`; the caller sets PNPMIX_CACHE_DIR.
 *
 * @param onProgress called for every step that would be shown on a terminal
 */
export async function runCommand(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
  onProgress: () => void = () => undefined,
): Promise<CommandResult> {
  let [out, err] = ['', ''];
  // Not every command takes an engine; one left over would be taken by the next test in this process.
  const withdrawEngine = offerEngine(launchInProcess());
  try {
    const exitCode = await runCommandLine(commands, args, {
      signal,
      print: (line) => {
        out += `${line}\n`;
      },
      printError: (line) => {
        err += `${line}\n`;
      },
      progress: { write: onProgress, isTerminal: true, now: () => 0 },
    });
    return { exitCode, out, err };
  } finally {
    withdrawEngine();
  }
}
