/** One engine process from start to end, with its tasks. */
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
import { isOutOfMemory } from '../../foundation/out-of-memory.ts';
import { asStudioError } from '../studio-error.ts';
import type { ChildExit, EngineChild, EngineLauncher } from './engine-child.ts';
import { Watchdog, type WatchdogLimits } from './watchdog.ts';

/** How long to wait for a killed process to end: one stuck in a driver may not even die. */
const KILL_WAIT_MS = 10_000;

/** The part of a configuration that follows a scene; empty: the pack of the settings, unchanged. */
export type EngineModel = Partial<
  Pick<EngineConfig, 'packFolder' | 'componentsFolder' | 'vae' | 'loras' | 'embeddings'>
>;

/** How a task is run. */
export interface RunControls {
  /** What the task needs; without it, what is open. */
  readonly model?: EngineModel;
  readonly signal: AbortSignal;
  /** Returns the task's pictures; null for a missing one. */
  readonly readAsset: (asset: AssetId) => Promise<AssetFile | null>;
  readonly onProgress?: (progress: EngineProgress) => void;
  readonly onPreview?: (preview: EnginePreview) => void;
  /** For generateBackgrounds: called with each candidate as it is finished. */
  readonly onCandidate?: (candidate: EngineCandidate) => void;
}

export interface OpenedEngine {
  readonly device: DeviceReport;
  readonly pack: OpenPack;
}

/** How a session ended. */
export interface SessionEnd {
  readonly exit: ChildExit;
  /** The error passed to waiting callers. */
  readonly error: StudioError;
  /** Whether the host ended it, without an earlier failure. */
  readonly wasOnPurpose: boolean;
}

/** Called with the progress of opening the pack. */
export type OpeningListener = (step: number, total: number) => void;

/** How to watch a process. */
export interface SessionObserver {
  readonly watchdogLimits: WatchdogLimits;
  /** Called when it reports its memory. */
  readonly onMemory: () => void;
  readonly onOpening: OpeningListener;
}

interface Run {
  readonly controls: RunControls;
  readonly watchdog: Watchdog;
  readonly resolve: (result: EngineResult) => void;
  readonly reject: (error: StudioError) => void;
  /** The error of reading a picture of the task. */
  readFailure: StudioError | undefined;
}

export class EngineSession {
  /** Rejects when the pack cannot be opened, or the process ends first. */
  readonly opened: Promise<OpenedEngine>;
  /** Resolves when the process has ended, after every run was rejected. */
  readonly ended: Promise<SessionEnd>;
  memoryBytes: number | null = null;
  readonly #child: EngineChild;
  readonly #runs = new Map<number, Run>();
  readonly #onMemory: () => void;
  readonly #onOpening: OpeningListener;
  readonly #watchdogLimits: WatchdogLimits;
  readonly #openingWatchdog: Watchdog;
  #runCount = 0;
  /** Why the process was killed; later events are ignored. */
  #killed: { readonly error: StudioError; readonly wasOnPurpose: boolean } | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  /** Set once the process has ended or is given up. */
  #endError: StudioError | undefined;
  #settleOpened: { resolve: (opened: OpenedEngine) => void; reject: (error: StudioError) => void };
  #resolveEnded: (end: SessionEnd) => void;

