/**
 * Keeps an engine process for the host: starts it when needed, runs one task at a time on it, except for those that the
 * user points at (docs/decisions/0215), starts another after a crash or hang, and ends it when it has been idle for long
 * or memory is short, which releases everything it held (docs/decisions/0020).
 *
 * Whether a process runs and what is known about the pack are separate: an engine's findings outlive it
 * (docs/decisions/0126).
 */
import { isDeepStrictEqual } from 'node:util';
import type { EngineConfig, EngineResultOf, EngineTask } from '../../contract/engine-messages.ts';
import type { EngineStatus, OpenPack } from '../../contract/engine-status.ts';
import { StudioError } from '../../contract/errors.ts';
import { vocabularyReader } from '../../foundation/files/pack-manifest.ts';
import { availableMemoryBytes } from '../../foundation/memory.ts';
import { asFailure, asStudioError } from '../studio-error.ts';
import type { EngineLauncher } from './engine-child.ts';
import { type EngineLife, hasRoomBeside, modelOf, notStarted } from './engine-life.ts';
import type { EngineLog } from './engine-log.ts';
import {
  type EngineModel,
  EngineSession,
  type OpenedEngine,
  type OpeningListener,
  type RunControls,
} from './engine-session.ts';
import { IdleWatch } from './idle-watch.ts';
import { Mutex } from './mutex.ts';
import { INTERACTIVE, runTask } from './run-task.ts';
import { DEFAULT_LIMITS, type SupervisorLimits } from './supervisor-limits.ts';
import { cancelled, untilAborted } from './until-aborted.ts';

export interface SupervisorOptions {
  readonly launch: EngineLauncher;
  readonly config: EngineConfig;
  readonly limits?: Partial<SupervisorLimits>;
  readonly onStatus?: (status: EngineStatus) => void;
  readonly onOpening?: OpeningListener;
  /** Called with every event of engine processes. */
  readonly log?: EngineLog;
  /** Available memory in bytes; {@link availableMemoryBytes} by default. */
  readonly availableMemory?: () => number;
}

export class EngineSupervisor {
  readonly #launch: EngineLauncher;
  readonly #onStatus: ((status: EngineStatus) => void) | undefined;
  readonly #onOpening: OpeningListener;
  readonly #log: EngineLog;
  readonly #idleWatch: IdleWatch;
  readonly #mutex = new Mutex();
  /** Of interactive tasks: a segmenter works on one picture at a time. */
  readonly #interactive = new Mutex();
  readonly #closing = new AbortController();
  readonly #vocabularyOf = vocabularyReader();
  /** Processes that have not ended yet, including killed ones. */
  readonly #sessions = new Set<EngineSession>();
  #limits: SupervisorLimits;
  /** Of the settings. */
  #settings: EngineConfig;
  /** Of the scene that is edited or was rendered last. */
  #model: EngineModel = {};
  #config: EngineConfig;
  #life: EngineLife | undefined;
  /** Findings of the last engine that opened a pack, and its configuration. */
  #known: { readonly opened: OpenedEngine; readonly config: EngineConfig } | undefined;
  #error: EngineStatus['error'] = null;
  #crashes = 0;
  #hasCrashedLast = false;

  constructor({ launch, config, limits, onStatus, onOpening, log, availableMemory }: SupervisorOptions) {
    this.#launch = launch;
    this.#settings = config;
    this.#config = config;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#onStatus = onStatus;
    this.#onOpening = onOpening ?? (() => undefined);
    this.#log = log ?? (() => undefined);
    this.#idleWatch = new IdleWatch(availableMemory ?? availableMemoryBytes, () => this.#releaseIdle());
  }

  get status(): EngineStatus {
    const life = this.#life;
    const known = this.#known;
    // A process reports what it runs, even while new settings wait for its task to end.
    const isSameDevice = known?.config.device === this.#config.device;
    return {
      state: this.#state,
      deviceChoice: this.#config.device,
      device: life?.opened?.device ?? (isSameDevice ? known.opened.device : null),
      pack: life?.opened?.pack ?? this.knownPack ?? null,
      vocabulary: this.#vocabularyOf((life?.config ?? this.#config).packFolder),
      memoryBytes: life?.session.memoryBytes ?? null,
      holdsModels: life !== undefined,
      crashes: this.#crashes,
      error: this.#error,
    };
  }

