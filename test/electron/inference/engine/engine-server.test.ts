/** The engine's server without a separate process: cancelling takes one step, and no more. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { assetReader, makeRequest } from '../../../../electron/app/scenes/scene-request.ts';
import type { EngineMessage, HostMessage } from '../../../../electron/contract/engine-messages.ts';
import { EngineServer } from '../../../../electron/inference/engine/engine-server.ts';
import { makeTinyPack, makeTinyScene, temporaryFolder, writeManifest } from '../tiny-pack.ts';

let root: string;
let server: EngineServer;
let toEngine: (message: HostMessage) => void;
let onMessage: (message: EngineMessage) => void = () => undefined;

beforeAll(() => {
  root = temporaryFolder();
  server = new EngineServer({
    send: (message) => onMessage(message as EngineMessage),
    onMessage: (listener) => {
      toEngine = listener;
    },
    onClose: () => undefined,
  });
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

/** Waits for a message of a type. */
function next<Type extends EngineMessage['type']>(
  type: Type,
): Promise<Extract<EngineMessage, { type: Type }>> {
  return new Promise((resolve) => {
    onMessage = (message) => {
      if (message.type === type) resolve(message as Extract<EngineMessage, { type: Type }>);
    };
  });
}

test('a cancelled render stops within one step, during inversion and during blending', async () => {
  const packFolder = makeTinyPack(root);
  writeManifest(packFolder);
  const opened = next('opened');
  toEngine({
    type: 'open',
    config: {
      packFolder,
      device: 'cpu',
      cacheFolder: join(root, 'cache'),
      cacheLimitBytes: 2 ** 26,
      rowsAtOnce: null,
    },
  });
  const { pack } = await opened;
  expect(pack.capabilities).toMatchObject({ selectMask: true, removeObjects: true, findMask: false });
  const scene = await loadScene(await makeTinyScene(join(root, 'scene')));
  const readAsset = assetReader(scene);

  for (const [runId, stage] of (['invert', 'blend'] as const).entries()) {
    const request = makeRequest(scene, pack, { parameters: { steps: 60, seed: 40 + runId } });
    let cancelledAt: number | undefined;
    let lastStep = 0;
    const failed = await new Promise<Extract<EngineMessage, { type: 'failed' }>>((resolve) => {
      onMessage = (message) => {
        if (message.type === 'needAsset') {
          void readAsset(message.asset).then((file) =>
            toEngine({ type: 'asset', assetRequestId: message.assetRequestId, file: { ...file } }),
          );
        } else if (message.type === 'progress' && message.progress.stage === stage) {
          lastStep = message.progress.step;
          if (lastStep < 3 || cancelledAt !== undefined) return;
          cancelledAt = lastStep;
          toEngine({ type: 'cancel', runId });
        } else if (message.type === 'failed') {
          resolve(message);
        }
      };
      toEngine({ type: 'run', runId, task: { kind: 'render', request, previews: false } });
    });
    expect(failed).toMatchObject({ runId, code: 'CANCELLED' });
    expect(cancelledAt).toBeGreaterThanOrEqual(3);
    expect(lastStep - cancelledAt!).toBeLessThanOrEqual(1);
  }
});

test('anything but a host’s message is a fault and throws', () => {
  expect(() => toEngine({ type: 'run', runId: 1 } as unknown as HostMessage)).toThrow(/unexpected message/);
});