  constructor(
    launch: EngineLauncher,
    config: EngineConfig,
    { watchdogLimits, onMemory, onOpening }: SessionObserver,
  ) {
    this.#onMemory = onMemory;
    this.#onOpening = onOpening;
    this.#watchdogLimits = watchdogLimits;
    const { promise, resolve, reject } = Promise.withResolvers<OpenedEngine>();
    this.opened = promise;
    // Callers get the failure; as an unhandled rejection it must not end the host.
    promise.catch(() => undefined);
    this.#settleOpened = { resolve, reject };
    this.#child = launch();
    const ended = Promise.withResolvers<SessionEnd>();
    this.ended = ended.promise;
    this.#resolveEnded = ended.resolve;
    this.#openingWatchdog = this.#watch('opening');
    this.#child.onExit((exit) => this.#end(exit));
    this.#child.onMessage((message) => this.#receive(message));
    this.#send({ type: 'open', config });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Runs a task. An aborted signal asks the engine to stop at its next step; the process is killed if it has not
   * stopped within `graceMs` (Infinity: never for that), or if it is silent for too long.
   *
   * @throws StudioError CANCELLED, ENGINE_CRASHED, ENGINE_HUNG, and the task's own errors
   */
  async run(task: EngineTask, controls: RunControls, graceMs: number): Promise<EngineResult> {
    await this.opened;
    if (this.#endError !== undefined) throw this.#endError;
    const { signal } = controls;
    const runId = this.#runCount++;
    const { promise, resolve, reject } = Promise.withResolvers<EngineResult>();
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.#send({ type: 'cancel', runId });
      if (!Number.isFinite(graceMs)) return;
      timer = setTimeout(
        () =>
          this.stop(
            new StudioError('CANCELLED', 'The run was cancelled but did not stop, so its process was ended.'),
          ),
        graceMs,
      );
    };
    const watchdog = this.#watch('task');
    this.#runs.set(runId, { controls, watchdog, resolve, reject, readFailure: undefined });
    this.#send({ type: 'run', runId, task });
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    try {
      return await promise;
    } catch (error) {
      // The user asked for the end, however it came about.
      if (signal.aborted) throw new StudioError('CANCELLED', 'The run was cancelled.', { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
      watchdog.stop();
      signal.removeEventListener('abort', cancel);
      this.#runs.delete(runId);
    }
  }

  /** Nobody may need this opening any more: it continues only while it reports within this time. */
  shortenOpening(limitMs: number): void {
    this.#openingWatchdog.shorten(limitMs);
  }

  /** Kills the process at once. Waiting callers get the reason when it has ended. */
  stop(reason: StudioError): void {
    this.#kill({ error: reason, wasOnPurpose: true });
  }

  #kill(reason: { readonly error: StudioError; readonly wasOnPurpose: boolean }): void {
    if (this.#killed !== undefined || this.#endError !== undefined) return;
    this.#killed = reason;
    this.#openingWatchdog.stop();
    this.#child.kill();
    // A process stuck in a driver may not even die: give it up after a while, so that the next task gets another.
    const given = { exitCode: null, signal: 'SIGKILL', stderrTail: '' };
    this.#killTimer = setTimeout(() => this.#end(given), KILL_WAIT_MS).unref();
  }

  #watch(what: 'opening' | 'task'): Watchdog {
    return new Watchdog(this.#watchdogLimits, what, (silentMs) =>
      this.#kill({ error: hung(silentMs), wasOnPurpose: false }),
    );
  }

  #end(exit: ChildExit): void {
    if (this.#endError !== undefined) return;
    clearTimeout(this.#killTimer);
    const { error: reason, wasOnPurpose } = this.#killed ?? { error: crashed(exit), wasOnPurpose: false };
    const error = this.#killed && !wasOnPurpose ? withStderrTail(reason, exit) : reason;
    this.#failAll(error);
    this.#resolveEnded({ exit, error, wasOnPurpose });
  }

  #send(message: HostMessage): void {
    this.#child.send(message);
  }

  #receive(message: unknown): void {
    if (this.#killed !== undefined) return;
    const parsed = engineMessageSchema.safeParse(message);
    if (!parsed.success) {
      const fault = new StudioError(
        'INTERNAL',
        `The engine sent an invalid message: ${z.prettifyError(parsed.error)}`,
        { cause: parsed.error },
      );
      this.#fault(fault);
      return;
    }
    try {
      this.#handle(parsed.data);
    } catch (cause) {
      // A bug in a listener of a run must not end the host, and must not go unnoticed.
      const detail = cause instanceof Error ? cause.message : String(cause);
      this.#fault(
        new StudioError('INTERNAL', `A message of the engine could not be handled: ${detail}`, { cause }),
      );
    }
  }

  /** Nobody waits for the engine's current work any more; kill it, so that the next task does not run next to it. */
  #fault(error: StudioError): void {
    for (const { reject } of this.#runs.values()) reject(error);
    this.#kill({ error, wasOnPurpose: false });
  }

  #handle(message: EngineMessage): void {
    if ('memoryBytes' in message) {
      this.memoryBytes = message.memoryBytes;
      this.#onMemory();
    }
    switch (message.type) {
      case 'opening':
        this.#openingWatchdog.touch();
        this.#onOpening(message.step, message.total);
        break;
      case 'opened':
        this.#openingWatchdog.stop();
        this.#settleOpened.resolve({ device: message.device, pack: message.pack });
        break;
      case 'openFailed':
        this.#openingWatchdog.stop();
        this.#settleOpened.reject(new StudioError(message.code, message.message));
        break;
      case 'needAsset':
        void this.#giveAsset(message);
        break;
      case 'progress': {
        const run = this.#runs.get(message.runId);
        run?.watchdog.step(message.progress.stage, performance.now());
        run?.controls.onProgress?.(message.progress);
        break;
      }
      case 'preview': {
        const run = this.#runs.get(message.runId);
        run?.watchdog.touch();
        run?.controls.onPreview?.(message.preview);
        break;
      }
      case 'candidate': {
        const run = this.#runs.get(message.runId);
        run?.watchdog.touch();
        run?.controls.onCandidate?.(message.candidate);
        break;
      }
      case 'finished':
        this.#runs.get(message.runId)?.resolve(message.result);
        break;
      case 'failed': {
        const run = this.#runs.get(message.runId);
        run?.reject(run.readFailure ?? new StudioError(message.code, message.message));
        break;
      }
    }
  }

