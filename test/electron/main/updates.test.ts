import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Updater, Updates } from '../../../electron/main/updates.ts';

class FakeUpdater extends EventEmitter {
  autoDownload = false;
  autoInstallOnAppQuit = false;
  checks = 0;
  failure: Error | undefined;

  async checkForUpdates(): Promise<void> {
    this.checks++;
    if (this.failure) throw this.failure;
  }
}

let updater: FakeUpdater;
let loads: number;
let ready: string[];
let faults: unknown[];

beforeEach(() => {
  updater = new FakeUpdater();
  loads = 0;
  ready = [];
  faults = [];
});

const updates = (hasAddress = true) =>
  new Updates({
    hasAddress,
    load: async () => {
      loads++;
      return updater as Updater;
    },
    onReady: (version) => ready.push(version),
    onFault: (error) => faults.push(error),
  });

describe('updates', () => {
  it('are not looked for, and their library is not loaded, unless the user wants them', async () => {
    const made = updates();
    await made.follow(false);
    await made.follow(false);
    expect([loads, updater.checks]).toEqual([0, 0]);
  });

  it('are looked for once when they are turned on, and announced', async () => {
    const made = updates();
    await made.follow(true);
    await made.follow(true);
    expect([loads, updater.checks]).toEqual([1, 1]);
    expect([updater.autoDownload, updater.autoInstallOnAppQuit]).toEqual([true, true]);
    updater.emit('update-downloaded', { version: '2.0.0' });
    expect(ready).toEqual(['2.0.0']);
  });

  it('are announced once, also when they were turned off and on again', async () => {
    const made = updates();
    await made.follow(true);
    await made.follow(false);
    await made.follow(true);
    expect([loads, updater.checks]).toEqual([1, 2]);
    updater.emit('update-downloaded', { version: '2.0.0' });
    expect(ready).toEqual(['2.0.0']);
  });

  it('are not looked for by a program whose publisher named no address', async () => {
    await updates(false).follow(true);
    expect(loads).toBe(0);
  });

  it('without a connection: noted in the log, and nothing else', async () => {
    updater.failure = new Error('net::ERR_INTERNET_DISCONNECTED');
    await updates().follow(true);
    expect(faults).toEqual([updater.failure]);
    expect(ready).toEqual([]);
  });
});
