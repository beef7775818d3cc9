/**
 * The engine in the command's own process, for commands that need its tensors, which never leave an engine process.
 * The only file of the command line that loads ONNX Runtime (docs/decisions/0143).
 */
import type { EngineLauncher } from '../app/engine/engine-child.ts';
import type { RenderProgress } from '../contract/progress.ts';
import type { ParsedOptions } from '../foundation/command-line/command.ts';
import type { ChildExit } from '../foundation/processes/child-process.ts';
import { Engine, type RenderControls } from '../inference/engine/engine.ts';
import { EngineServer } from '../inference/engine/engine-server.ts';
import { readEngineChoice } from './engine-options.ts';

/**
 * Launches an engine in this process, with the same messages as one in a separate process.
 *
 * @param onTrace receives the tensors of every render by name (docs/trace.md)
 */
export function launchInProcess(onTrace?: RenderControls['onTrace']): EngineLauncher {
  return () => {
    const toEngine = new Line();
    const toHost = new Line();
    const server = new EngineServer(
      { send: toHost.send, onMessage: toEngine.listen, onClose: () => undefined },
      onTrace,
    );
    const { promise: ended, resolve: end } = Promise.withResolvers<ChildExit>();
    return {
      pid: undefined,
      send: toEngine.send,
      // Nothing can interrupt a native call; it stops at its next step.
      kill: () => void server.close().then(() => end({ exitCode: 0, signal: null, stderrTail: '' })),
      onMessage: toHost.listen,
      onExit: (listener) => void ended.then(listener),
    };
  };
}

/** Delivers messages one way, in order and asynchronously. */
class Line {
  #listener: (message: unknown) => void = () => undefined;

  readonly listen = (listener: (message: unknown) => void): void => {
    this.#listener = listener;
  };

  readonly send = (message: unknown): void => queueMicrotask(() => this.#listener(message));
}

/**
 * Opens the engine itself, for measurements of its models; the caller releases it.
 *
 * @param others a cache other than the user's, if cached results would falsify a measurement; a pack other than --pack's
 * @throws StudioError USAGE, and what Engine.open throws
 */
export async function openEngineInProcess(
  options: ParsedOptions,
  signal: AbortSignal,
  onProgress?: (progress: RenderProgress) => void,
  { cacheFolder, packFolder }: { readonly cacheFolder?: string; readonly packFolder?: string } = {},
): Promise<Engine> {
  return Engine.open({
    ...(await readEngineChoice(options)),
    signal,
    ...(onProgress && { onProgress }),
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...(packFolder !== undefined && { packFolder }),
  });
}
