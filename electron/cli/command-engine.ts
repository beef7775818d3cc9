/**
 * The engine of a command: the supervisor that the hosts drive, for the one pack that the options name. It runs in a
 * separate process unless the command says otherwise (docs/decisions/0143).
 */
import { type EngineLauncher, takeEngine } from '../app/engine/engine-child.ts';
import type { OpenedEngine } from '../app/engine/engine-session.ts';
import { EngineSupervisor } from '../app/engine/engine-supervisor.ts';
import { DEFAULT_SETTINGS } from '../contract/settings.ts';
import type { ParsedOptions } from '../foundation/command-line/command.ts';
import type { ProgressPrinter } from '../foundation/command-line/progress-printer.ts';
import { defaultCacheFolder } from '../foundation/folders.ts';
import { type ModelOfScene, readEngineChoice } from './engine-options.ts';
import { showRender } from './render-progress.ts';

/** An engine that has opened its pack. */
export interface CommandEngine extends OpenedEngine {
  readonly run: EngineSupervisor['run'];
  /** Ends it and its tasks. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the engine of the options; the caller closes it.
 *
 * @param launch a separate process by default
 * @param scene its models are opened unless the options name others
 * @throws StudioError USAGE, and what {@link EngineSupervisor.open} throws
 */
export async function openCommandEngine(
  options: ParsedOptions,
  signal: AbortSignal,
  progress: ProgressPrinter,
  launch: EngineLauncher = takeEngine,
  scene?: ModelOfScene,
): Promise<CommandEngine> {
  const showOpening = showRender(progress);
  const supervisor = new EngineSupervisor({
    launch,
    config: {
      ...(await readEngineChoice(options, scene)),
      cacheFolder: defaultCacheFolder(),
      cacheLimitBytes: DEFAULT_SETTINGS.cacheLimitBytes,
      rowsAtOnce: DEFAULT_SETTINGS.rowsAtOnce,
    },
    // The models stay loaded between the renders of a sweep, even if memory is short: the next render needs them.
    limits: { idleMs: Number.POSITIVE_INFINITY, lowMemoryBytes: 0 },
    onOpening: (step, total) => showOpening({ stage: 'load', step, total }),
  });
  const forgetSignals = endWithSecondSignal(signal, supervisor);
  const close = async () => {
    forgetSignals();
    await supervisor.close();
  };
  try {
    const opened = await supervisor.open(signal);
    return { ...opened, run: (task, controls) => supervisor.run(task, controls), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The first Ctrl-C cancels, the second ends this process at once. The engine may be in a native call of minutes and
 * not notice that its host is gone, so it is ended first.
 *
 * @returns removes the handler
 */
function endWithSecondSignal(signal: AbortSignal, supervisor: EngineSupervisor): () => void {
  const names = ['SIGINT', 'SIGTERM'] as const;
  const end = (name: NodeJS.Signals) => {
    void supervisor.close();
    forget();
    process.kill(process.pid, name);
  };
  const listen = () => {
    for (const name of names) process.once(name, end);
  };
  const forget = () => {
    signal.removeEventListener('abort', listen);
    for (const name of names) process.off(name, end);
  };
  if (signal.aborted) listen();
  else signal.addEventListener('abort', listen, { once: true });
  return forget;
}
