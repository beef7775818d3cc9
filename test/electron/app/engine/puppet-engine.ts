/** Fake engine processes that a test controls: they open, finish, crash or stay silent on command. */

import type { ChildExit, EngineChild } from '../../../../electron/app/engine/engine-child.ts';
import type {
  EngineConfig,
  EngineMessage,
  EngineResult,
  EngineTask,
  HostMessage,
} from '../../../../electron/contract/engine-messages.ts';
import type { ErrorCode } from '../../../../electron/contract/errors.ts';
import { notice } from '../../../../electron/contract/notices.ts';
import { describedPack } from './described-pack.ts';

const memoryBytes = 1 << 20;

/** A configuration made of a letter for its pack and the device. */
export function puppetConfig(pack: string, device: EngineConfig['device'] = 'cpu'): EngineConfig {
  return {
    packFolder: `/packs/${pack}`,
    device,
    cacheFolder: '/cache',
    cacheLimitBytes: 0,
    rowsAtOnce: null,
  };
}

export class Puppet {
  readonly pid: number;
  config: EngineConfig | undefined;
  isAlive = true;
  isOpened = false;
  /** Unfinished tasks that it was given. */
  readonly runIds: number[] = [];
  /** The last task that it was given. */
  task: EngineTask | undefined;
  /** Whether it stops when asked to. */
  readonly heedsCancel: boolean;
  #tell: (message: unknown) => void = () => undefined;
  #exit: (exit: ChildExit) => void = () => undefined;

  constructor(pid: number, heedsCancel = true) {
    this.pid = pid;
    this.heedsCancel = heedsCancel;
  }

  get child(): EngineChild {
    return {
      pid: this.pid,
      send: (message) => this.#receive(message as HostMessage),
      kill: () => this.end({ exitCode: null, signal: 'SIGKILL', stderrTail: '' }),
      onMessage: (listener) => {
        this.#tell = listener;
      },
      onExit: (listener) => {
        this.#exit = listener;
      },
    };
  }

  /** Reports that it is still reading the pack. */
  goOn(): void {
    this.say({ type: 'opening', step: 1, total: 2 });
  }

  open(): void {
    if (!this.isAlive || this.isOpened || this.config === undefined) return;
    this.isOpened = true;
    const id = this.config.packFolder.slice('/packs/'.length);
    this.say({
      type: 'opened',
      device: { device: 'cpu', name: `device ${this.config.device}`, passedOver: [] },
      pack: describedPack(id, id, { selectMask: true, removeObjects: true }),
      memoryBytes,
    });
  }

  failToOpen(code: ErrorCode): void {
    if (this.isAlive && !this.isOpened) this.say({ type: 'openFailed', code, message: 'cannot be opened' });
  }

  /** Ends its current task with a result; without one, mask selection ends with no candidates. */
  finish(
    result: EngineResult = {
      kind: 'selectMask',
      model: 'Puppet',
      notices: [notice('AS_WRITTEN', { text: this.config!.packFolder })],
      candidates: [],
    },
  ): void {
    const runId = this.runIds.shift();
    if (runId !== undefined) this.say({ type: 'finished', runId, result, memoryBytes });
  }

  fail(code: ErrorCode): void {
    const runId = this.runIds.shift();
    if (runId !== undefined) this.say({ type: 'failed', runId, code, message: 'it failed', memoryBytes });
  }

  end(exit: ChildExit): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.runIds.length = 0;
    // A process's exit is never reported within the call that kills it.
    setTimeout(() => this.#exit(exit), 0);
  }

  say(message: EngineMessage): void {
    if (this.isAlive) this.#tell(message);
  }

  #receive(message: HostMessage): void {
    if (!this.isAlive) return;
    if (message.type === 'open') this.config = message.config;
    if (message.type === 'run') {
      this.runIds.push(message.runId);
      this.task = message.task;
    }
    if (message.type !== 'cancel' || !this.heedsCancel) return;
    const at = this.runIds.indexOf(message.runId);
    if (at < 0) return;
    this.runIds.splice(at, 1);
    const { runId } = message;
    setTimeout(
      () => this.say({ type: 'failed', runId, code: 'CANCELLED', message: 'cancelled', memoryBytes }),
      0,
    );
  }
}
