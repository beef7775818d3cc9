/** One life of an engine process: from its start, over the tasks that it runs, to its end. */
import * as z from 'zod';
import {
  type AssetFile,
  type EngineCandidate,
  type EngineConfig,
  type EngineMessage,
  type EnginePreview,
  type EngineProgress,
  type EngineResult,
  type EngineTask,
  engineMessageSchema,
  type HostMessage,
} from '../../contract/engine-messages.ts';
import type { OpenPack } from '../../contract/engine-status.ts';
import { StudioError } from '../../contract/errors.ts';
import type { DeviceReport } from '../../contract/progress.ts';
import type { AssetId } from '../../contract/render-request.ts';
import type { ChildExit, EngineChild, EngineLauncher } from './engine-child.ts';
import { type SilenceLimits, SilenceWatch } from './silence-watch.ts';

/** How long the end of a killed process is waited for: one that is stuck in a driver may not even die. */
const KILL_WAIT_MS = 10_000;

/** Everything around a task that does not change its result. */
export interface RunControls {
  readonly signal: AbortSignal;
  /** Gives the pictures that the task names; null for one that is not there. */
  readonly readAsset: (asset: AssetId) => Promise<AssetFile | null>;
  readonly onProgress?: (progress: EngineProgress) => void;
  readonly onPreview?: (preview: EnginePreview) => void;
  /** Of generateBackgrounds: each as soon as it is done. */
  readonly onCandidate?: (candidate: EngineCandidate) => void;
}

export interface OpenedEngine {
  readonly device: DeviceReport;
  readonly pack: OpenPack;
}

interface Run {
  readonly controls: RunControls;
  readonly watch: SilenceWatch;
  readonly resolve: (result: EngineResult) => void;
  readonly reject: (error: StudioError) => void;
}

export class EngineSession {
  /** Rejects when the pack cannot be opened, or the process ends before it was. */
  readonly opened: Promise<OpenedEngine>;
  /** Resolves at the process's end, after every run was told of it. */
  readonly ended: Promise<ChildExit>;
  memoryBytes: number | null = null;
  readonly #child: EngineChild;
  readonly #runs = new Map<number, Run>();
  readonly #onMemory: () => void;
  readonly #silence: SilenceLimits;
  readonly #openingWatch: SilenceWatch;
  #runCount = 0;
  #hung: StudioError | undefined;
  #settleOpened: { resolve: (opened: OpenedEngine) => void; reject: (error: StudioError) => void };
  #resolveEnded: (exit: ChildExit) => void;

  constructor(launch: EngineLauncher, config: EngineConfig, silence: SilenceLimits, onMemory: () => void) {
    this.#onMemory = onMemory;
    this.#silence = silence;
    const { promise, resolve, reject } = Promise.withResolvers<OpenedEngine>();
    this.opened = promise;
    // Whoever waits hears of a failure; that nobody does must not end the host.
    promise.catch(() => undefined);
    this.#settleOpened = { resolve, reject };
    this.#child = launch();
    const ended = Promise.withResolvers<ChildExit>();
    this.ended = ended.promise;
    this.#resolveEnded = ended.resolve;
    this.#openingWatch = this.#watch('opening');
    this.#child.onExit((exit) => this.#end(exit));
    this.#child.onMessage((message) => this.#receive(message));
    this.#send({ type: 'open', config });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Runs a task. An aborted signal asks the engine to stop at its next step; when it has not within `graceMs`, the
   * process is killed; and so it is when it is silent for too long.
   *
   * @throws StudioError CANCELLED, ENGINE_CRASHED, ENGINE_HUNG, and what the engine says of the task
   */
  async run(task: EngineTask, controls: RunControls, graceMs: number): Promise<EngineResult> {
    await this.opened;
    const { signal } = controls;
    const runId = this.#runCount++;
    const { promise, resolve, reject } = Promise.withResolvers<EngineResult>();
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.#send({ type: 'cancel', runId });
      timer = setTimeout(() => this.kill(), graceMs);
    };
    const watch = this.#watch('task');
    this.#runs.set(runId, { controls, watch, resolve, reject });
    this.#send({ type: 'run', runId, task });
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    try {
      return await promise;
    } catch (error) {
      // However the end came about, the person asked for it.
      if (signal.aborted) throw new StudioError('CANCELLED', 'The run was cancelled.', { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
      watch.stop();
      signal.removeEventListener('abort', cancel);
      this.#runs.delete(runId);
    }
  }

  kill(): void {
    this.#child.kill();
  }

  #watch(what: 'opening' | 'task'): SilenceWatch {
    return new SilenceWatch(this.#silence, what, (silentMs) => {
      this.#hung ??= hung(silentMs);
      this.kill();
      // Whoever waits hears of it at the process's end, so that the next task gets another one.
      setTimeout(() => this.#end({ exitCode: null, signal: 'SIGKILL', lastWords: '' }), KILL_WAIT_MS).unref();
    });
  }

  #end(exit: ChildExit): void {
    this.#failAll(this.#hung ?? crashed(exit));
    this.#resolveEnded(exit);
  }

