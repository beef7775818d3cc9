/**
 * Keeps an engine process for the host: starts it when it is needed, runs one task at a time on it, starts another
 * when it crashed or hung, and ends it when it has been idle for long or memory is short, which gives everything back
 * that it held (docs/decisions/0020).
 */
import type { EngineConfig, EngineResultOf, EngineTask } from '../../contract/engine-messages.ts';
import type { EngineStatus } from '../../contract/engine-status.ts';
import { StudioError } from '../../contract/errors.ts';
import type { EngineLauncher } from './engine-child.ts';
import { EngineSession, type OpenedEngine, type RunControls } from './engine-session.ts';
import { DEFAULT_SILENCE, type SilenceLimits } from './silence-watch.ts';
import { Turns } from './turns.ts';

/** When a process is ended that works no longer, or not as it should. */
export interface SupervisorLimits {
  /** How long a cancelled task may take to stop before the process is killed. */
  readonly cancelGraceMs: number;
  /** How long an engine may be idle before its memory is given back; Infinity keeps it. */
  readonly idleMs: number;
  /** An idle engine is ended while the machine has less memory to give than this. */
  readonly lowMemoryBytes: number;
  /** How often that is looked at. */
  readonly memoryCheckMs: number;
  /** How long a working engine may say nothing before it counts as hung and is killed. */
  readonly silence: SilenceLimits;
}

export const DEFAULT_LIMITS: SupervisorLimits = {
  cancelGraceMs: 20_000,
  idleMs: 600_000,
  lowMemoryBytes: 256 << 20,
  memoryCheckMs: 15_000,
  silence: DEFAULT_SILENCE,
};

export interface SupervisorOptions {
  readonly launch: EngineLauncher;
  readonly config: EngineConfig;
  readonly limits?: Partial<SupervisorLimits>;
  readonly onStatus?: (status: EngineStatus) => void;
  /** Bytes that the machine can still give; process.availableMemory by default. */
  readonly availableMemory?: () => number;
}

export class EngineSupervisor {
  readonly #launch: EngineLauncher;
  readonly #onStatus: ((status: EngineStatus) => void) | undefined;
  readonly #availableMemory: () => number;
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  #limits: SupervisorLimits;
  #config: EngineConfig;
  #session: EngineSession | undefined;
  #sessionConfig: EngineConfig | undefined;
  #state: EngineStatus['state'] = 'stopped';
  #opened: OpenedEngine | undefined;
  #error: EngineStatus['error'] = null;
  #crashes = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;

  constructor({ launch, config, limits, onStatus, availableMemory }: SupervisorOptions) {
    this.#launch = launch;
    this.#config = config;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#onStatus = onStatus;
    this.#availableMemory = availableMemory ?? (() => process.availableMemory());
  }

  get status(): EngineStatus {
    return {
      state: this.#state,
      deviceChoice: this.#config.device,
      device: this.#opened?.device ?? null,
      pack: this.#opened?.pack ?? null,
      memoryBytes: this.#session?.memoryBytes ?? null,
      holdsModels: this.#session !== undefined,
      crashes: this.#crashes,
      error: this.#error,
    };
  }

  /** Process id of the engine; undefined while there is none. */
  get pid(): number | undefined {
    return this.#session?.pid;
  }

