/** How a protocol's pictures are spread over a renderer: several in work, the report in order, failures in their place. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadScene } from '../../../../electron/app/scenes/scene-folder.ts';
import { StudioError } from '../../../../electron/contract/errors.ts';
import type { PictureRenderer } from '../../../../electron/evaluation/protocol/picture-renderer.ts';
import { type Protocol, readProtocol } from '../../../../electron/evaluation/protocol/protocol-file.ts';
import { ResultCache } from '../../../../electron/evaluation/protocol/result-cache.ts';
import { runProtocol } from '../../../../electron/evaluation/protocol/run-protocol.ts';
import type { Engine } from '../../../../electron/inference/engine/engine.ts';
import { describedPack } from '../../app/engine/described-pack.ts';
import { folderWithCache } from '../../inference/folder-with-cache.ts';
import { makeTinyScene, TINY_SIZE_PX } from '../../inference/tiny-pack.ts';

const root = folderWithCache();
const size = { width: TINY_SIZE_PX, height: TINY_SIZE_PX };
let protocol: Protocol;
beforeAll(async () => {
  const scene = await makeTinyScene(join(root(), 'scene'));
  const path = join(root(), 'protocol.json');
  const sets = ['one', 'lost', 'two'].map((id) => ({ id, scene }));
  const content = {
    version: 1,
    name: 'p',
    seeds: [0, 1],
    rows: ['a', 'e'],
    recommended: false,
    baselines: [],
  };
  writeFileSync(path, JSON.stringify({ ...content, sets }));
  protocol = await readProtocol(path);
});

/** An engine of a larger size than the scene, so that no autoencoder is needed to reproduce its background. */
const engine = {
  pack: describedPack('tiny', 'Tiny'),
  framePack: { size: { width: 1, height: 1 } },
} as unknown as Engine;

interface Waiting {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly end: (error?: StudioError) => void;
}

/** A renderer whose renders wait until they are ended. */
function playedRenderer(atOnce: number) {
  const waiting: Waiting[] = [];
  const most = { atOnce: 0 };
  const renderer: PictureRenderer = {
    device: { device: 'cpu', name: 'played', passedOver: [] },
    atOnce,
    render: ({ parameters: { seed, ablation } }, _, signal) =>
      new Promise((resolve, reject) => {
        const name = `${seed}${ablation}`;
        const remove = () => waiting.splice(waiting.indexOf(one), 1);
        const end = (error?: StudioError) => {
          remove();
          const data = new Uint8Array(size.width * size.height * 3).fill(seed * 10 + name.charCodeAt(1));
          if (error === undefined)
            resolve({ image: { ...size, data }, totalMs: 1, unetRows: 1, notices: [] });
          else reject(error);
        };
        const one = { name, signal, end };
        waiting.push(one);
        most.atOnce = Math.max(most.atOnce, waiting.length);
        signal.addEventListener('abort', () => end(new StudioError('CANCELLED', 'cancelled')));
      }),
  };
  return { renderer, waiting, most };
}

/** Sorted, since each picture is looked for on the disk first and those in work may pass each other there. */
const namesOf = (pictures: readonly { name: string }[]) => pictures.map(({ name }) => name).toSorted();

function run(renderer: PictureRenderer, folder: string, signal = new AbortController().signal) {
  const counts: number[] = [];
  const outcome = runProtocol({
    protocol,
    folders: [],
    engine,
    renderer,
    instruments: {},
    cache: new ResultCache(join(root(), folder)),
    signal,
    sceneOf: async ({ id, planPath }) => {
      if (id === 'lost') throw new StudioError('ASSET_MISSING', 'The picture is missing.');
      return loadScene(planPath);
    },
    onProgress: (done) => counts.push(done),
  });
  return { outcome, counts };
}

test('pictures end in any order, and are reported in that of the protocol, failures too', async () => {
  const { renderer, waiting, most } = playedRenderer(3);
  const { outcome, counts } = run(renderer, 'ordered');
  await expect.poll(() => namesOf(waiting)).toEqual(['0a', '0e', '1a']);
  // Set two has the scene of set one, so that only what failed is rendered again.
  for (let ended = 0; ended < 5; ended++) {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    const last = waiting.at(-1)!;
    last.end(last.name === '1a' ? new StudioError('OUT_OF_MEMORY', 'Memory ran out.') : undefined);
  }
  const { pictures, failures, scenes } = await outcome;
  expect(most.atOnce).toBe(3);
  expect(pictures.map(({ set, seed, method }) => `${set} ${seed}${method}`)).toEqual(
    ['one', 'two'].flatMap((set) => [`${set} 0a`, `${set} 0e`, `${set} 1e`]),
  );
  expect(failures.map(({ set, seed, method, code }) => [set, seed, method, code])).toEqual([
    ['one', 1, 'a', 'OUT_OF_MEMORY'],
    ['lost', 0, null, 'ASSET_MISSING'],
    ['lost', 1, null, 'ASSET_MISSING'],
    ['two', 1, 'a', 'OUT_OF_MEMORY'],
  ]);
  expect(scenes.map(({ set, seed }) => `${set} ${seed}`)).toEqual(['one 0', 'one 1', 'two 0', 'two 1']);
  expect(counts.at(-1)).toBe(12);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
});

test('what has ended before a cancellation is kept, also behind one that has not, and the rest is cancelled', async () => {
  const { renderer, waiting } = playedRenderer(4);
  const controller = new AbortController();
  const { outcome } = run(renderer, 'cancelled', controller.signal);
  await expect.poll(() => namesOf(waiting)).toEqual(['0a', '0e', '1a', '1e']);
  const [first, second] = ['0a', '0e'].map((name) => waiting.find((one) => one.name === name)!);
  second!.end();
  const facts = () =>
    readdirSync(join(root(), 'cancelled', 'pictures')).filter((name) => name.endsWith('.json'));
  await expect.poll(facts).toHaveLength(1);
  controller.abort();
  await expect(outcome).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(first!.signal.aborted).toBe(true);
  expect(waiting).toEqual([]);

  const again = playedRenderer(4);
  const { outcome: resumed } = run(again.renderer, 'cancelled');
  const names = new Set<string>();
  for (let ended = 0; ended < 3; ended++) {
    await expect.poll(() => again.waiting.length).toBeGreaterThan(0);
    names.add(again.waiting[0]!.name);
    again.waiting[0]!.end();
  }
  expect((await resumed).pictures).toHaveLength(8);
  expect([...names].toSorted()).toEqual(['0a', '1a', '1e']);
});