  async #giveAsset({
    assetRequestId,
    runId,
    asset,
  }: Extract<EngineMessage, { type: 'needAsset' }>): Promise<void> {
    const run = this.#runs.get(runId);
    run?.watchdog.pause();
    try {
      const file = (await run?.controls.readAsset(asset)) ?? null;
      this.#send({ type: 'asset', assetRequestId, file });
    } catch (error) {
      // The project cannot be read: the run's caller must get that error, not that a picture is missing. It gets it
      // when the engine has stopped, since another task may start then.
      if (run) run.readFailure = asStudioError(error);
      this.#send({ type: 'asset', assetRequestId, file: null });
    } finally {
      run?.watchdog.touch();
    }
  }

  #failAll(error: StudioError): void {
    this.#endError = error;
    this.#openingWatchdog.stop();
    this.#settleOpened.reject(error);
    for (const { reject } of this.#runs.values()) reject(error);
  }
}

function hung(silentMs: number): StudioError {
  const silence =
    silentMs < 60_000
      ? `${Math.max(1, Math.round(silentMs / 1000))} s`
      : `${Math.round(silentMs / 60_000)} min`;
  return new StudioError(
    'ENGINE_HUNG',
    `The process that runs the models did not respond for ${silence} and was ended. The next render starts it again.`,
  );
}

/** How many lines of standard error an error shows. */
const SHOWN_LINES = 5;

function crashed(exit: ChildExit): StudioError {
  const { exitCode, signal, stderrTail } = exit;
  const shown = shownStderrTail(exit);
  if (isOutOfMemory(stderrTail)) {
    return new StudioError(
      'OUT_OF_MEMORY',
      'The process that runs the models ran out of memory and ended. The next render starts it again; close other ' +
        `programs, or use smaller pictures or a smaller model.${shown}`,
      { cause: exit },
    );
  }
  if (exitCode === null && signal === null) {
    return new StudioError(
      'ENGINE_UNAVAILABLE',
      `The process that runs the models could not be started. Restart the program, or reinstall it.${shown}`,
      { cause: exit },
    );
  }
  const how = signal === null ? `ended unexpectedly with code ${exitCode}` : `was ended by ${signal}`;
  // The system's out-of-memory killer leaves no other trace.
  const guess =
    signal === 'SIGKILL'
      ? ' The system does this when memory runs out; closing other programs may help.'
      : '';
  return new StudioError(
    'ENGINE_CRASHED',
    `The process that runs the models ${how}.${guess} The next render starts it again.${shown}`,
    { cause: exit },
  );
}

/** The end of a process's standard error, formatted to follow a sentence. */
function shownStderrTail({ stderrTail }: ChildExit): string {
  const words = stderrTail.trim().split('\n').slice(-SHOWN_LINES).join('\n');
  return words && `\n${words}`;
}

function withStderrTail({ code, message, cause }: StudioError, exit: ChildExit): StudioError {
  return new StudioError(code, `${message}${shownStderrTail(exit)}`, { cause: cause ?? exit });
}