  /** Another pack, device or cache: in force from the next task on, by another process. */
  configure(config: EngineConfig, limits: Partial<SupervisorLimits> = {}): void {
    this.#limits = { ...this.#limits, ...limits };
    if (JSON.stringify(config) !== JSON.stringify(this.#config)) {
      this.#config = config;
      this.#opened = undefined;
      this.#error = null;
      if (!this.#turns.isTaken) {
        this.#state = 'stopped';
        this.#end();
      }
    }
    this.#watchIdleness();
    this.#report();
  }

  /**
   * The pack and the device, the engine started for it where that has not happened yet.
   *
   * @throws StudioError what opening a pack throws; ENGINE_CRASHED; ENGINE_HUNG; CANCELLED
   */
  async open(signal: AbortSignal = new AbortController().signal): Promise<OpenedEngine> {
    if (this.#opened !== undefined) return this.#opened;
    const orClosing = this.#orClosing(signal);
    return this.#turns.take(orClosing, async () => (await this.#start(orClosing)).opened);
  }

  /**
   * Runs a task when those before it have ended.
   *
   * @throws StudioError CANCELLED; ENGINE_CRASHED when the process came to its end on the way; ENGINE_HUNG when it
   *   said nothing for too long and was ended; what opening the pack throws; and what the engine says of the task
   */
  run<Kind extends EngineTask['kind']>(
    task: Extract<EngineTask, { kind: Kind }>,
    controls: RunControls,
  ): Promise<EngineResultOf<Kind>> {
    const signal = this.#orClosing(controls.signal);
    return this.#turns.take(signal, async () => {
      const { session } = await this.#start(signal);
      this.#setState('busy');
      try {
        const result = await session.run(task, { ...controls, signal }, this.#limits.cancelGraceMs);
        if (result.kind !== task.kind) {
          throw new StudioError('INTERNAL', `The engine answered ${task.kind} with ${result.kind}.`);
        }
        return result as EngineResultOf<Kind>;
      } finally {
        if (this.#session !== undefined) this.#setState('ready');
        this.#watchIdleness();
      }
    });
  }

  /** Gives all memory of the engine back, when it is not at work; the next task starts it anew. */
  release(): void {
    if (!this.#turns.isTaken) this.#end();
  }

  /** Ends the engine and everything that it runs. */
  async close(): Promise<void> {
    this.#closing.abort();
    const session = this.#session;
    this.#end();
    await session?.ended;
  }

  #orClosing(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal]);
  }

  async #start(signal: AbortSignal): Promise<{ session: EngineSession; opened: OpenedEngine }> {
    clearTimeout(this.#idleTimer);
    if (this.#session !== undefined && this.#sessionConfig !== this.#config) this.#end();
    this.#session ??= this.#newSession();
    const session = this.#session;
    try {
      // Who gives up waiting leaves the engine to open its pack: the next one profits.
      const opened = await untilAborted(session.opened, signal);
      this.#opened = opened;
      this.#error = null;
      this.#setState('ready');
      this.#watchIdleness();
      return { session, opened };
    } catch (error) {
      if (signal.aborted) throw error;
      const { code, message } =
        error instanceof StudioError ? error : new StudioError('INTERNAL', String(error));
      this.#error = { ok: false, code, message };
      if (this.#session === session) this.#end();
      this.#setState('failed');
      throw error;
    }
  }

  #newSession(): EngineSession {
    if (this.#closing.signal.aborted) throw new StudioError('CANCELLED', 'The program is ending.');
    this.#setState(this.#crashes === 0 ? 'starting' : 'restarting');
    const session = new EngineSession(this.#launch, this.#config, this.#limits.silence, () => this.#report());
    this.#sessionConfig = this.#config;
    void session.ended.then(() => {
      // One that was ended on purpose is no longer this one.
      if (this.#session !== session) return;
      this.#crashes++;
      this.#session = undefined;
      this.#setState('stopped');
    });
    return session;
  }

  #end(): void {
    clearTimeout(this.#idleTimer);
    clearInterval(this.#memoryTimer);
    this.#memoryTimer = undefined;
    const session = this.#session;
    this.#session = undefined;
    session?.kill();
    if (this.#state !== 'failed') this.#setState('stopped');
  }

  #watchIdleness(): void {
    clearTimeout(this.#idleTimer);
    if (this.#session === undefined) return;
    const { idleMs, lowMemoryBytes, memoryCheckMs } = this.#limits;
    if (Number.isFinite(idleMs)) this.#idleTimer = setTimeout(() => this.release(), idleMs).unref();
    this.#memoryTimer ??= setInterval(() => {
      if (this.#availableMemory() < lowMemoryBytes) this.release();
    }, memoryCheckMs).unref();
  }

  #setState(state: EngineStatus['state']): void {
    this.#state = state;
    this.#report();
  }

  #report(): void {
    this.#onStatus?.(this.status);
  }
}

/** @throws StudioError CANCELLED as soon as the signal is aborted; what the promise rejects with */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new StudioError('CANCELLED', 'The run was cancelled.'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