  #send(message: HostMessage): void {
    this.#child.send(message);
  }

  #receive(message: unknown): void {
    const parsed = engineMessageSchema.safeParse(message);
    if (!parsed.success) {
      const fault = new StudioError(
        'INTERNAL',
        `The engine sent what is no message: ${z.prettifyError(parsed.error)}`,
        { cause: parsed.error },
      );
      this.#failAll(fault);
      this.kill();
      return;
    }
    try {
      this.#handle(parsed.data);
    } catch (cause) {
      // A fault in whoever listens to a run must not end the host, and must not pass unheard either.
      const detail = cause instanceof Error ? cause.message : String(cause);
      this.#failAll(
        new StudioError('INTERNAL', `What the engine reported could not be taken in: ${detail}`, { cause }),
      );
    }
  }

  #handle(message: EngineMessage): void {
    if ('memoryBytes' in message) {
      this.memoryBytes = message.memoryBytes;
      this.#onMemory();
    }
    switch (message.type) {
      case 'opening':
        this.#openingWatch.heard();
        break;
      case 'opened':
        this.#openingWatch.stop();
        this.#settleOpened.resolve({ device: message.device, pack: message.pack });
        break;
      case 'openFailed':
        this.#openingWatch.stop();
        this.#settleOpened.reject(new StudioError(message.code, message.message));
        break;
      case 'needAsset':
        void this.#giveAsset(message);
        break;
      case 'progress': {
        const run = this.#runs.get(message.runId);
        run?.watch.step(message.progress.stage, performance.now());
        run?.controls.onProgress?.(message.progress);
        break;
      }
      case 'preview': {
        const run = this.#runs.get(message.runId);
        run?.watch.heard();
        run?.controls.onPreview?.(message.preview);
        break;
      }
      case 'candidate': {
        const run = this.#runs.get(message.runId);
        run?.watch.heard();
        run?.controls.onCandidate?.(message.candidate);
        break;
      }
      case 'finished':
        this.#runs.get(message.runId)?.resolve(message.result);
        break;
      case 'failed':
        this.#runs.get(message.runId)?.reject(new StudioError(message.code, message.message));
        break;
    }
  }

  async #giveAsset({
    assetRequestId,
    runId,
    asset,
  }: Extract<EngineMessage, { type: 'needAsset' }>): Promise<void> {
    const run = this.#runs.get(runId);
    run?.watch.pause();
    try {
      const file = (await run?.controls.readAsset(asset)) ?? null;
      this.#send({ type: 'asset', assetRequestId, file });
    } catch (error) {
      // The project cannot be read: that is what the run's caller has to hear, not that a picture is missing.
      run?.reject(
        error instanceof StudioError ? error : new StudioError('INTERNAL', String(error), { cause: error }),
      );
      this.#send({ type: 'asset', assetRequestId, file: null });
    } finally {
      run?.watch.heard();
    }
  }

  #failAll(error: StudioError): void {
    this.#openingWatch.stop();
    this.#settleOpened.reject(error);
    for (const { reject } of this.#runs.values()) reject(error);
  }
}

function hung(silentMs: number): StudioError {
  const minutes = Math.max(1, Math.round(silentMs / 60_000));
  return new StudioError(
    'ENGINE_HUNG',
    `The process that runs the models has said nothing for ${minutes} min and was ended. It is started anew for the ` +
      'next render.',
  );
}

function crashed({ exitCode, signal, lastWords }: ChildExit): StudioError {
  const how =
    signal === null
      ? exitCode === null
        ? 'could not be started'
        : `ended by itself with code ${exitCode}`
      : `was ended by ${signal}`;
  const words = lastWords.trim().split('\n').slice(-5).join('\n');
  return new StudioError(
    'ENGINE_CRASHED',
    `The process that runs the models ${how}. It is started anew for the next render.${words && `\n${words}`}`,
  );
}
