/** A supervisor with puppet engines, its callers, and the invariants that must hold whatever happens. */

import { expect, vi } from 'vitest';
import type { EngineEvent } from '../../../../electron/app/engine/engine-log.ts';
import { EngineSupervisor } from '../../../../electron/app/engine/engine-supervisor.ts';
import { DEFAULT_WATCHDOG_LIMITS } from '../../../../electron/app/engine/watchdog.ts';
import type { EngineConfig, EngineTask } from '../../../../electron/contract/engine-messages.ts';
import type { EngineStatus } from '../../../../electron/contract/engine-status.ts';
import { StudioError } from '../../../../electron/contract/errors.ts';
import { noticeSentence } from '../../../../electron/contract/notices.ts';
import { Puppet, puppetConfig } from './puppet-engine.ts';

export const GRACE_MS = 1000;
export const IDLE_MS = 60_000;

const task: Extract<EngineTask, { kind: 'selectMask' }> = {
  kind: 'selectMask',
  image: 'a'.repeat(64),
  points: [],
  box: null,
};

type Outcome = { code: string } | { packFolder: string };

interface Call {
  readonly what: 'open' | 'run';
  readonly controller: AbortController;
  outcome: Outcome | undefined;
}

/** A supervisor, its processes and its callers, on timers that the test advances. */
export class SupervisorScene {
  readonly puppets: Puppet[] = [];
  readonly calls: Call[] = [];
  readonly events: EngineEvent[] = [];
  readonly supervisor: EngineSupervisor;
  config: EngineConfig = puppetConfig('a');
  reported: EngineStatus | undefined;
  availableBytes = Number.POSITIVE_INFINITY;
  heedsCancel = true;
  /** The process that ran when the pack's folder changed. */
  outdated: Puppet | undefined;
  /** Pack folders that an engine has opened and that have not been reported as changed since. */
  readonly opened = new Set<string>();

  constructor(watchdog = DEFAULT_WATCHDOG_LIMITS) {
    this.supervisor = new EngineSupervisor({
      config: this.config,
      launch: () => {
        const puppet = new Puppet(this.puppets.length + 1, this.heedsCancel);
        this.puppets.push(puppet);
        return puppet.child;
      },
      limits: {
        cancelGraceMs: GRACE_MS,
        idleMs: IDLE_MS,
        lowMemoryBytes: 1,
        memoryCheckMs: 5000,
        watchdog,
      },
      availableMemory: () => this.availableBytes,
      onStatus: (status) => {
        this.reported = status;
      },
      log: (event) => this.events.push(event),
    });
  }

  get living(): Puppet[] {
    return this.puppets.filter(({ isAlive }) => isAlive);
  }

  call(what: Call['what']): Call {
    const call: Call = { what, controller: new AbortController(), outcome: undefined };
    this.calls.push(call);
    const { signal } = call.controller;
    const answer =
      what === 'open'
        ? this.supervisor.open(signal).then(({ pack }) => ({ packFolder: `/packs/${pack.name}` }))
        : this.supervisor
            .run(task, { signal, readAsset: async () => null })
            .then(({ notices }) => ({ packFolder: noticeSentence(notices[0]!) }));
    answer.then(
      (outcome) => {
        call.outcome = outcome;
      },
      (error: unknown) => {
        call.outcome = { code: error instanceof StudioError ? error.code : `not coded: ${error}` };
      },
    );
    return call;
  }

  configure(config: EngineConfig): void {
    this.config = config;
    this.supervisor.configure(config);
  }

  async settle(ms = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    await vi.advanceTimersByTimeAsync(0);
    for (const puppet of this.living) {
      if (puppet.isOpened && puppet !== this.outdated) this.opened.add(puppet.config!.packFolder);
    }
  }

  check(): void {
    const { status } = this.supervisor;
    expect(this.reported ?? status).toEqual(status);
    expect(this.living.length).toBeLessThanOrEqual(1);
    const [alive] = this.living;
    expect(status.holdsModels).toBe(alive !== undefined);
    expect(this.supervisor.pid).toBe(alive?.pid);
    const states: EngineStatus['state'][] =
      alive === undefined
        ? ['stopped', 'failed']
        : !alive.isOpened
          ? ['starting', 'restarting']
          : [alive.runIds.length > 0 ? 'busy' : 'ready'];
    expect(states).toContain(status.state);
    expect(status.error !== null).toBe(status.state === 'failed');
    // The status shows what is at work, whatever was chosen since.
    if (alive?.isOpened) {
      expect(`/packs/${status.pack!.name}`).toBe(alive.config!.packFolder);
      expect(status.device!.name).toBe(`device ${alive.config!.device}`);
      // Only a task keeps a process that the settings no longer ask for.
      if (status.state === 'ready') expect(alive.config).toEqual(this.config);
    } else if (this.lastOpened === this.config.packFolder && this.opened.has(this.config.packFolder)) {
      expect(status.pack).not.toBeNull();
    }
  }

  get lastOpened(): string | undefined {
    return this.puppets.findLast(({ isOpened }) => isOpened)?.config?.packFolder;
  }

  /** Lets well-behaved processes do what they are asked until no call is pending. */
  async finishAll(): Promise<void> {
    for (let round = 0; this.calls.some(({ outcome }) => outcome === undefined); round++) {
      expect(round).toBeLessThan(500);
      for (const puppet of this.living) {
        puppet.open();
        puppet.finish();
      }
      await this.settle(GRACE_MS);
    }
  }
}
