/** The render farms that this host uses: connected when first needed, kept until the host ends. */

import { setTimeout as delay } from 'node:timers/promises';
import type { EngineResultOf } from '../../contract/engine-messages.ts';
import { StudioError } from '../../contract/errors.ts';
import type { FarmState } from '../../contract/farm.ts';
import { notice } from '../../contract/notices.ts';
import { type RenderRequest, UNKNOWN_WEIGHTS } from '../../contract/render-request.ts';
import type { FarmClient, FarmRenderControls } from '../../farm/client/farm-client.ts';
import { serverName } from '../../farm/farm-address.ts';
import { findFarm, type NamedFarm, readFarms } from '../../farm/farm-list.ts';
import { asFailure } from '../studio-error.ts';
import type { StudioEvents } from '../studio-events.ts';

/** How often a farm that cannot be reached is tried again. */
const RETRY_MS = 1000;

interface UsedFarm {
  state: FarmState;
  readonly client: Promise<FarmClient>;
}

export class Farms {
  readonly #settingsFolder: string;
  readonly #events: StudioEvents;
  readonly #used = new Map<string, UsedFarm>();

  constructor(settingsFolder: string, events: StudioEvents) {
    this.#settingsFolder = settingsFolder;
    this.#events = events;
  }

  /** @throws StudioError FARM_LIST_INVALID */
  async list(): Promise<FarmState[]> {
    const farms = await readFarms(this.#settingsFolder);
    return farms.map((farm) => this.#used.get(farm.name)?.state ?? unused(farm));
  }

  /** Connects to a farm and counts its workers. @throws StudioError FARM_UNKNOWN, FARM_LIST_INVALID */
  async check(name: string): Promise<FarmState> {
    try {
      const client = await this.#client(name);
      const workers = await client.workers();
      const used = this.#used.get(name)!;
      used.state = { ...used.state, workers: workers.length };
      return used.state;
    } catch (error) {
      const { code } = asFailure(error);
      if (code === 'FARM_UNKNOWN' || code === 'FARM_LIST_INVALID') throw error;
      const farm = await findFarm(this.#settingsFolder, name);
      return { ...unused(farm), state: 'failed', error: asFailure(error) };
    }
  }

  /**
   * A render's model on a farm: the same one where its weights are known, else what the farm has under its name.
   *
   * @throws StudioError FARM_MODEL_UNKNOWN, and what connecting throws
   */
  async packFor(name: string, pack: RenderRequest['pack']): Promise<RenderRequest['pack']> {
    if (pack.weights !== UNKNOWN_WEIGHTS) return pack;
    const client = await this.#client(name);
    const offered = (await client.models()).filter(({ pack: { identity } }) => identity.id === pack.id);
    const [first] = offered;
    if (first !== undefined && offered.length === 1) return first.pack.identity;
    throw new StudioError(
      'FARM_MODEL_UNKNOWN',
      first === undefined
        ? `No worker of the farm ${name} has offered the pack ${pack.id}.`
        : `The farm ${name} has several models named ${pack.id}: open the one to use on this computer first.`,
    );
  }

  /**
   * @param controls waitsForFarm: tries to connect until it succeeds or is cancelled
   * @throws StudioError what connecting and {@link FarmClient.render} throw
   */
  async render(
    name: string,
    request: RenderRequest,
    { waitsForFarm, ...controls }: FarmRenderControls & { readonly waitsForFarm: boolean },
  ): Promise<EngineResultOf<'render'>> {
    const client = await (waitsForFarm ? this.#reachable(name, controls) : this.#client(name));
    const { machine, device, ...result } = await client.render(request, controls);
    return { ...result, device: { ...device, name: `${device.name} · ${machine}` } };
  }

  /** Closes all connections; queued jobs continue. */
  async close(): Promise<void> {
    const used = [...this.#used.values()];
    this.#used.clear();
    await Promise.allSettled(used.map(async ({ client }) => (await client).close()));
  }

  async #reachable(name: string, { signal, onPlace }: FarmRenderControls): Promise<FarmClient> {
    for (;;) {
      try {
        return await this.#client(name);
      } catch (error) {
        const failure = asFailure(error);
        if (failure.code !== 'FARM_UNREACHABLE') throw error;
        onPlace?.({ state: 'waiting', machine: null, position: null, reason: notice('FAILED', { failure }) });
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw new StudioError('CANCELLED', 'The run was cancelled.');
      }
    }
  }

  #client(name: string): Promise<FarmClient> {
    const used = this.#used.get(name);
    if (used !== undefined) return used.client;
    const client = this.#connect(name);
    // The next use tries again.
    client.catch(() => this.#used.delete(name));
    this.#used.set(name, {
      state: { name, server: '', state: 'unused', workers: null, error: null },
      client,
    });
    return client;
  }

  async #connect(name: string): Promise<FarmClient> {
    const farm = await findFarm(this.#settingsFolder, name);
    // Loaded for those who have a farm only.
    const { FarmClient } = await import('../../farm/client/farm-client.ts');
    const client = await FarmClient.connect(farm, (isConnected) => {
      this.#change(name, { state: isConnected ? 'connected' : 'lost' });
      this.#events.emit('notice', {
        level: isConnected ? 'info' : 'warning',
        notice: notice(isConnected ? 'FARM_CONNECTED' : 'FARM_LOST', { name }),
      });
    });
    this.#change(name, { state: 'connected', server: client.server });
    return client;
  }

  #change(name: string, change: Partial<FarmState>): void {
    const used = this.#used.get(name);
    if (used === undefined) return;
    used.state = { ...used.state, ...change };
    this.#events.emit('farm.changed', used.state);
  }
}

function unused({ name, url }: NamedFarm): FarmState {
  let server = '';
  try {
    server = serverName(url);
  } catch {
    // The sentence of a failed connection says what is wrong with the address.
  }
  return { name, server, state: 'unused', workers: null, error: null };
}