  /** The pack of the next task, once an engine has opened it, whether or not one runs now. */
  get knownPack(): OpenPack | undefined {
    const known = this.#known;
    return known && isDeepStrictEqual(modelOf(known.config), modelOf(this.#config))
      ? known.opened.pack
      : undefined;
  }

  /** Process id of the engine; undefined without one. */
  get pid(): number | undefined {
    return this.#life?.session.pid;
  }

  /** The pack of the settings, where it is known and the next task uses it unchanged. */
  get knownSettingsPack(): OpenPack | undefined {
    return isDeepStrictEqual(modelOf(this.#config), modelOf(this.#settings)) ? this.knownPack : undefined;
  }

  /** Sets another pack, device or cache, from the next task on, in another process. */
  configure(config: EngineConfig, limits: Partial<SupervisorLimits> = {}): void {
    this.#limits = { ...this.#limits, ...limits };
    this.#settings = config;
    this.#use({ ...config, ...this.#model });
    this.#watchIdleness();
    this.#report();
  }

  /** Sets a scene's model, from the next task on; another one takes another process. */
  use(model: EngineModel): void {
    this.#model = model;
    this.#use({ ...this.#settings, ...model });
    this.#report();
  }

  #use(config: EngineConfig): void {
    if (isDeepStrictEqual(config, this.#config)) return;
    this.#config = config;
    this.#error = null;
    this.#replace();
  }

  /** The pack's folder has changed: forget what is known about it; the next task reads it again. */
  reopen(): void {
    this.#known = undefined;
    this.#error = null;
    // A new object with the same values: a process opened before no longer matches it.
    this.#config = { ...this.#config };
    this.#replace();
    this.#report();
  }

  /**
   * Ensures that a process has opened the pack with the current settings, or a scene's model.
   *
   * @throws StudioError what opening a pack throws; OUT_OF_MEMORY; ENGINE_CRASHED; ENGINE_HUNG; CANCELLED, also when
   *   the engine was released before it had opened the pack
   */
  async open(signal: AbortSignal = new AbortController().signal, model?: EngineModel): Promise<OpenedEngine> {
    if (model !== undefined) this.use(model);
    return (await this.#ready(this.#orClosing(signal))).opened!;
  }

  /**
   * Runs a task after those before it; an interactive one between the steps of a render.
   *
   * @throws StudioError CANCELLED; ENGINE_CRASHED when the process ended during the task; ENGINE_HUNG when it was
   * silent for too long and was ended; OUT_OF_MEMORY; what opening the pack throws; and the task's own errors
   */
  async run<Kind extends EngineTask['kind']>(
    task: Extract<EngineTask, { kind: Kind }>,
    controls: RunControls,
  ): Promise<EngineResultOf<Kind>> {
    const signal = this.#orClosing(controls.signal);
    const isInteractive = INTERACTIVE.includes(task.kind);
    const runOn = (life: EngineLife, graceMs: number) =>
      runTask(life, task, {
        controls: { ...controls, signal },
        graceMs,
        log: this.#log,
        onEnd: (failure) => this.#afterTask(life, failure),
      });
    const isFree = () => hasRoomBeside(this.#life, controls.model ?? this.#model, this.#model);
    if (isInteractive && isFree()) {
      const found = await this.#interactive.runExclusive(signal, async () => {
        // The render may have ended while this waited.
        if (!isFree()) return undefined;
        const life = this.#life!;
        life.tasks++;
        // Its process is not killed if it does not stop in time: it renders.
        return { result: await runOn(life, Number.POSITIVE_INFINITY) };
      });
      if (found !== undefined) return found.result;
    }
    const runNext = async () => {
      const life = await this.#ready(signal, (ready) => {
        this.#idleWatch.pause();
        ready.tasks++;
        ready.mainTask = task.kind;
        this.#report();
      });
      try {
        return await runOn(life, this.#limits.cancelGraceMs);
      } finally {
        life.mainTask = null;
      }
    };
    return this.#mutex.runExclusive(signal, async () => {
      if (controls.model !== undefined) this.use(controls.model);
      return isInteractive ? this.#interactive.runExclusive(signal, runNext) : runNext();
    });
  }

  /**
   * Releases all memory of the engine, unless it is busy: the next task starts it again. One that is still opening
   * its pack is ended too, and its callers get CANCELLED.
   */
  release(): void {
    const life = this.#life;
    if (life === undefined || life.tasks > 0) return;
    const isOpening = life.opened === undefined;
    const reason = new StudioError(
      'CANCELLED',
      isOpening
        ? 'The engine was stopped while opening the model pack.'
        : 'The engine’s memory was released.',
    );
    // The user wants no engine to run; the state "stopped" without a known pack would start it at once.
    if (isOpening && this.knownPack === undefined) this.#error = asFailure(reason);
    this.#end(life, reason);
  }

  /** Ends the engine and its tasks. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#life) this.#end(this.#life, new StudioError('CANCELLED', 'The program is ending.'));
    await Promise.all([...this.#sessions].map(({ ended }) => ended));
  }

  get #state(): EngineStatus['state'] {
    const life = this.#life;
    if (life === undefined) return this.#error === null ? 'stopped' : 'failed';
    if (life.opened === undefined) return life.isRestart ? 'restarting' : 'starting';
    return life.tasks > 0 ? 'busy' : 'ready';
  }

  #orClosing(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal]);
  }

  /**
   * @param claim called as soon as the process exists, before anything else can happen to it
   * @returns a process that has opened the pack with the current settings
   */
  async #ready(
    signal: AbortSignal,
    claim: (life: EngineLife) => void = () => undefined,
  ): Promise<EngineLife> {
    for (;;) {
      if (signal.aborted) throw cancelled();
      const life = this.#life ?? this.#begin();
      if (life.isReplaced) {
        // Busy with the previous settings; it ends after its task.
        await untilAborted(life.session.ended, signal);
        continue;
      }
      try {
        await untilAborted(life.session.opened, signal);
      } catch (error) {
        if (signal.aborted) {
          // When a caller gives up, the engine continues to open its pack for the next caller, unless it has stalled.
          life.isAbandoned = true;
          life.session.shortenOpening(this.#limits.cancelGraceMs);
          throw error;
        }
        const hasStalled = life.isAbandoned && asStudioError(error).code === 'ENGINE_HUNG';
        if (life.isReplaced || hasStalled) continue;
        throw error;
      }
      if (this.#life !== life || life.isReplaced) continue;
      claim(life);
      return life;
    }
  }

  #begin(): EngineLife {
    const config = this.#config;
    const startMs = performance.now();
    this.#error = null;
    let session: EngineSession;
    try {
      session = new EngineSession(this.#launch, config, {
        watchdogLimits: this.#limits.watchdog,
        onMemory: () => this.#report(),
        onOpening: this.#onOpening,
      });
    } catch (cause) {
      const error = notStarted(cause);
      this.#error = asFailure(error);
      this.#report();
      throw error;
    }
    const { pid } = session;
    const life: EngineLife = {
      session,
      config,
      isRestart: this.#hasCrashedLast,
      opened: undefined,
      tasks: 0,
      mainTask: null,
      isReplaced: false,
      isAbandoned: false,
    };
    this.#life = life;
    this.#sessions.add(session);
    this.#log({ kind: 'started', pid, config });
    this.#report();
    // Before the callers are notified, so that they see the new state.
    session.opened.then(
      (opened) => {
        const { identity } = opened.pack;
        const pack = `${identity.id} ${identity.version}`;
        const durationMs = performance.now() - startMs;
        this.#log({ kind: 'opened', pid, device: opened.device, pack, durationMs });
        if (this.#life !== life) return;
        life.opened = opened;
        this.#known = { opened, config };
        this.#hasCrashedLast = false;
        this.#watchIdleness();
        this.#report();
      },
      (error: StudioError) => {
        if (this.#life !== life) return;
        this.#error = asFailure(error);
        this.#end(life, error);
      },
    );
    void session.ended.then(({ exit: { exitCode, signal, stderrTail }, error, wasOnPurpose }) => {
      this.#sessions.delete(session);
      const livedMs = performance.now() - startMs;
      const { code, message } = error;
      const reason = { code, message };
      this.#log({ kind: 'ended', pid, reason, wasOnPurpose, exitCode, signal, stderrTail, livedMs });
      if (!wasOnPurpose) {
        this.#crashes++;
        this.#hasCrashedLast = true;
      }
      if (this.#life === life) this.#forget();
      this.#report();
    });
    return life;
  }

  /** The process does not match the settings: end it now, or after its task. */
  #replace(): void {
    const life = this.#life;
    if (life === undefined) return;
    life.isReplaced = true;
    if (life.tasks === 0)
      this.#end(life, new StudioError('CANCELLED', 'The settings of the engine were changed.'));
  }

  #afterTask(life: EngineLife, failure: StudioError | null): void {
    // Nobody knows how much memory a process still holds after a shortage; start a fresh one.
    if (failure?.code === 'OUT_OF_MEMORY') life.isReplaced = true;
    if (this.#life === life && life.tasks === 0) {
      if (failure?.code === 'OUT_OF_MEMORY') this.#end(life, failure);
      else if (life.isReplaced) {
        this.#end(life, new StudioError('CANCELLED', 'The settings of the engine were changed.'));
      }
    }
    this.#watchIdleness();
    this.#report();
  }

  #end(life: EngineLife, reason: StudioError): void {
    if (this.#life === life) this.#forget();
    life.session.stop(reason);
    this.#report();
  }

  #forget(): void {
    this.#idleWatch.end();
    this.#life = undefined;
  }

  #watchIdleness(): void {
    this.#idleWatch.pause();
    if (this.#life?.opened !== undefined && this.#life.tasks === 0) this.#idleWatch.begin(this.#limits);
  }

  #releaseIdle(): void {
    if (this.#life?.opened !== undefined && !this.#mutex.isLocked) this.release();
  }

  #report(): void {
    this.#onStatus?.(this.status);
  }
}
