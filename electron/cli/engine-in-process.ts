/**
 * The engine in the process of the command, for what needs its tensors: they never leave an engine process. The one
 * place where the command line loads ONNX Runtime (docs/decisions/0143).
 */
import type { EngineLauncher } from '../app/engine/engine-child.ts';
import type { RenderProgress } from '../contract/progress.ts';
import type { ParsedOptions } from '../foundation/command-line/command.ts';
import type { ChildExit } from '../foundation/processes/child-process.ts';
import { Engine, type RenderControls } from '../inference/engine/engine.ts';
import { EngineServer } from '../inference/engine/engine-server.ts';
import { readEngineChoice } from './engine-options.ts';

/**
 * Launches an engine in this process, behind the same messages as one in its own.
 *
 * @param onTrace takes the tensors of every render by name (docs/trace.md)
 */
export function launchInProcess(onTrace: NonNullable<RenderControls['onTrace']>): EngineLauncher {
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
      // Nothing can end it in a call; it stops at its next step.
      kill: () => void server.close().then(() => end({ exitCode: 0, signal: null, stderrTail: '' })),
      onMessage: toHost.listen,
      onExit: (listener) => void ended.then(listener),
    };
  };
}

/** Carries messages one way, in their order and never within the call that sends them. */
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
 * @param cacheFolder another one than the user's, where what is cached would falsify a measurement
 * @throws StudioError USAGE, and what Engine.open throws
 */
export async function openEngineInProcess(
  options: ParsedOptions,
  signal: AbortSignal,
  onProgress?: (progress: RenderProgress) => void,
  cacheFolder?: string,
): Promise<Engine> {
  return Engine.open({
    ...(await readEngineChoice(options)),
    signal,
    ...(onProgress && { onProgress }),
    ...(cacheFolder !== undefined && { cacheFolder }),
  });
}
