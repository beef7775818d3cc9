/** A test's farm: a real Redis server, a studio key, and workers with a fake engine. */

import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { EngineResultOf } from '../../../electron/contract/engine-messages.ts';
import { StudioError } from '../../../electron/contract/errors.ts';
import { notice } from '../../../electron/contract/notices.ts';
import { PAPER_PARAMETERS } from '../../../electron/contract/parameters.ts';
import type { RenderRequest } from '../../../electron/contract/render-request.ts';
import { publishAssetStore } from '../../../electron/farm/assets/open-asset-store.ts';
import { FarmClient, type FarmRenderControls } from '../../../electron/farm/client/farm-client.ts';
import type { FarmAddress } from '../../../electron/farm/farm-address.ts';
import { connectFarm, type FarmConnection } from '../../../electron/farm/farm-connection.ts';
import type { RenderControls, RenderEngine } from '../../../electron/farm/render-engine.ts';
import { createStudioKey } from '../../../electron/farm/studio-key.ts';
import {
  FarmWorker,
  type WorkerEvent,
  type WorkerLimits,
} from '../../../electron/farm/worker/farm-worker.ts';
import { describedPack } from '../app/engine/described-pack.ts';
import { temporaryFolder } from '../inference/tiny-pack.ts';
import { findRedis, type RedisServer, startRedis } from './redis-server.ts';

/** Tests that need a server are skipped if there is none; test/electron/farm/install-redis.ts says why. */
export const hasRedis = findRedis() !== undefined;

export interface FarmFixture {
  readonly root: string;
  readonly address: FarmAddress;
  readonly server: RedisServer;
  /** Kills the server like a crash, and restarts it with its data. */
  readonly restartServer: () => Promise<void>;
  /** Ends with the test file. */
  readonly connect: (url?: string) => Promise<FarmConnection>;
  readonly client: (onConnection?: (isConnected: boolean) => void) => Promise<FarmClient>;
  readonly worker: (
    engine: RenderEngine,
    machine?: string,
    more?: PlayedWorkerOptions,
  ) => Promise<PlayedWorker>;
}

export interface PlayedWorkerOptions {
  /** With another user than the server's default. */
  readonly url?: string;
  /** Where it keeps pictures; in Redis by default. */
  readonly assets?: FarmAddress['assets'];
  readonly limits?: Partial<WorkerLimits>;
}

export interface PlayedWorker {
  readonly worker: FarmWorker;
  readonly events: WorkerEvent[];
}

/** Registers the hooks that start and end the farm. */
export function useFarm(): FarmFixture {
  const root = temporaryFolder();
  const redisFolder = join(root, 'redis');
  const keyFile = join(root, 'studio.key');
  let server: RedisServer;
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    if (!hasRedis) return;
    mkdirSync(redisFolder);
    server = await startRedis(redisFolder);
    await createStudioKey(keyFile);
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
    await server?.kill();
    rmSync(root, { recursive: true });
  });
  const connect = async (url?: string) => {
    const connection = await connectFarm({ ...fixture.address, ...(url !== undefined && { url }) });
    ends.push(async () => connection.disconnect());
    return connection;
  };
  const fixture: FarmFixture = {
    root,
    get address() {
      return { url: server.url, keyFile };
    },
    get server() {
      return server;
    },
    restartServer: async () => {
      await server.kill();
      server = await startRedis(redisFolder, server.port);
    },
    connect,
    client: async (onConnection) => {
      const client = await FarmClient.connect(fixture.address, onConnection);
      ends.push(() => client.close());
      return client;
    },
    worker: async (engine, machine = 'played', { url, assets = 'redis', limits } = {}) => {
      const connection = await connect(url);
      const events: WorkerEvent[] = [];
      const worker = new FarmWorker({
        connection,
        assets: await publishAssetStore(connection, assets),
        engine,
        pack: describedPack('starter', 'Played'),
        device: { deviceChoice: 'cpu', device: { device: 'cpu', name: 'played', passedOver: [] } },
        machine,
        version: '1',
        onEvent: (event) => events.push(event),
        limits: { cancelCheckMs: 20, progressEveryMs: 10, ...limits },
      });
      await worker.ready();
      ends.push(() => worker.drain());
      return { worker, events };
    },
  };
  return fixture;
}

/** Pictures of a request by their hashes. */
export const pictures = new Map(
  ['background', 'concept', 'mask'].map((text) => {
    const bytes = Buffer.from(`the ${text}, which is secret`);
    return [createHash('sha256').update(bytes).digest('hex'), bytes] as const;
  }),
);

/** @param seed tells requests apart */
export function requestOf(seed: number, weights = 'f'.repeat(64)): RenderRequest {
  const [background, image, mask] = [...pictures.keys()];
  return {
    version: 2,
    scene: {
      prompt: 'a secret prompt',
      inpaintPrompt: '',
      background: background!,
      inpainted: null,
      frame: 'auto',
      concepts: [
        {
          name: 'cat',
          prompt: 'a cat',
          image: image!,
          subject: null,
          mode: 'replace',
          mask: mask!,
          front: null,
          placement: null,
          strength: 1,
          alpha: 0.5,
          order: 0,
        },
      ],
    },
    parameters: { ...PAPER_PARAMETERS, seed },
    pack: { id: 'starter', version: '1', weights },
  };
}

/** A caller's data for a render of {@link requestOf}. */
export function controlsOf(change: Partial<FarmRenderControls> = {}): FarmRenderControls {
  return {
    signal: new AbortController().signal,
    outputId: 'output',
    readAsset: async (id) => {
      const bytes = pictures.get(id);
      return bytes === undefined ? null : { name: id, bytes };
    },
    ...change,
  };
}

/** An engine whose picture is derived from the request and its pictures, as soon as `play` allows. */
export function playedEngine(
  play: (request: RenderRequest, controls: RenderControls) => Promise<void> = async () => undefined,
): RenderEngine & { readonly seeds: number[] } {
  const seeds: number[] = [];
  return {
    seeds,
    run: async ({ request }, controls) => {
      seeds.push(request.parameters.seed);
      const files = await Promise.all([...pictures.keys()].map((id) => controls.readAsset(id)));
      controls.onProgress?.({ stage: 'blend', step: 1, total: 2 });
      await play(request, controls);
      if (controls.signal.aborted) throw new StudioError('CANCELLED', 'cancelled');
      return resultOf(request, Buffer.concat(files.map((file) => file!.bytes)));
    },
  };
}

function resultOf(request: RenderRequest, png: Uint8Array): EngineResultOf<'render'> {
  return {
    kind: 'render',
    png: Buffer.concat([png, Buffer.from(`seed ${request.parameters.seed}`)]),
    width: 8,
    height: 8,
    frame: { left: 0, top: 0, width: 8, height: 8, modelWidth: 8, modelHeight: 8 },
    device: { device: 'cpu', name: 'played', passedOver: [] },
    notices: [notice('AS_WRITTEN', { text: 'a notice' })],
    timingsMs: { load: 1, encode: 1, invert: 1, blend: 1, decode: 1 },
    totalMs: 5,
    unetMs: 1,
    unetRows: 7,
    peakMemoryBytes: 1,
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
